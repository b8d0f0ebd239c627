/* What an engine is made of: everything the audio thread touches, laid out once by engine/core/build.c. */
#ifndef R2NN_RT_STATE_H
#define R2NN_RT_STATE_H

#include "r2nn/engine.h"
#include "rt/drive.h"
#include "rt/random.h"

#define R2NN_TILE      32u   /* frames a stage is advanced at a time: what it writes stays in the first-level cache */
#define R2NN_TAPS_MAX  20u   /* direct taps of a stage */
#define R2NN_INPUT_MAX 1e6f  /* V; a larger sample is clipped to this and raises R2NN_FAULT_INPUT */
#define R2NN_FRAME_MAX 1e12f /* V; what a law makes is clipped to this, so that no later stage overflows */

#define R2NN_F32_LANES 8u
#define R2NN_F64_LANES 4u
typedef float r2nn_f32v __attribute__((vector_size(4 * R2NN_F32_LANES)));
typedef double r2nn_f64v __attribute__((vector_size(8 * R2NN_F64_LANES)));

#define R2NN_LANE_FINE  0x80000000u
#define R2NN_LANE_NONE  0xffffffffu
#define R2NN_BANK_BLOCK 8u /* groups advanced before they are projected: their trail stays in the first-level cache */

/* An output of several modes: groups first .. last-1, with weights [last-first][re, im]; which output of the stage it is. */
typedef struct r2nn_f32_output {
  uint32_t first, last, to;
  const r2nn_f32v *weights;
} r2nn_f32_output;
typedef struct r2nn_f64_output {
  uint32_t first, last, to;
  const r2nn_f64v *weights;
} r2nn_f64_output;

/* Modes q_k[t] = z_k q_k[t-1] + sum_c in_ck u_c[t], in groups of lanes; v_o[t] = sum_k Re(out_ok q_k[t]). Outputs that are one mode
 * each, as in an uncoupled bank, need no sum. */
typedef struct r2nn_f32_bank {
  uint32_t n_groups, n_single, n_mixed;
  const r2nn_f32v *z;           /* [n_groups][re, im] */
  const r2nn_f32v *in;          /* [n_inputs][n_groups][re, im] */
  const r2nn_f32v *single;      /* [n_single][re, im]: weights of the modes that are outputs; n_groups or 0 */
  const uint32_t *single_to;    /* [n_single][lanes] outputs, R2NN_LANE_NONE: the mode is none */
  const r2nn_f32_output *mixed; /* [n_mixed] */
  r2nn_f32v *q;                 /* [n_groups][re, im] */
  r2nn_f32v *trail;             /* [R2NN_TILE][R2NN_BANK_BLOCK][re, im] */
  r2nn_f32v *sums;              /* [R2NN_TILE][n_mixed] */
} r2nn_f32_bank;
typedef struct r2nn_f64_bank {
  uint32_t n_groups, n_single, n_mixed;
  const r2nn_f64v *z;
  const r2nn_f64v *in;
  const r2nn_f64v *single;
  const uint32_t *single_to;
  const r2nn_f64_output *mixed;
  r2nn_f64v *q;
  r2nn_f64v *trail;
  r2nn_f64v *sums;
} r2nn_f64_bank;

/* A nearly defective part: x[t] = m x[t-1] + b u[t], v_o = row_o . x. */
typedef struct r2nn_dense_part {
  uint32_t n_states, n_outputs;
  const double *m;         /* [n_states][n_states] */
  const double *b;         /* [n_states][n_inputs] */
  const double *rows;      /* [n_outputs][n_states] */
  const uint32_t *outputs; /* [n_outputs] output numbers of the stage */
  double *x, *next;        /* [n_states] */
} r2nn_dense_part;

/* The way between a part's modes and its states, which are the same whatever the damping (core/modes.h); re and im of each cell. */
typedef struct r2nn_carry_part {
  uint32_t n_states, n_modes;
  const uint32_t *lane; /* [n_modes] in the float bank, or from R2NN_LANE_FINE on in the double one; R2NN_LANE_NONE: left out */
  const double *shapes; /* [n_states][n_modes][2] */
  const double *coordinates; /* [n_modes][n_states][2] */
  r2nn_dense_part *dense;    /* not NULL: its states are the part's, and there are no modes */
} r2nn_carry_part;

/* A resonator whose slope is limited (limit.c). */
typedef struct r2nn_limit {
  uint32_t part, state; /* of the network's carry parts, and of that one's states */
  double most;          /* in the state's unit */
} r2nn_limit;

/* One circuit at one rate. */
typedef struct r2nn_network {
  uint32_t n_inputs, n_outputs, n_taps, n_dense;
  uint32_t latency; /* frames, below n_taps: the recursion is fed so late, so that the taps look ahead of it */
  r2nn_f32_bank f32;
  r2nn_f64_bank f64;
  r2nn_dense_part *dense; /* [n_dense] */
  const r2nn_f32v *taps;  /* [n_taps][n_inputs][tap_stride]: direct taps to every output that cancel what sampling folds back */
  uint32_t tap_stride;    /* vectors of so many outputs */
  float *u;               /* [n_inputs][R2NN_TAPS_MAX + R2NN_TILE]: past samples, then the tile */
  uint32_t n_carry;       /* parts, of an engine that has kin or limits; else 0 */
  r2nn_carry_part *carry; /* [n_carry] */
  double *states;         /* room for those of the largest part */
  uint32_t n_limits;
  r2nn_limit *limits; /* [n_limits] */
} r2nn_network;
#define R2NN_U_STRIDE (R2NN_TAPS_MAX + R2NN_TILE)

/* Law, low-pass, decimation and common-mode removal after a network. */
typedef struct r2nn_detector {
  uint32_t n;
  r2nn_law law;
  float scale, bias;
  /* Low-pass: y = keep*y + (1-keep)*x; 0 = none. In double: over seconds at a high rate 1-keep is lost in float's rounding. */
  double keep;
  float hold, peak; /* agc: what the peak keeps from frame to frame, and the peak, V */
  bool suppress;
  uint32_t every; /* one frame out for so many frames in */
  uint32_t phase; /* frames since the last one out */
  double *smooth; /* [n] */
} r2nn_detector;

typedef struct r2nn_rt_stage {
  r2nn_network network;
  r2nn_detector detector;
  float *y;           /* [R2NN_TILE][n_outputs] node voltages */
  float *frames;      /* [R2NN_TILE][n_outputs] what goes on */
  uint32_t n_noise;   /* the last inputs of the network */
  r2nn_random *noise; /* [n_noise] */
  float *offset;      /* [n_outputs] V, or NULL */
  double rate_hz, response_error_db;
} r2nn_rt_stage;

/* The level gate: mean squares of the loudest channel against a noise floor, with hysteresis and hang-over. It opens by the slower
 * one, which noise seldom lifts, and is held open by the quicker one, which tells sooner where a sound ends. */
typedef struct r2nn_gate {
  float power, rate;       /* slower mean square, V^2; its one-pole coefficient a frame */
  float quick, quick_rate; /* the quicker one */
  float floor, floor_min;  /* V^2: the noise; where it starts, and the least it can be */
  float floor_own, own_db; /* floor_min as the model has it; by how many dB it has been moved */
  float open, close;       /* thresholds in multiples of the floor */
  float follow;            /* the floor's one-pole coefficient a tick */
  float rise, rise_first;  /* the most it grows a tick while the gate is closed, a share of itself; the same of the first ticks */
  float rise_open;         /* and while it is open */
  uint32_t first, n_first; /* how many first ticks there are with the gate closed; how many are left */
  uint32_t every, tick;    /* frames of a tick; frames of the present one */
  uint64_t hang, low;      /* frames: how long it must stay low, how long it has */
  bool is_open, is_loud;   /* is_loud: open, and not in the hang-over */
  /* A stream that begins above the gate: is it noise? Ticks until the means have settled (counted down), after which a rise shows
   * that what was before it is noise, and after which what does not rise is noise, from the start or after a fall. */
  uint32_t settle, rises, stays, stays_fallen;
  uint32_t n_settle, n_ground; /* left to settle; in the mean that ground is */
  float ground;                /* V^2: what may be the noise */
  bool is_learning, has_fallen;
} r2nn_gate;

typedef enum r2nn_gate_change { R2NN_GATE_STAYED, R2NN_GATE_OPENED, R2NN_GATE_FELL, R2NN_GATE_CLOSED } r2nn_gate_change;

/* Energies of the present event or window, and the segments of overlapping windows. */
typedef struct r2nn_rt_readout {
  r2nn_readout settings;
  uint32_t n;     /* features */
  double step_s;  /* seconds a final frame stands for */
  double leak;    /* leaky: kept share a final frame */
  double *energy; /* [n] */
  double *fresh;  /* [n + n_channels] events: energies and level since the last loud frame was counted */
  double weight;  /* s: what the leaky window holds, step_s * sum leak^k */
  uint32_t n_channels;
  double *segments; /* [n_segments + 1][n + n_channels]: energies and input squares of past hops, a ring; last their sum */
  uint32_t n_segments, segment, n_filled;
  double *level;          /* [n_channels] sum of squares since the start */
  uint64_t hop;           /* frames, 0 = none */
  uint64_t start, in_hop; /* frames: where the event or window began; how far this hop is */
  uint64_t min, max;      /* frames of the shortest and longest event; max 0 = no limit */
  uint64_t decide;        /* frames after the onset at which an event is decided; 0 = at its end */
  uint64_t ran;           /* frames from run() since the start */
  bool is_decided;        /* the present event has been */
} r2nn_rt_readout;

struct r2nn_engine {
  double rate_hz;
  uint64_t kin; /* r2nn_engine_def */
  uint32_t n_channels, n_classes, n_features, n_stages;
  r2nn_drive drive;              /* the AC coupling; order 0 without */
  r2nn_drive_state *drive_state; /* [n_channels] */
  float *u;                      /* [n_channels][R2NN_TILE] the coupled input */
  r2nn_drive ear;                /* what the gate hears through; order 0: as the network does */
  r2nn_drive_state *ear_state;   /* [n_channels], or NULL */
  float *heard;                  /* [n_channels][R2NN_TILE] what the gate hears; u if that is the same */
  r2nn_rt_stage *stages;         /* [n_stages] */
  uint64_t noise_seed;
  float *board; /* [R2NN_TILE][outputs of stage 0] what a real circuit puts out in its stead, or NULL */
  r2nn_gate gate;
  r2nn_rt_readout readout;
  r2nn_head head;                     /* arrays in the engine's own memory */
  float margin_threshold, margin_own; /* margin_own: the model's */
  r2nn_novelty novelty;               /* as is the head */
  float *scratch;                     /* [n_hidden] */
  uint64_t time;                      /* frames from run() and drain() since reset */
  uint64_t opened, closed;            /* frames since reset: when the gate last did so; 0 = not yet */
  uint32_t faults;
  uint32_t tail_60db;            /* frames */
  uint32_t n_deaf, n_resonances; /* of stage 0: above half the rate, and all */
  r2nn_decision queue[R2NN_DECISION_QUEUE];
  float *queue_scores;    /* [R2NN_DECISION_QUEUE][n_classes] */
  float *queue_features;  /* [R2NN_DECISION_QUEUE][n_features] */
  double *queue_energies; /* [R2NN_DECISION_QUEUE][n_features] */
  uint32_t queue_head, queue_count;
  void *memory; /* what all the arrays lie in */
};

/* Advance a network over the n <= R2NN_TILE frames that stand in its u after the history; y is [n][n_outputs]. */
R2NN_RT void r2nn_network_run(r2nn_network *network, uint32_t n, float *y);
R2NN_RT void r2nn_network_reset(r2nn_network *network);
/* At a sample: take back what goes beyond the limits. */
R2NN_RT void r2nn_network_limit(r2nn_network *network);
/* Go on from the states of another network with the same nodes and inputs, or of the same stage. */
R2NN_RT void r2nn_network_carry(r2nn_network *network, const r2nn_network *from);
R2NN_RT void r2nn_network_copy(r2nn_network *network, const r2nn_network *from);
R2NN_RT void r2nn_f32_bank_run(r2nn_f32_bank *bank, uint32_t n_inputs, uint32_t n_outputs, const float *u, uint32_t n, float *y);
R2NN_RT void r2nn_f64_bank_run(r2nn_f64_bank *bank, uint32_t n_inputs, uint32_t n_outputs, const float *u, uint32_t n, float *y);

/* Rows of n frames, R2NN_U_STRIDE apart. */
R2NN_RT void r2nn_noise_run(r2nn_random *streams, uint32_t n_rows, float *rows, uint32_t n);
/* Streams first .. first + n_rows - 1 of the seed. */
R2NN_RT void r2nn_noise_reset(r2nn_random *streams, uint32_t n_rows, uint64_t seed, uint32_t first);

/* y [n][detector->n] in, frames [count][detector->n] out; returns the count. */
R2NN_RT uint32_t r2nn_detector_run(r2nn_detector *detector, const float *y, uint32_t n, float *frames);
R2NN_RT void r2nn_detector_reset(r2nn_detector *detector);
R2NN_RT void r2nn_detector_copy(r2nn_detector *detector, const r2nn_detector *from);
/* The control rate and the agc start anew; the low-pass rings on. */
R2NN_RT void r2nn_detector_begin(r2nn_detector *detector);

/* Follow the level of u [n_channels][R2NN_TILE] until something changes or n frames are done; *count is how many: with the frame
 * that opens or closes the gate, without the one at which the level falls below the closing threshold. */
R2NN_RT r2nn_gate_change r2nn_gate_run(r2nn_gate *gate, const float *u, uint32_t n_channels, uint32_t n, uint32_t *count);
R2NN_RT void r2nn_gate_reset(r2nn_gate *gate);
/* The least floor is so many dB above the model's. */
R2NN_RT void r2nn_gate_adjust(r2nn_gate *gate, float db);

/* Add final frames to the energies; and, of an event, what is heard to the level. */
R2NN_RT void r2nn_readout_add(r2nn_rt_readout *readout, const float *frames, uint32_t n_frames);
R2NN_RT void r2nn_readout_level(r2nn_rt_readout *readout, const float *u, uint32_t n);
/* What was added up since the last call counts: the level is, or was until now, above the closing threshold. Events only. */
R2NN_RT void r2nn_readout_keep(r2nn_rt_readout *readout);
/* Begin an event or window at time. */
R2NN_RT void r2nn_readout_begin(r2nn_rt_readout *readout, uint64_t time);
/* Go on where another readout of the same kind is. */
R2NN_RT void r2nn_readout_copy(r2nn_rt_readout *readout, const r2nn_rt_readout *from);
/* Queue the decision on energy[n] over duration_s; level[n_channels] are sums of squares over as long. */
R2NN_RT void r2nn_engine_decide(r2nn_engine *engine, const double *energy, const double *level, double duration_s, uint64_t start,
                                uint64_t end);
/* Decide the present event, as long as it is, unless it has been or is shorter than the shortest. */
R2NN_RT void r2nn_engine_decide_event(r2nn_engine *engine);
/* The end of a hop in window or leaky mode. */
R2NN_RT void r2nn_engine_hop(r2nn_engine *engine);
#endif
