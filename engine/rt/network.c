/* One stage's circuit over a tile: its modal banks, dense parts and direct taps. */
#include "rt/multiversion.h"
#include "rt/state.h"

#include <string.h>

/* A nearly defective part, frame by frame. */
static void dense_run(r2nn_dense_part *part, uint32_t n_inputs, uint32_t n_outputs, const float *u, uint32_t n, float *y) {
  uint32_t s = part->n_states;
  for (uint32_t t = 0; t < n; t++) {
    for (uint32_t i = 0; i < s; i++) {
      double sum = 0;
      for (uint32_t j = 0; j < s; j++) sum += part->m[(size_t)i * s + j] * part->x[j];
      for (uint32_t c = 0; c < n_inputs; c++) sum += part->b[(size_t)i * n_inputs + c] * (double)u[c * R2NN_U_STRIDE + t];
      part->next[i] = sum;
    }
    double *swap = part->x;
    part->x = part->next;
    part->next = swap;
    for (uint32_t o = 0; o < part->n_outputs; o++) {
      double sum = 0;
      for (uint32_t j = 0; j < s; j++) sum += part->rows[(size_t)o * s + j] * part->x[j];
      y[(size_t)t * n_outputs + part->outputs[o]] += (float)sum;
    }
  }
}

enum { TAP_FRAMES = 8 }; /* so many sums do not wait for one another */

/* y[t] = sum_m sum_c taps[m][c] u_c[t-m] for one vector of outputs; n_frames: TAP_FRAMES or 1. */
R2NN_INLINE void tap_frames(const r2nn_network *network, const float *u, uint32_t chunk, float *y, const size_t n_frames) {
  r2nn_f32v sum[TAP_FRAMES] = {{0}};
  const r2nn_f32v *tap = network->taps + chunk;
  for (uint32_t m = 0; m < network->n_taps; m++, u--)
    for (uint32_t c = 0; c < network->n_inputs; c++, tap += network->tap_stride) {
      const float *row = u + (size_t)c * R2NN_U_STRIDE;
#pragma GCC unroll 8
      for (size_t t = 0; t < n_frames; t++) sum[t] += *tap * row[t];
    }
  uint32_t first = chunk * R2NN_F32_LANES, left = network->n_outputs - first;
  y += first;
  if (left >= R2NN_F32_LANES)
#pragma GCC unroll 8
    for (size_t t = 0; t < n_frames; t++) memcpy(y + t * network->n_outputs, &sum[t], sizeof sum[t]);
  else
    for (size_t t = 0; t < n_frames; t++)
      for (uint32_t i = 0; i < left; i++) y[t * network->n_outputs + i] = sum[t][i];
}

R2NN_MULTIVERSION static void taps_run(const r2nn_network *network, const float *u, uint32_t n, float *y) {
  for (uint32_t chunk = 0; chunk < network->tap_stride; chunk++) {
    uint32_t t = 0;
    for (; t + TAP_FRAMES <= n; t += TAP_FRAMES) tap_frames(network, u + t, chunk, y + (size_t)t * network->n_outputs, TAP_FRAMES);
    for (; t < n; t++) tap_frames(network, u + t, chunk, y + (size_t)t * network->n_outputs, 1);
  }
}

/* The first n frames of a tile, of which left follow. */
static void run_frames(r2nn_network *network, uint32_t n, uint32_t left, float *y) {
  uint32_t n_inputs = network->n_inputs, n_outputs = network->n_outputs;
  const float *u = network->u + R2NN_TAPS_MAX;
  taps_run(network, u, n, y);
  u -= network->latency;
  if (network->f32.n_groups) r2nn_f32_bank_run(&network->f32, n_inputs, n_outputs, u, n, y);
  if (network->f64.n_groups) r2nn_f64_bank_run(&network->f64, n_inputs, n_outputs, u, n, y);
  for (uint32_t p = 0; p < network->n_dense; p++) dense_run(&network->dense[p], n_inputs, n_outputs, u, n, y);
  for (uint32_t c = 0; c < n_inputs; c++) {
    float *row = network->u + c * R2NN_U_STRIDE;
    memmove(row, row + n, (R2NN_TAPS_MAX + left) * sizeof *row);
  }
}

void r2nn_network_run(r2nn_network *network, uint32_t n, float *y) {
  if (!network->n_limits) {
    run_frames(network, n, 0, y);
    return;
  }
  for (uint32_t t = 0; t < n; t++) {
    run_frames(network, 1, n - 1 - t, y + (size_t)t * network->n_outputs);
    r2nn_network_limit(network);
  }
}

void r2nn_network_reset(r2nn_network *network) {
  memset(network->u, 0, sizeof *network->u * network->n_inputs * R2NN_U_STRIDE);
  memset(network->f32.q, 0, 2 * sizeof *network->f32.q * network->f32.n_groups);
  memset(network->f64.q, 0, 2 * sizeof *network->f64.q * network->f64.n_groups);
  for (uint32_t p = 0; p < network->n_dense; p++) memset(network->dense[p].x, 0, network->dense[p].n_states * sizeof(double));
}
