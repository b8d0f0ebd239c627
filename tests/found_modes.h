/* How far the modes that an identification finds are from those of the board, which is not there. */
#ifndef R2NN_TESTS_FOUND_MODES_H
#define R2NN_TESTS_FOUND_MODES_H

#include "parts_file.h"
#include "r2nn/board.h"
#include "virtual_sweep.h"

#include <math.h>
#include <stdlib.h>

#define MODES_RATE 48000.0

typedef struct modes_def {
  const r2nn_model *model;
  const char *opamp;
  double tolerance; /* a share */
  uint64_t seed;
  double snr_db;
  double most_hz, most_q; /* shares: modes that the outputs show less well, by three standard deviations, do not count */
} modes_def;

typedef struct modes_off {
  uint32_t n, n_sure;
  double hz, q;             /* shares, the worst of those that are sure */
  double hz_sigma, q_sigma; /* root mean squares of the same, each for the standard deviation that is told */
  double moved;             /* the most that one of them is off the design, a share */
  double misfit, error;     /* r2nn_identified's */
} modes_off;

static inline r2nn_model *modes_board(const modes_def *def) {
  r2nn_circuit_def circuit_def = r2nn_circuit_def_default();
  r2nn_board_def board_def = {def->tolerance, def->seed};
  r2nn_circuit *circuit;
  r2nn_model *built;
  r2nn_error error = {""};
  circuit_def.network_only = true;
  if (parts_file_read("--opamp", def->opamp, &circuit_def.parts, &error) != R2NN_OK) fail_msg("%s", error.text);
  if (r2nn_circuit_design(def->model, &circuit_def, &circuit, &error) != R2NN_OK) fail_msg("%s", error.text);
  if (r2nn_board_build(circuit, &board_def, &built, &error) != R2NN_OK) fail_msg("%s", error.text);
  r2nn_circuit_free(circuit);
  return built;
}

/* A mode is compared with the true pole nearest to it: of resonances at one frequency those of other quality are others. */
static inline modes_off modes_compare(const modes_def *def, const r2nn_model *built, const r2nn_identified *found) {
  modes_off off = {.misfit = found->misfit, .error = found->error};
  double *re, *im;
  assert_int_equal(r2nn_stage_poles(&built->stages[0], &off.n, &re, &im, NULL), R2NN_OK);
  assert_int_equal(off.n, found->n_modes);
  for (uint32_t k = 0; k < off.n; k++) {
    const r2nn_mode_found *mode = &found->modes[k];
    if (mode->found_q == 0 || 3 * mode->sigma_hz > def->most_hz || 3 * mode->sigma_q > def->most_q) continue;
    double w = 2 * M_PI * mode->found_hz, damping = w / (2 * mode->found_q), swing = sqrt(w * w - damping * damping);
    uint32_t near = 0;
    for (uint32_t j = 1; j < off.n; j++)
      if (hypot(re[j] + damping, im[j] - swing) < hypot(re[near] + damping, im[near] - swing)) near = j;
    double true_w = hypot(re[near], im[near]), hz = fabs(w / true_w - 1), q = fabs(2 * mode->found_q * re[near] / true_w + 1);
    off.hz = fmax(off.hz, hz);
    off.q = fmax(off.q, q);
    off.hz_sigma += pow(hz / mode->sigma_hz, 2);
    off.q_sigma += pow(q / mode->sigma_q, 2);
    off.moved = fmax(off.moved, fabs(mode->found_hz / mode->design_hz - 1));
    off.n_sure++;
  }
  off.hz_sigma = sqrt(off.hz_sigma / fmax(off.n_sure, 1));
  off.q_sigma = sqrt(off.q_sigma / fmax(off.n_sure, 1));
  free(re);
  free(im);
  return off;
}

/* A board is drawn, built, swept and identified. */
static inline modes_off modes_identify(const modes_def *def) {
  r2nn_model *built = modes_board(def);
  virtual_def board = {
      .model = built, .rate_hz = MODES_RATE, .delay_s = 0.003, .snr_db = def->snr_db, .coloured = true, .seed = def->seed};
  r2nn_identify_def how = r2nn_identify_def_default(0.05, MODES_RATE);
  r2nn_sweep sweep;
  r2nn_identified found;
  r2nn_error error = {""};
  assert_int_equal(r2nn_sweep_for(built, MODES_RATE, 0.1, 0.25, &sweep, NULL), R2NN_OK);
  session all = measure(&board, &sweep);
  if (r2nn_identify(def->model, all.heard, &all.loopback, &how, &found, &error) != R2NN_OK) fail_msg("%s", error.text);
  modes_off off = modes_compare(def, built, &found);
  r2nn_identified_free(&found);
  forget(&all);
  r2nn_model_free(built);
  return off;
}

#endif
