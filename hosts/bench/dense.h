/* What a network costs when its state is stepped by a dense matrix. */
#ifndef HOSTS_BENCH_DENSE_H
#define HOSTS_BENCH_DENSE_H

#include "r2nn/base.h"

typedef struct dense {
  uint32_t n; /* states, two a node */
  float *a;   /* [n][n], owned */
  float *x, *next;
} dense;

/* A stable update of 2 * n_nodes states. False if memory is short; free it with dense_free() whatever happens. */
bool dense_begin(dense *self, uint32_t n_nodes);
void dense_free(dense *self);

/* x = A x + u for each of n_frames samples. */
void dense_run(dense *self, const float *in, uint32_t n_frames);

#endif
