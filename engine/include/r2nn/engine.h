/* The streaming engine: a model made to run at one sample rate, from 20 Hz to 384 kHz, sample by sample.
 *
 * An engine is a state: touched by one thread at a time. The same input gives the same bits whatever the block sizes. */
#ifndef R2NN_ENGINE_H
#define R2NN_ENGINE_H

#include "r2nn/model.h"

#ifdef __cplusplus
extern "C" {
#endif

#define R2NN_RATE_MIN 20.0     /* Hz */
#define R2NN_RATE_MAX 384000.0 /* Hz */

/* Sticky fault bits, read from the main thread with r2nn_engine_faults(). */
#define R2NN_FAULT_INPUT    1u /* an input sample was not finite (it counted as 0) or beyond +-1e6 V (it was clipped) */
#define R2NN_FAULT_OVERFLOW 2u /* decisions were lost: r2nn_engine_poll() was not called often enough */

typedef struct r2nn_engine r2nn_engine;

/* The stages of a model worked out at a rate, which takes longest about an engine: worth keeping for engines of one kin. Constant
 * once made, read by any thread. */
typedef struct r2nn_plan r2nn_plan;

/* What a real circuit does beside its equations; arrays are of the nodes of its first stages (one, or more, or all), stage after
 * stage, in the model's units, and may be NULL. */
typedef struct r2nn_flaws {
  uint32_t n_nodes; /* of those stages together */
  double *offset_v; /* [n_nodes] V at rest */
  double *noise_a;  /* [n_nodes] A/sqrt(Hz), >= 0: density of the white current into the node, each node's its own */
  double
      *slope_v_s; /* [n_nodes] V/s, > 0: an FDNR lets its node's voltage change no faster; infinite: no limit; RC nodes have none */
  uint64_t seed;  /* of the noise */
} r2nn_flaws;

/* How to make an engine; fill it with r2nn_engine_def_default() and change what differs. */
typedef struct r2nn_engine_def {
  double rate_hz; /* R2NN_RATE_MIN .. R2NN_RATE_MAX */
  r2nn_readout readout;
  double margin_threshold; /* 0..1 */
  double damping; /* > 0: multiplies the damping, c, of stage 0's resonators (nodes with d > 0) and so divides their Q; 1 */
  const r2nn_plan
      *plan; /* of the same model at the same rate: its stages after the first are used, but for those with flaws; NULL */
  const r2nn_flaws
      *flaws; /* of a real circuit; NULL. Copied: noise makes as many more inputs as nodes, limits take a multiple of the time */
  bool has_board; /* stage 0 is a real circuit, with flaws of its own: what it puts out comes in with every frame
                     (r2nn_engine_width); false */
  uint64_t kin;   /* not 0: engines of one kin are of the same model and definition but for the damping; 0 */
} r2nn_engine_def;

/* The model's own readout at rate_hz, its own damping, no kin. Any thread. */
r2nn_engine_def r2nn_engine_def_default(const r2nn_model *model, double rate_hz);

/* Work out the stages; the errors of r2nn_engine_new(). Main thread. */
r2nn_status r2nn_plan_new(const r2nn_model *model, double rate_hz, r2nn_plan **plan, r2nn_error *error);
void r2nn_plan_free(r2nn_plan *plan); /* NULL allowed */

/* Build an engine; the model and the plan may be freed afterwards. Takes all its memory here. Every stage's transfer is checked
 * against H(jw) (r2nn_engine_response_error_db). R2NN_BAD_ARGUMENT, R2NN_UNSTABLE, R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_engine_new(const r2nn_model *model, const r2nn_engine_def *def, r2nn_engine **engine, r2nn_error *error);
void r2nn_engine_free(r2nn_engine *engine);

/* Values of a frame that run() takes: the model's channels and, of an engine with a board, then the voltages of stage 0's outputs,
 * V, as they are measured at the same time. The gate hears the channels, the detectors the board. Any thread. */
uint32_t r2nn_engine_width(const r2nn_engine *engine);

/* Frames by which node voltages are late: 0 when all modes lie well below the Nyquist rate, at most 8 a stage otherwise. Any
 * thread. */
uint32_t r2nn_engine_latency(const r2nn_engine *engine);

/* Largest |H_engine - H| over 0 .. 0.4 of the stage's rate, its latency taken out, all outputs, relative to the peak of |H| of that
 * output and channel there, dB. Measured when the engine is made (system.md §3). Any thread. */
double r2nn_engine_response_error_db(const r2nn_engine *engine, uint32_t stage);

/* Resonances of stage 0 that lie above half the rate and so hear nothing; *n_all, if not NULL: of how many. Any thread. */
uint32_t r2nn_engine_deaf(const r2nn_engine *engine, uint32_t *n_all);

/* Back to rest, time 0, as new. Real time. */
R2NN_RT void r2nn_engine_reset(r2nn_engine *engine);

/* Advance n_frames samples; in is [n_frames][r2nn_engine_width] interleaved, volts. Decisions wait for r2nn_engine_poll().
 * A sample that is not finite counts as 0 and raises R2NN_FAULT_INPUT. Real time: never allocates, locks, logs or fails. */
R2NN_RT void r2nn_engine_run(r2nn_engine *engine, const float *in, uint32_t n_frames);

/* Advance n_frames samples of silence after the input's AC coupling: the network rings out without a step. Real time. */
R2NN_RT void r2nn_engine_drain(r2nn_engine *engine, uint32_t n_frames);

/* The same of an engine with a board, which rings out itself: nodes is [n_frames][outputs of stage 0], V. Real time. */
R2NN_RT void r2nn_engine_drain_board(r2nn_engine *engine, const float *nodes, uint32_t n_frames);

/* Frames after which what is left of the input has fallen by 60 dB in a linear network, at most max_s seconds of them; 0 behind a
 * detector, whose output says nothing any more once the input has ended. Any thread. */
uint32_t r2nn_engine_tail(const r2nn_engine *engine, double max_s);

/* End of the stream: the open event (unless it has been decided), or in file mode the whole stream, is decided now, over the frames
 * from run() (not drained ones) as its duration. In window mode a last window that is at least half full is decided. Real time. */
R2NN_RT void r2nn_engine_finish(r2nn_engine *engine);

/* In file mode, from rest: decide a stream of n_frames that did not run, of which the energies [n_features], V^2 s or V s, and the
 * sum of squares of every channel, V^2, were worked out elsewhere (whole.h). Real time. */
R2NN_RT void r2nn_engine_finish_with(r2nn_engine *engine, const double *energies, const double *squares, uint64_t n_frames);

/* Why a decision is unknown; of several reasons the first named here. */
typedef enum r2nn_unknown {
  R2NN_UNKNOWN_NOT,     /* it is known */
  R2NN_UNKNOWN_LENGTH,  /* the event is longer than max_s */
  R2NN_UNKNOWN_NOVELTY, /* it lies too far from every class */
  R2NN_UNKNOWN_MARGIN   /* the margin is under the threshold */
} r2nn_unknown;

/* One decision. The arrays live in the engine until the next run, drain, finish or reset. */
typedef struct r2nn_decision {
  uint64_t start, end;    /* frames since reset; an event ends with its last loud frame, without the hang-over */
  uint64_t made;          /* frames since reset: when it was decided, >= end */
  int32_t class_index;    /* 0 .. n_classes-1, or -1: unknown */
  int32_t best_index;     /* the best class, also of an unknown */
  r2nn_unknown unknown;   /* why class_index is -1 */
  float score;            /* of the best class, 0..1 */
  float margin;           /* best minus second score, 0..1 */
  float distance;         /* r2nn_novelty_distance() of the features, >= 0; 0 if the model has no novelty limit */
  float level_db;         /* RMS of the loudest channel over the event or window, dB re 1 V */
  const float *scores;    /* [n_classes] in 0..1, sum 1 */
  const float *features;  /* [n_features] what the head saw */
  const double *energies; /* [n_features] integral over the event or window, V^2 s or V s */
} r2nn_decision;

/* Take the next waiting decision; false if there is none. At most R2NN_DECISION_QUEUE wait. Real time. */
#define R2NN_DECISION_QUEUE 64u
R2NN_RT bool r2nn_engine_poll(r2nn_engine *engine, r2nn_decision *decision);

/* What would be decided now: in file mode from all since reset, in window mode from what came since the last hop. Nothing ends,
 * nothing waits for r2nn_engine_poll(), and what follows is as if it had not been asked. The arrays live until the next run, drain,
 * finish, reset or peek. False if there is nothing to decide yet, while the queue is full, and in the other modes (an event can be
 * decided early by its decide_s). Real time. */
R2NN_RT bool r2nn_engine_peek(r2nn_engine *engine, r2nn_decision *decision);

/* The longest run() block that cannot overflow an empty decision queue, frames, >= 1: windows are a hop apart, events at least the
 * hang time. Any thread. */
uint32_t r2nn_engine_max_frames(const r2nn_engine *engine);

/* Advance and write the voltage of every output node of stage 0: out is [n_frames][n_outputs of stage 0]. For listening, plots and
 * tests; otherwise like run(). Real time. */
R2NN_RT void r2nn_engine_run_nodes(r2nn_engine *engine, const float *in, float *out, uint32_t n_frames);

/* Sticky faults since the last call with clear. Real time. */
R2NN_RT uint32_t r2nn_engine_faults(r2nn_engine *engine, bool clear);

/* Is the level gate open? Real time. */
R2NN_RT bool r2nn_engine_gate_open(const r2nn_engine *engine);

/* What the level gate shows. */
typedef struct r2nn_gate_report {
  uint64_t opened, closed; /* frames since reset: when it last did so; 0 = not yet. An event's start is the first */
  float level_db;          /* the level that it follows, dB re 1 V */
  float opens_db;          /* the level at which it would open, dB re 1 V */
  bool is_open;
} r2nn_gate_report;
R2NN_RT r2nn_gate_report r2nn_engine_gate_report(const r2nn_engine *engine);

/* Frames to the end of the present hop, 1 .. the hop, in window and leaky mode; 0 in the others. Real time. */
R2NN_RT uint32_t r2nn_engine_hop_left(const r2nn_engine *engine);

/* From now on the gate's threshold is gate_db higher than the model's (or lower), and the least margin margin more, within 0..1. A
 * gate that rests on its least floor follows at once, one that stands over noise no lower than that. Real time. */
R2NN_RT void r2nn_engine_adjust(r2nn_engine *engine, float gate_db, float margin);

/* Go on in the middle of the stream that before has run: engine, which is at rest, continues its clock, its input coupling and what
 * its gate knows about the noise, as far as both run at the same rate with as many channels and the same gate. The network stays at
 * rest, no event is open and no decision waits. Between kin nothing is interrupted: every node goes on from its voltage and its
 * slope, the event stays open; decisions must have been polled. Real time. */
R2NN_RT void r2nn_engine_take_over(r2nn_engine *engine, const r2nn_engine *before);

/* Features of n energies, V^2 s or V s: P = energy/duration, scaled, without the common mode if asked. Real time. */
R2NN_RT void r2nn_readout_features(const r2nn_readout *settings, const double *energy, uint32_t n, double duration_s, float *x);

/* Scores of a head from its features: scores[n_classes] in 0..1, sum 1; scratch[n_hidden]. Real time. Source: system.md §4. */
R2NN_RT void r2nn_head_scores(const r2nn_head *head, const float *features, float *scores, float *scratch);

/* Distance of features[n_features] from the nearest class, at most 1e30; novelty must have its arrays. Real time. */
R2NN_RT float r2nn_novelty_distance(const r2nn_novelty *novelty, const float *features);

#ifdef __cplusplus
}
#endif
#endif
