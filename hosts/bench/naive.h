/* The same network stepped in ways that come to mind first, for comparison. */
#ifndef HOSTS_BENCH_NAIVE_H
#define HOSTS_BENCH_NAIVE_H

#include "r2nn/base.h"

#include <stdbool.h>

typedef enum naive_kind {
  NAIVE_DENSE, /* x = A x + u by sgemv of OpenBLAS, two states a node */
  NAIVE_EULER, /* semi-implicit Euler: every node's current from the conductance matrix by sgemv, then its slope, then its voltage
                */
  NAIVE_MODES, /* complex modes, sample by sample, and every output's sum over them */
  N_NAIVES
} naive_kind;

typedef struct naive {
  naive_kind kind;
  uint32_t n, n_outputs; /* nodes; n 0: none */
  float *matrix;         /* dense [2n][2n], Euler [n][n], modes [n_outputs + 1][n][re, im]: first z; owned, as are all */
  float *x, *next;       /* [2n] */
  float *y;              /* [n_outputs] the last frame's */
} naive;

const char *naive_name(naive_kind kind);

/* A stable network of n_nodes, its numbers drawn at random: none of the ways is quicker for other numbers. False if memory is
 * short; free it with naive_free() whatever happens. */
bool naive_begin(naive *self, naive_kind kind, uint32_t n_nodes, uint32_t n_outputs);
void naive_free(naive *self);

/* n_frames samples; they are driven by in. */
void naive_run(naive *self, const float *in, uint32_t n_frames);

#endif
