/* What a network costs when its state is stepped by a dense matrix: sgemv of OpenBLAS, in this thread. */
#include "bench/dense.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

bool dense_begin(dense *self, uint32_t n_nodes) {
  uint32_t n = 2 * n_nodes, state = 1;
  *self = (dense){n, malloc(sizeof(float) * n * n), calloc(n, sizeof(float)), calloc(n, sizeof(float))};
  if (!self->a || !self->x || !self->next) return false;
  /* Uniform entries of variance 0.8 / n: the spectral radius of such a matrix is near sqrt(0.8). */
  for (size_t i = 0; i < (size_t)n * n; i++) {
    state = state * 1664525u + 1013904223u;
    self->a[i] = sqrtf(12 * 0.8f / (float)n) * ((float)(state >> 8) * 0x1p-24f - 0.5f);
  }
  return true;
}

void dense_free(dense *self) {
  free(self->a);
  free(self->x);
  free(self->next);
  *self = (dense){0};
}

void dense_run(dense *self, const float *in, uint32_t n_frames) {
  int n = (int)self->n;
  for (uint32_t t = 0; t < n_frames; t++) {
    cblas_sgemv(CblasRowMajor, CblasNoTrans, n, n, 1, self->a, n, self->x, 1, 0, self->next, 1);
    self->next[0] += in[t];
    float *swap = self->x;
    self->x = self->next;
    self->next = swap;
  }
}
