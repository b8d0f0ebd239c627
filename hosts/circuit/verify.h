/* Compares the netlist, run by ngspice, with the engine. */
#ifndef HOSTS_CIRCUIT_VERIFY_H
#define HOSTS_CIRCUIT_VERIFY_H

#include "r2nn/circuit.h"
#include "r2nn/engine.h"

/* Errors are the largest over all outputs, each relative to its own peak in the engine. */
typedef struct verify_result {
  double waveform_error;                        /* of the first stage's outputs */
  double response_error;                        /* of their gain from the first channel; < 0 = not compared */
  uint32_t decisions_compared, decisions_equal; /* netlist against engine; one-stage models */
  uint32_t rounding_equal;                      /* the board in the engine against the model as it was */
  double ngspice_s, engine_s;                   /* time they took; the engine for the sound at its own rate, ngspice in its steps */
} verify_result;

/* What is compared: the netlist of a circuit, designed network_only, and the engine. */
typedef struct verify_job {
  const r2nn_circuit *circuit;
  const r2nn_model *model; /* from which it was designed */
  const r2nn_model *board; /* r2nn_board_model() of it, what the engine runs */
} verify_job;

/* A sound as both hear it: at a rate that is a whole number of times higher, with its band kept. */
typedef struct verify_sound {
  float *in;         /* [n_frames][n_channels], owned */
  uint32_t n_frames; /* at rate_hz */
  double rate_hz;    /* of ngspice, which takes a step a frame and goes in straight lines between them */
  double band_hz;    /* the rate that the sound had */
  uint32_t skip;     /* the engine hears one of so many frames */
} verify_sound;

/* Steps of ngspice in a period of the highest resonance (or of half the sound's rate). The trapezoidal rule is off by
 * 2 Q (2 pi/steps)^2/12 of a resonance's peak, lines by (pi/steps)^2/3 of a tone. */
#define VERIFY_STEPS_SWEEP 300.0 /* 0.07 % at Q = 10, wherever the resonance lies */
#define VERIFY_STEPS_CLIP  280.0 /* clips have little at the upper end */

/* Raise a sound's rate for a circuit. R2NN_NO_MEMORY. */
r2nn_status verify_prepare(const r2nn_circuit *circuit, const float *in, uint32_t n_frames, double rate_hz, double steps,
                           verify_sound *sound, r2nn_error *error);

/* Frames that the engine hears. */
uint32_t verify_n_frames(const verify_sound *sound);
void verify_release(verify_sound *sound);

/* The voltages of the circuit's outputs of the first stage, by the engine: *out is malloc'ed
 * [verify_n_frames()][n_outputs], the caller's.
 * decision may be NULL: the class that it decides on, in file mode. */
r2nn_status verify_engine(const r2nn_circuit *circuit, const r2nn_model *model, const verify_sound *sound, float **out,
                          int32_t *decision, r2nn_error *error);

/* Write the sound as ngspice reads it: a line a frame. */
r2nn_status verify_write_stimulus(const verify_sound *sound, uint32_t n_channels, const char *path, r2nn_error *error);

/* Run a job on a sound. Any thread, several at once. with_response: compare the response too. */
r2nn_status verify_sound_on(const verify_job *job, const float *in, uint32_t n_frames, double rate_hz, double steps,
                            bool with_response, verify_result *result, r2nn_error *error);

/* Add another sound's result: the largest errors, the sums of the rest. */
void verify_add(verify_result *to, const verify_result *from);

#endif
