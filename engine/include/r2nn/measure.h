/* A real board against its model: sweeps that are played to it, what comes back, how late it is, what is wrong with it, and the
 * part values that explain what was measured (system.md §6).
 *
 * All on the main thread, since FFTW plans there; nothing here plays or records. */
#ifndef R2NN_MEASURE_H
#define R2NN_MEASURE_H

#include "r2nn/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An exponential sweep (A. Farina, AES 108, 2000): silence, in which noise and hum are heard; from from_hz to to_hz in sweep_s, as
 * long in every octave; silence, in which the board rings out. */
typedef struct r2nn_sweep {
  double rate_hz;                  /* > 0 */
  double from_hz, to_hz;           /* 0 < from_hz < to_hz <= rate_hz/2 */
  double quiet_s, sweep_s, ring_s; /* >= 0, > 0, >= 0 */
  double level_v;                  /* the peak, V */
} r2nn_sweep;

/* One that is heard over the whole band and rings out for ring_s, at least a second of silence before it. Any thread. */
r2nn_sweep r2nn_sweep_usual(double rate_hz, double ring_s, double level_v);

/* The same, until all that a model's first stage does has fallen by 80 dB, up to late_s later. R2NN_UNSTABLE, R2NN_NO_MEMORY. */
r2nn_status r2nn_sweep_for(const r2nn_model *model, double rate_hz, double late_s, double level_v, r2nn_sweep *sweep,
                           r2nn_error *error);

/* Its length in frames, and its samples out[frames], V. Any thread. */
uint32_t r2nn_sweep_frames(const r2nn_sweep *sweep);
void r2nn_sweep_make(const r2nn_sweep *sweep, float *out);

/* What one input heard while a sweep was played on one output. */
typedef struct r2nn_heard {
  uint32_t n_bins;                /* of the response, from 0 Hz to half the rate */
  double step_hz, from_hz, to_hz; /* from_hz .. to_hz: where the response is whole */
  double *response;               /* [n_bins][re, im] what was heard for what was played; 0 outside the sweep's band */
  double *sigma;                  /* [n_bins] the noise in it, standard deviation of |response| */
  double peak_v;                  /* the largest sample */
  double noise_v;                 /* RMS of the silence, without the hum */
  double hum_v, hum_hz;           /* RMS of the mains' hum and its first harmonics; 50 or 60 Hz, 0 = none */
  double answer_db;               /* the energy of the impulse response over that of noise alone, dB */
  double distortion;              /* amplitude of second and third harmonics for that of the answer */
  double clipped;                 /* share of the samples at the largest value, in runs: of one that is clipped hard */
} r2nn_heard;

/* From n frames in[i*stride] beside played[n], which the sweep made. What comes later than ring_s after what was played is not
 * heard. R2NN_NO_MEMORY, R2NN_BAD_ARGUMENT. */
r2nn_status r2nn_heard_make(const r2nn_sweep *sweep, const float *played, const float *in, uint32_t stride, uint32_t n,
                            r2nn_heard *heard, r2nn_error *error);
void r2nn_heard_free(r2nn_heard *heard);

/* By how many frames a direct connection is late: the slope of its excess phase, that is without what a minimum-phase filter of
 * this magnitude response would do, so that a coloured interface does not count. is_inverted: the polarity. R2NN_BAD_DATA: nothing
 * was heard. */
r2nn_status r2nn_heard_latency(const r2nn_heard *heard, double rate_hz, double *frames, bool *is_inverted, r2nn_error *error);

/* What may be wrong with a board or its cables. */
typedef enum r2nn_trouble_kind {
  R2NN_TROUBLE_SILENT,   /* nothing comes back at all, not even by the loopback */
  R2NN_TROUBLE_OPEN,     /* the loopback answers, no output of the board does */
  R2NN_TROUBLE_LOOP,     /* the board answers, the loopback does not */
  R2NN_TROUBLE_DEAD,     /* one output does not answer while others do */
  R2NN_TROUBLE_CLIPS,    /* value: the largest sample, V */
  R2NN_TROUBLE_HUM,      /* freq_hz; value: RMS, V */
  R2NN_TROUBLE_SWAPPED,  /* with the output other */
  R2NN_TROUBLE_WRONG,    /* it looks like the output other */
  R2NN_TROUBLE_INVERTED, /* it carries the negative of what it should */
  R2NN_TROUBLE_NOISY     /* value: dB by which the answer stands out of the noise */
} r2nn_trouble_kind;

typedef struct r2nn_trouble {
  r2nn_trouble_kind kind;
  uint32_t output, other; /* which output of the board; R2NN_LOOPBACK: the loopback */
  double value, freq_hz;
} r2nn_trouble;
#define R2NN_LOOPBACK UINT32_MAX

/* Look for trouble in heard[n_channels][n_outputs], each channel's sweep by each output of the model's first stage, and in what a
 * direct connection heard of the first channel's sweep (NULL: none, then nobody can tell what is swapped). troubles has room for
 * R2NN_TROUBLES_MOST; *n_troubles of them are filled. Of them R2NN_TROUBLE_INVERTED, which can be turned back, and
 * R2NN_TROUBLE_NOISY need not stop anybody. R2NN_NO_MEMORY,
 * R2NN_UNSTABLE. */
#define R2NN_TROUBLES_MOST 64u
r2nn_status r2nn_diagnose(const r2nn_model *model, const r2nn_heard *heard, const r2nn_heard *loopback, r2nn_trouble *troubles,
                          uint32_t *n_troubles, r2nn_error *error);

/* What a value of the fit is of. */
typedef enum r2nn_value_kind {
  R2NN_VALUE_D,        /* of a node */
  R2NN_VALUE_C,        /* likewise */
  R2NN_VALUE_G,        /* likewise */
  R2NN_VALUE_COUPLING, /* of a coupling */
  R2NN_VALUE_INPUT,    /* of an input */
  R2NN_VALUE_HIGHPASS, /* corner of all high-passes, Hz */
  R2NN_VALUE_GAIN,     /* of an output, V/V; 1 in the design */
  R2NN_VALUE_DELAY,    /* of all outputs, s; 0 in the design */
  R2NN_N_VALUES
} r2nn_value_kind;

/* One value. Only what the measurement can tell is told: where sigma is near the tolerance, the value is still the design's. */
typedef struct r2nn_value {
  r2nn_value_kind kind;
  uint32_t index; /* of the node, coupling, input or output */
  double design, found;
  double deviation; /* found/design - 1 */
  double sigma;     /* of the deviation, standard deviation */
} r2nn_value;

typedef struct r2nn_identify_def {
  double tolerance;      /* > 0: by what share parts are expected to be off */
  double gain_tolerance; /* > 0: likewise the gains of outputs, which the interface's inputs have a part in */
  double delay_s;        /* > 0: what is left of the delay is about so much */
  double floor;          /* > 0: what lies below this share of an output's peak counts as noise */
} r2nn_identify_def;

/* Gains within 3 %, half a frame, a floor of 70 dB. Any thread. */
r2nn_identify_def r2nn_identify_def_default(double tolerance, double rate_hz);

/* A resonance, or a first-order pole (q 0), of the first stage. A mode that no output shows is where the design has it. */
typedef struct r2nn_mode_found {
  double design_hz, design_q, found_hz, found_q;
  double sigma_hz, sigma_q; /* of what was found, standard deviations as shares of it */
} r2nn_mode_found;

typedef struct r2nn_identified {
  r2nn_model *model; /* the design with the values found in its first stage */
  uint32_t n_values, n_modes;
  r2nn_value *values;     /* [n_values] */
  r2nn_mode_found *modes; /* [n_modes] by frequency */
  double misfit;          /* root mean square of what is left, in standard deviations of the noise */
  double error;           /* the largest difference of responses for the largest of that output, of outputs the worst */
} r2nn_identified;

/* The values of the first stage, within the model's structure, that explain heard[n_channels][n_outputs] over loopback best: the
 * most likely ones when every part is off by a normal share of tolerance, by Levenberg and Marquardt on relative deviations.
 * Resonances far from where they should be are found step by step: at s = widen + j 2 pi f all are broader, and widen becomes less
 * until it is 0.
 *
 * Multiplying all parts that hang together by one factor changes no voltage, so that factor cannot be measured; of all circuits
 * that are the same, this is the one that deviates least from the design. R2NN_NO_MEMORY, R2NN_UNSTABLE, R2NN_BAD_DATA,
 * R2NN_BAD_ARGUMENT: too many values (R2NN_IDENTIFY_MOST). */
#define R2NN_IDENTIFY_MOST 4000u
r2nn_status r2nn_identify(const r2nn_model *design, const r2nn_heard *heard, const r2nn_heard *loopback,
                          const r2nn_identify_def *def, r2nn_identified *identified, r2nn_error *error);
void r2nn_identified_free(r2nn_identified *identified);

#ifdef __cplusplus
}
#endif
#endif
