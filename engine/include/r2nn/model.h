/* A model: the circuits of all stages, the readout and the head, as values in SI units, and their JSON text.
 *
 * A stage is the metacircuit D v'' + C v' + K v = B u (system.md §1) with D = diag(d), C = diag(c), K symmetric,
 * K_ab = -g of the coupling a-b, K_ii = g_i + sum of the node's couplings + sum of its input conductances.
 * A model is constant once made and may be read by any number of threads. */
#ifndef R2NN_MODEL_H
#define R2NN_MODEL_H

#include "r2nn/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Limits of a model; a larger one is refused with a message. */
#define R2NN_MAX_CLASSES   1024u
#define R2NN_MAX_NAME      1000u /* bytes of the name of a class or an axis */
#define R2NN_MAX_CHANNELS  256u
#define R2NN_MAX_STAGES    16u
#define R2NN_MAX_NODES     65536u       /* per stage */
#define R2NN_MAX_COMPONENT 2048u        /* nodes that are coupled to each other: an eigenproblem of twice that order */
#define R2NN_MAX_COUPLINGS (1u << 22)   /* per stage */
#define R2NN_MAX_TEXT      (256u << 20) /* bytes of a model text */

/* One node's own elements to ground. */
typedef struct r2nn_node {
  double d; /* FDNR, F*s, >= 0; 0 makes a first-order RC node */
  double c; /* capacitor, F, >= 0; d and c are not both 0 */
  double g; /* conductance, S, any sign while K stays positive definite */
} r2nn_node;

/* A conductance between nodes a and b. */
typedef struct r2nn_coupling {
  uint32_t a, b; /* 0 .. n_nodes-1, a != b, each pair at most once */
  double g;      /* S, any sign (negative: active) while K stays positive definite */
} r2nn_coupling;

/* A conductance from an input channel to a node; it also loads the node. */
typedef struct r2nn_input {
  uint32_t node;    /* 0 .. n_nodes-1 */
  uint32_t channel; /* 0 .. n_channels-1 of this stage's input; each (node, channel) at most once */
  double g;         /* S, any sign while K stays positive definite */
} r2nn_input;

/* What follows a node's voltage (system.md §4): y = law(v), then an RC low-pass of smooth_s. With s = law_scale_v, b = law_bias_v:
 *   identity v;  square v*v / s;  rectify |v|;  log ln(lowpass(|v|) + s) with s as the floor in V;
 *   saturate s*tanh(v/s);  bandpass exp(-((v-b)/s)^2) (second paper, eq. 11);
 *   agc ln(1 + e/(s P)) of the low-passed e = |v| at each frame, with s as a share, not V: P is the largest mean of e over the
 *   outputs since the event's onset (else since the reset), leaking with the time constant R2NN_AGC_HOLD_S. Silence is 0, and
 *   no level matters. */
typedef enum r2nn_law {
  R2NN_LAW_IDENTITY,
  R2NN_LAW_SQUARE,
  R2NN_LAW_RECTIFY,
  R2NN_LAW_LOG,
  R2NN_LAW_SATURATE,
  R2NN_LAW_BANDPASS,
  R2NN_LAW_AGC,
  R2NN_N_LAWS
} r2nn_law;

#define R2NN_AGC_HOLD_S  5.0  /* s: by then the peak has leaked to 1/e */
#define R2NN_AGC_LEAST_V 1e-7 /* V: a lower peak counts as this, so that silence is silent */

/* One metacircuit with its detectors. Its input channels are the model's (first stage) or the outputs of the stage before. */
typedef struct r2nn_stage {
  char topology[64]; /* "grid:5x5", "full:24", "bank:32" or any name of the user's; informative */
  uint32_t n_nodes, n_couplings, n_inputs, n_outputs;
  r2nn_node *nodes;         /* [n_nodes] */
  r2nn_coupling *couplings; /* [n_couplings] */
  r2nn_input *inputs;       /* [n_inputs] */
  uint32_t *outputs;        /* [n_outputs] node numbers, each at most once */
  r2nn_law law;
  double law_scale_v;   /* V, > 0; default 1 (log: 1e-6, agc: 0.01 of the peak, which is 40 dB) */
  double law_bias_v;    /* V; default 0; bandpass only */
  double smooth_s;      /* s, >= 0; RC time constant after the law, 0 = none */
  double rate_hz;       /* control rate that the outputs are carried on at, Hz; 0 = the stage's own rate */
  bool suppress_common; /* take the mean over the outputs away from each output */
} r2nn_stage;

/* When a decision is made. */
typedef enum r2nn_mode {
  R2NN_MODE_EVENT,  /* from gate open to gate close */
  R2NN_MODE_WINDOW, /* a window of window_s every hop_s */
  R2NN_MODE_LEAKY,  /* exponential window of time constant window_s, every hop_s */
  R2NN_MODE_FILE,   /* one, from reset to r2nn_engine_finish() */
  R2NN_N_MODES
} r2nn_mode;

/* What is integrated per output over the event or window (system.md §4). */
typedef enum r2nn_energy {
  R2NN_ENERGY_SQUARE,  /* integral of v^2 dt, V^2 s */
  R2NN_ENERGY_RECTIFY, /* integral of |v| dt, V s */
  R2NN_ENERGY_MEAN,    /* integral of v dt, V s: for outputs that are envelopes already */
  R2NN_N_ENERGIES
} r2nn_energy;

/* How an energy becomes a feature; P = energy / duration. */
typedef enum r2nn_scale {
  R2NN_SCALE_LOG,    /* ln(P + floor) */
  R2NN_SCALE_LINEAR, /* P */
  R2NN_N_SCALES
} r2nn_scale;

typedef struct r2nn_readout {
  r2nn_mode mode;
  r2nn_energy energy;
  r2nn_scale scale;
  bool suppress_common;    /* take the mean over the features away from each: with log, level no longer matters */
  double floor;            /* V^2 (square) or V (rectify), > 0: added before the log; default 1e-12 */
  double window_s;         /* s, > 0, for window and leaky; 0 = not set */
  double hop_s;            /* s, > 0 .. window_s; 0 = window_s; a window is rounded to a whole number of hops */
  double gate_highpass_hz; /* Hz, >= 0; the gate hears the input through one high-pass of this corner, so that a drive of
                            * high-passes does not take a sound's level away; 0 = what the network hears (default) */
  double gate_db;          /* least level that opens the gate, dB re 1 V RMS of the loudest channel; default -40 */
  double above_db;         /* and it must be so much above the noise floor, dB, 0..60; 0 = gate_db alone; default 10 */
  double hysteresis_db;    /* the gate closes this much lower, but not under the noise floor; default 6 */
  double hang_s;           /* s the level must stay low before an event ends, >= 0; leaves no trace in the event; default 0.15 */
  double min_s;            /* s, >= 0; a shorter event is dropped; default 0.03 */
  double max_s;            /* s, >= 0; a longer event is unknown; 0 = no limit (default) */
  double decide_s;         /* s, >= 0; an event is decided so long after its onset, or at its end if that is sooner or this is 0
                            * (default); not before min_s */
} r2nn_readout;

/* Does it decide again and again, in windows (or leaky windows)? Any thread. */
bool r2nn_readout_is_continuous(const r2nn_readout *readout);

/* The same, deciding again and again whatever it was meant for: over windows of R2NN_WINDOW_S if it names none. Any thread. */
#define R2NN_WINDOW_S 1.0
r2nn_readout r2nn_readout_continuous(const r2nn_readout *readout);

typedef enum r2nn_head_kind {
  R2NN_HEAD_ENERGY,     /* the largest output energy wins; one output a class */
  R2NN_HEAD_CENTROID,   /* the nearest class mean */
  R2NN_HEAD_PERCEPTRON, /* one linear layer, softmax */
  R2NN_HEAD_MLP,        /* a tanh hidden layer and a linear one, softmax */
  R2NN_HEAD_NPML,       /* physical layers whose sums of conductances training holds at 1 (second paper, eq. 6 and 7) */
  R2NN_HEAD_SPML,       /* physical layers with an even law at the hidden nodes (second paper) */
  R2NN_N_HEADS
} r2nn_head_kind;

#define R2NN_RAIL_V 5 /* V: the input stage of a physical head clips here, both ways */

/* The classifier on the features x[n_features]; scores are softmax of z[n_classes]:
 *   energy      z_k = sharpness * x_k                       (the readout's scale must be log; n_features = n_classes)
 *   centroid    z_k = -sharpness/2 * sum_i ((x_i - m_ki) / s_i)^2
 *   perceptron  z = W1 x + b1
 *   mlp         z = W2 tanh(W1 x + b1) + b2
 *   npml, spml  z = sharpness * N2(a(N1(V))), or sharpness * N1(V) without hidden nodes (n_hidden 0), where
 *     V_i = gain_i * (x_i - offset_i), clipped to +-R2NN_RAIL_V: what a level shifter with a gain makes of the feature, V;
 *     N(V)_j = (sum_i w_ji V_i + b_j) / S_j with S_j = sum_i w_ji + b_j + ground_j > 0: the voltage of a node on which the
 *     conductances w to the inputs, b to a constant 1 V and ground to 0 V meet (second paper, eq. 6, whose nodes have no path to
 *     ground: with one, what a node is at rest no longer hangs on the sum of its conductances);
 *     a(v) = s(v) for npml and 2 s(|v|) - 1 for spml, s(v) = 1/(1+exp(-v)). A node with S_j <= 0 latches: it is refused.
 * The output nodes of a physical head stand at s(N_k), between 0 and 1 V, and the highest is the one with the largest z_k. */
typedef struct r2nn_head {
  r2nn_head_kind kind;
  uint32_t n_features, n_hidden, n_classes; /* n_hidden: 0 unless mlp (>= 1), npml or spml (>= 0) */
  double sharpness;                         /* > 0; energy: 2; centroid: 1; npml, spml: 4 */
  float *w1;     /* perceptron, centroid (means): [n_classes][n_features]; mlp, npml, spml: [n_hidden, or n_classes][n_features] */
  float *b1;     /* centroid: spreads s [n_features], > 0; others: one a row of w1 */
  float *w2;     /* [n_classes][n_hidden], with hidden nodes */
  float *b2;     /* [n_classes], with hidden nodes */
  float *offset; /* npml, spml: [n_features], in the feature's unit */
  float *gain;   /* npml, spml: [n_features], V per unit of the feature, any sign */
  float *ground1, *ground2; /* npml, spml: as b1 and b2 */
} r2nn_head;
/* In npml and spml w1, b1, ground1, w2, b2, ground2 are conductances of either sign, in any one unit a node: only their ratios
 * count. JSON keys, in the order of the fields: sharpness; means, spreads (centroid); weights, bias (perceptron); hidden_weights,
 * hidden_bias, weights, bias (mlp); offset, gain, hidden_conductances, hidden_constant, hidden_ground (absent without hidden
 * nodes), conductances, constant, ground (npml, spml; ground is 0 where it is not said). */

/* What the classes look like, to tell what is none of them: the distance of features x is
 * min over k of sqrt(mean over i of ((x_i - means_ki) / spread_i)^2). */
typedef struct r2nn_novelty {
  double limit; /* >= 0; a decision at a larger distance is "unknown", but not in mode file; 0 = off */
  uint32_t n_features, n_classes;
  float *means;  /* [n_classes][n_features]; NULL = none */
  float *spread; /* [n_features], > 0 */
} r2nn_novelty;

typedef struct r2nn_model {
  char name[128];
  uint32_t n_classes;
  char **classes; /* [n_classes] UTF-8, distinct, not empty */
  uint32_t n_channels;
  char unit[32];           /* what one volt of the input stands for, "m/s2"; "" = not said */
  char **axes;             /* [n_channels] what each channel is called, "x": UTF-8, distinct, not empty; NULL = not said */
  double trained_rate_hz;  /* Hz, > 0; 0 = unknown */
  bool remove_mean;        /* AC-coupled inputs: x - x[0] through first-order RC high-passes in a row */
  double highpass_hz;      /* Hz, > 0; the corner of each; may lie above the Nyquist rate */
  uint32_t highpass_order; /* how many: 1 (default) or 2, with which nodes below the corner answer as to acceleration */
  uint32_t n_stages;
  r2nn_stage *stages; /* [n_stages] */
  r2nn_readout readout;
  r2nn_head head;
  double margin_threshold; /* 0..1; a decision with a smaller margin is "unknown" */
  r2nn_novelty novelty;    /* off by default */
  double stability_margin; /* lambda_min(K)/lambda_max(K), the smallest of all stages; set by r2nn_model_check */
  char *training;          /* JSON object text, or NULL: how it was trained; kept as it is */
  char *evaluation;        /* JSON object text, or NULL: accuracy and baselines; kept as it is */
} r2nn_model;

/* An empty model with the defaults above and n_stages empty stages (law identity, defaults). NULL if memory is short. Main thread.
 */
r2nn_model *r2nn_model_new(uint32_t n_channels, uint32_t n_classes, uint32_t n_stages);

/* A deep copy, or NULL. Main thread. */
r2nn_model *r2nn_model_copy(const r2nn_model *model);

/* Free a model and all it holds; NULL is allowed. Main thread. */
void r2nn_model_free(r2nn_model *model);

/* Give an empty stage its arrays (zeroed). R2NN_NO_MEMORY or R2NN_BAD_ARGUMENT. Main thread. */
r2nn_status r2nn_stage_init(r2nn_stage *stage, uint32_t n_nodes, uint32_t n_couplings, uint32_t n_inputs, uint32_t n_outputs,
                            r2nn_error *error);
void r2nn_stage_free(r2nn_stage *stage);

/* Give an empty head its arrays (zeroed; spreads, gains and the conductances to a physical head's constant 1). Main thread. */
r2nn_status r2nn_head_init(r2nn_head *head, r2nn_head_kind kind, uint32_t n_features, uint32_t n_hidden, uint32_t n_classes,
                           r2nn_error *error);
void r2nn_head_free(r2nn_head *head);

/* Give an empty novelty its arrays (means 0, spreads 1); the limit stays 0. Main thread. */
r2nn_status r2nn_novelty_init(r2nn_novelty *novelty, uint32_t n_features, uint32_t n_classes, r2nn_error *error);
void r2nn_novelty_free(r2nn_novelty *novelty);

/* The sums of conductances S_j of a physical head's nodes, hidden ones first: the least and the largest (NULL where not wanted)
 * and, returned, how many are <= 0, that is, how many nodes would latch. Other kinds have none: 0, and both are 1. Any thread. */
uint32_t r2nn_head_sums(const r2nn_head *head, double *least, double *largest);

/* Channels that stage index receives, and features that the head receives (outputs of the last stage). Any thread. */
uint32_t r2nn_model_stage_channels(const r2nn_model *model, uint32_t index);
uint32_t r2nn_model_n_features(const r2nn_model *model);

/* Check every value and every stage's certificate (system.md §2); fills model->stability_margin. The message names the first wrong
 * field by its JSON path, or the offending node or coupling of an unstable circuit. R2NN_BAD_MODEL, R2NN_UNSTABLE, R2NN_NO_MEMORY.
 */
r2nn_status r2nn_model_check(r2nn_model *model, r2nn_error *error);

/* The stability certificate of one stage: margin = lambda_min(K)/lambda_max(K) by Cholesky per connected part (system.md §2). On
 * R2NN_UNSTABLE the message names the node or the negative coupling with g*R_eff >= 1. margin may be NULL. Main thread. */
r2nn_status r2nn_stage_certify(const r2nn_stage *stage, double *margin, r2nn_error *error);

/* Read a model from JSON text of size bytes and check it (r2nn_model_check). On success *model is new and the caller's. */
r2nn_status r2nn_model_parse(const char *text, size_t size, r2nn_model **model, r2nn_error *error);

/* The model as JSON text, malloc'ed, the caller frees it; NULL if memory is short. parse(print(m)) is the same model bit for bit.
 */
char *r2nn_model_print(const r2nn_model *model);

/* Names used in the JSON ("log", "event", ...), and back: -1 if unknown. Any thread. */
const char *r2nn_law_name(r2nn_law law);
const char *r2nn_mode_name(r2nn_mode mode);
const char *r2nn_energy_name(r2nn_energy energy);
const char *r2nn_scale_name(r2nn_scale scale);
const char *r2nn_head_name(r2nn_head_kind kind);
int r2nn_law_find(const char *name);
int r2nn_mode_find(const char *name);
int r2nn_energy_find(const char *name);
int r2nn_scale_find(const char *name);
int r2nn_head_find(const char *name);

/* K_ii of a node, S: its ground conductance and all that hang on it. Any thread. O(couplings + inputs). */
double r2nn_stage_self(const r2nn_stage *stage, uint32_t node);

/* The transfer H (V/V) of every output from every channel at one frequency, by direct solution of (K - w^2 D + jwC) v = B u:
 * re, im are [n_outputs][n_channels]. driving (may be NULL) receives per input link the driving-point conductance
 * Re(I/u), S, [n_inputs]. freq_hz >= 0. R2NN_NO_MEMORY, or R2NN_UNSTABLE on a singular matrix. Main thread. */
r2nn_status r2nn_stage_response(const r2nn_stage *stage, uint32_t n_channels, double freq_hz, double *re, double *im,
                                double *driving, r2nn_error *error);

/* The natural frequencies of a stage: n_modes poles s = re + j im (rad/s), those with im >= 0 only, sorted by frequency.
 * re, im: malloc'ed arrays, the caller frees them. Main thread. */
r2nn_status r2nn_stage_poles(const r2nn_stage *stage, uint32_t *n_modes, double **re, double **im, r2nn_error *error);

#ifdef __cplusplus
}
#endif
#endif
