/* Sweeps through a board that is not there. */
#ifndef R2NN_TESTS_VIRTUAL_SWEEP_H
#define R2NN_TESTS_VIRTUAL_SWEEP_H

#include "hardware/virtual.h"
#include "r2nn/measure.h"
#include "unit.h"

#include <stdlib.h>

/* What a sweep through a virtual board gives. */
typedef struct session {
  r2nn_heard *heard; /* [n_channels][n_outputs] */
  r2nn_heard loopback;
  uint32_t n;
} session;

static inline session measure(const virtual_def *def, const r2nn_sweep *sweep) {
  virtual_board *board;
  r2nn_error error = {""};
  if (virtual_board_new(def, &board, &error) != R2NN_OK) fail_msg("%s", error.text);
  uint32_t n = virtual_board_n_outputs(board), m = def->model->n_channels, n_frames = r2nn_sweep_frames(sweep);
  float *played = malloc(n_frames * sizeof *played), *silence = calloc(n_frames, sizeof *silence);
  float **out = malloc(n * sizeof *out);
  const float **in = malloc(m * sizeof *in);
  session all = {.heard = calloc((size_t)m * (n - 1), sizeof *all.heard), .n = m * (n - 1)};
  r2nn_sweep_make(sweep, played);
  for (uint32_t o = 0; o < n; o++) out[o] = malloc(n_frames * sizeof *out[o]);
  for (uint32_t c = 0; c < m; c++) {
    for (uint32_t k = 0; k < m; k++) in[k] = k == c ? played : silence;
    virtual_board_process(board, in, out, n_frames);
    for (uint32_t o = 0; o + 1 < n; o++)
      assert_int_equal(r2nn_heard_make(sweep, played, out[o], 1, n_frames, &all.heard[c * (n - 1) + o], &error), R2NN_OK);
    if (c == 0) assert_int_equal(r2nn_heard_make(sweep, played, out[n - 1], 1, n_frames, &all.loopback, &error), R2NN_OK);
  }
  for (uint32_t o = 0; o < n; o++) free(out[o]);
  free(out);
  free(in);
  free(played);
  free(silence);
  virtual_board_free(board);
  return all;
}

static inline void forget(session *all) {
  for (uint32_t i = 0; i < all->n; i++) r2nn_heard_free(&all->heard[i]);
  r2nn_heard_free(&all->loopback);
  free(all->heard);
}

#endif
