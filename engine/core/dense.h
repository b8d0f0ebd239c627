/* A nearly defective part at one rate: an exact propagator of the states that the rate can carry. */
#ifndef R2NN_CORE_DENSE_H
#define R2NN_CORE_DENSE_H

#include "core/modes.h"

/* x[t] = m x[t-1] + b u[t], v_o = row_o . x. */
typedef struct r2nn_dense {
  uint32_t n_states;
  double *m;    /* [n_states][n_states] */
  double *b;    /* [n_states][n_channels], times the sample period */
  double *rows; /* [the part's n_outputs][n_states] */
} r2nn_dense;

/* Make one of a dense part of modes. Poles at or above most_turn (rad a sample) or most_decay (nepers a sample) are left out. False
 * if memory is short or LAPACK fails; then too the result is to be freed. Main thread. */
bool r2nn_dense_init(r2nn_dense *dense, const r2nn_modes *modes, const r2nn_part *part, double rate_hz, double most_turn,
                     double most_decay);
void r2nn_dense_free(r2nn_dense *dense);

#endif
