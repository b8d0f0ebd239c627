/* Solves one connected part of a stage at a complex frequency, from the inputs and towards the outputs. */
#ifndef R2NN_MEASURE_SOLVER_H
#define R2NN_MEASURE_SOLVER_H

#include "core/components.h"

#include <complex.h>

typedef struct r2nn_solver {
  const r2nn_stage *stage;
  uint32_t n_channels;
  r2nn_parts parts;
  double *self;           /* [n_nodes] K_ii */
  uint32_t *first_output; /* [n_parts + 1] */
  uint32_t *outputs;      /* [n_outputs] numbers of outputs by part */
  double complex *a;      /* [n][n] of the largest part */
  double complex *x;      /* [n_channels + outputs of the part][n]: h of every channel, then lambda of every output */
  int *pivots;
} r2nn_solver;

/* R2NN_NO_MEMORY. */
r2nn_status r2nn_solver_init(r2nn_solver *self, const r2nn_stage *stage, uint32_t n_channels, r2nn_error *error);
void r2nn_solver_free(r2nn_solver *self);

/* The stage's values have changed. */
void r2nn_solver_load(r2nn_solver *self);

/* h = A^-1 B and lambda = A^-1 E of a part into x, A = K + s C + s^2 D. False: A is singular. */
bool r2nn_solver_run(r2nn_solver *self, uint32_t part, double complex s);

/* Only A^-1 of currents into all nodes, into the first n of x: near a pole its mode's shape. */
bool r2nn_solver_shape(r2nn_solver *self, uint32_t part, double complex s);

/* Where what was solved for a channel, and for the k-th output of the part, stands: [nodes of the part]. */
const double complex *r2nn_solver_from(const r2nn_solver *self, uint32_t part, uint32_t channel);
const double complex *r2nn_solver_to(const r2nn_solver *self, uint32_t part, uint32_t k);

#endif
