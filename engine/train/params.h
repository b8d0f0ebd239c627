/* The trained values of one stage: an unconstrained vector theta and its map to a circuit that is stable for every theta.
 *
 * K_ii = g0_i + sum_j |G_ij| + sum_c |B_ic| with g0_i > 0 makes K diagonally dominant, hence positive definite, whatever the signs
 * of the couplings (system.md §2): each node's ground conductance g_i balances its negative couplings. A tuned node is given by its
 * frequency and quality, d = K_ii/w0^2 and c = K_ii/(w0 Q) (first order: d = 0, c = K_ii/w0), so that couplings can grow without
 * moving it; a node of a grid keeps its d and c. */
#ifndef R2NN_TRAIN_PARAMS_H
#define R2NN_TRAIN_PARAMS_H

#include "train/spectral.h"

typedef enum r2nn_param_kind {
  R2NN_PARAM_FREQ,            /* ln w0 */
  R2NN_PARAM_CORNER,          /* ln w0 of a first-order node, d = 0 */
  R2NN_PARAM_Q,               /* ln Q */
  R2NN_PARAM_GROUND,          /* ln g0 */
  R2NN_PARAM_COUPLING_SIGNED, /* G / unit */
  R2NN_PARAM_COUPLING,        /* ln G */
  R2NN_PARAM_INPUT_SIGNED,    /* B / unit */
  R2NN_PARAM_INPUT            /* ln B */
} r2nn_param_kind;

/* One entry of theta. */
typedef struct r2nn_param {
  r2nn_param_kind kind;
  uint32_t index;   /* node, coupling or input number */
  double unit;      /* S: what 1 means in a signed entry */
  double low, high; /* bounds of theta */
} r2nn_param;

typedef struct r2nn_params {
  uint32_t n, n_nodes;
  r2nn_param *entries;      /* [n] */
  double *theta, *gradient; /* [n] */
  bool *tuned;              /* [n_nodes] d and c follow frequency and quality */
  double *w0, *q, *ground;  /* [n_nodes] present values; first-order nodes have q 0 */
} r2nn_params;

/* What a circuit may be made of. */
typedef struct r2nn_bounds {
  double g_low, g_high; /* S: 1/R of the largest and smallest resistor */
  double f_low, f_high; /* Hz: of a tuned node */
  double q_low, q_high; /* finite capacitor loss sets q_high (system.md §6) */
} r2nn_bounds;

/* Room for every value of the stage; the entries are added with r2nn_params_add. */
bool r2nn_params_init(r2nn_params *params, const r2nn_stage *stage);
void r2nn_params_free(r2nn_params *params);
/* Add one trained value with its start (Hz, quality, S; sign kept for the signed kinds). unit: of a signed entry, S; 0 = the usual.
 */
void r2nn_params_add(r2nn_params *params, r2nn_param_kind kind, uint32_t index, double value, double unit,
                     const r2nn_bounds *bounds);

/* theta into the stage's values. */
void r2nn_params_apply(r2nn_params *params, r2nn_stage *stage);
/* The chain rule from element values to theta: fills params->gradient. */
void r2nn_params_chain(r2nn_params *params, const r2nn_stage *stage, const r2nn_stage_gradient *elements);
/* Keep theta within its bounds. */
void r2nn_params_clip(r2nn_params *params);

#endif
