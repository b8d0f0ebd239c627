/* Ways to step a network that come to mind first; OpenBLAS multiplies. */
#include "bench/naive.h"

#include "bench/noise.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

const char *naive_name(naive_kind kind) {
  static const char *const names[N_NAIVES] = {"dense update by sgemv", "semi-implicit Euler", "loop over modes"};
  return names[kind];
}

/* Uniform entries of variance 0.8 / n: the spectral radius of such a matrix is near sqrt(0.8). */
static void fill_dense(naive *self, uint64_t *state) {
  uint32_t n = 2 * self->n;
  for (size_t i = 0; i < (size_t)n * n; i++) self->matrix[i] = sqrtf(3 * 0.8f / (float)n) * (float)noise_next(state);
}

/* Conductances that hold every node, in units of what a step moves. */
static void fill_euler(naive *self, uint64_t *state) {
  for (uint32_t i = 0; i < self->n; i++)
    for (uint32_t j = 0; j < self->n; j++)
      self->matrix[(size_t)i * self->n + j] = i == j ? 0.1f : 0.05f / (float)self->n * (float)noise_next(state);
}

static void fill_modes(naive *self, uint64_t *state) {
  for (uint32_t k = 0; k < self->n; k++) {
    float angle = 1.5f * ((float)noise_next(state) + 1);
    self->matrix[2 * k] = 0.99f * cosf(angle);
    self->matrix[2 * k + 1] = 0.99f * sinf(angle);
  }
  for (size_t i = 2 * (size_t)self->n; i < 2 * (size_t)self->n * (self->n_outputs + 1); i++)
    self->matrix[i] = 0.5f * (float)noise_next(state);
}

bool naive_begin(naive *self, naive_kind kind, uint32_t n_nodes, uint32_t n_outputs) {
  static void (*const fills[N_NAIVES])(naive *, uint64_t *) = {fill_dense, fill_euler, fill_modes};
  const size_t n = n_nodes, sizes[N_NAIVES] = {4 * n * n, n * n, 2 * n * (n_outputs + 1)};
  uint64_t state = 1;
  *self = (naive){kind,
                  n_nodes,
                  n_outputs,
                  malloc(sizeof(float) * sizes[kind]),
                  calloc(2 * n, sizeof(float)),
                  calloc(2 * n, sizeof(float)),
                  calloc(n_outputs, sizeof(float))};
  if (!self->matrix || !self->x || !self->next || !self->y) return false;
  fills[kind](self, &state);
  return true;
}

void naive_free(naive *self) {
  free(self->matrix);
  free(self->x);
  free(self->next);
  free(self->y);
  *self = (naive){0};
}

static void run_dense(naive *self, const float *in, uint32_t n_frames) {
  int n = (int)(2 * self->n);
  for (uint32_t t = 0; t < n_frames; t++) {
    cblas_sgemv(CblasRowMajor, CblasNoTrans, n, n, 1, self->matrix, n, self->x, 1, 0, self->next, 1);
    self->next[0] += in[t];
    float *swap = self->x;
    self->x = self->next;
    self->next = swap;
  }
}

static void run_euler(naive *self, const float *in, uint32_t n_frames) {
  uint32_t n = self->n;
  float *v = self->x, *slope = self->x + n, *force = self->next;
  for (uint32_t t = 0; t < n_frames; t++) {
    cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)n, (int)n, -1, self->matrix, (int)n, v, 1, 0, force, 1);
    force[0] += in[t];
    for (uint32_t i = 0; i < n; i++) {
      slope[i] += force[i] - 0.01f * slope[i];
      v[i] += slope[i];
    }
  }
}

static void run_modes(naive *self, const float *in, uint32_t n_frames) {
  for (uint32_t t = 0; t < n_frames; t++) {
    for (uint32_t k = 0; k < self->n; k++) {
      float z_re = self->matrix[2 * k], z_im = self->matrix[2 * k + 1], re = self->x[2 * k], im = self->x[2 * k + 1];
      self->x[2 * k] = z_re * re - z_im * im + in[t];
      self->x[2 * k + 1] = z_re * im + z_im * re;
    }
    const float *weights = self->matrix;
    for (uint32_t o = 0; o < self->n_outputs; o++) {
      float sum = 0;
      weights += 2 * (size_t)self->n;
      for (uint32_t k = 0; k < self->n; k++) sum += weights[2 * k] * self->x[2 * k] - weights[2 * k + 1] * self->x[2 * k + 1];
      self->y[o] = sum;
    }
  }
}

void naive_run(naive *self, const float *in, uint32_t n_frames) {
  static void (*const runs[N_NAIVES])(naive *, const float *, uint32_t) = {run_dense, run_euler, run_modes};
  runs[self->kind](self, in, n_frames);
}
