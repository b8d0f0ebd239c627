/* Two nodes by eq. 6 that learn a line, step by step (second paper, Fig. 4). */
#include "lab/layers.h"
#include "train/adam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define JUMP 0.1 /* of the share of wrong rows, in one step */

static double share_wrong(const double *z, const r2nn_lab_data *data) {
  uint32_t n = data->n_rows, wrong = 0;
  for (uint32_t r = 0; r < n; r++) {
    uint32_t best = 0;
    for (uint32_t k = 1; k < data->n_classes; k++)
      if (z[(size_t)k * n + r] > z[(size_t)best * n + r]) best = k;
    wrong += best != data->label[r];
  }
  return (double)wrong / n;
}

static void count(const r2nn_lab_jump_def *def, r2nn_lab_jump_result *result) {
  for (uint32_t step = 1; step <= def->n_steps; step++) {
    const double *now = result->sums + (size_t)step * result->n_nodes, *was = now - result->n_nodes;
    bool jumps = result->wrong[step] - result->wrong[step - 1] >= JUMP, flips = false;
    for (uint32_t k = 0; k < result->n_nodes; k++) flips = flips || (now[k] > 0) != (was[k] > 0);
    result->n_jumps += jumps;
    result->n_flips += flips;
    result->n_jumps_on_flips += jumps && flips;
  }
}

r2nn_status r2nn_lab_jump(const r2nn_lab_jump_def *def, r2nn_lab_jump_result *result, r2nn_error *error) {
  const r2nn_lab_data *data = def->data;
  r2nn_lab_layers_def layers_def = {.output = R2NN_LAB_KIRCHHOFF, .lambda = def->lambda};
  r2nn_layers layers;
  r2nn_adam adam = {0};
  size_t n = (size_t)def->n_steps + 1;
  *result = (r2nn_lab_jump_result){.n_nodes = data->n_classes};
  result->loss = calloc(n, sizeof *result->loss);
  result->wrong = calloc(n, sizeof *result->wrong);
  result->sums = calloc(n * data->n_classes, sizeof *result->sums);
  bool good = r2nn_layers_init(&layers, &layers_def, data->n_features, data->n_classes, data->n_rows, def->seed) && result->loss &&
              result->wrong && result->sums && r2nn_adam_init(&adam, layers.n_theta, def->n_steps, def->rate);
  for (uint32_t step = 0; good && step <= def->n_steps; step++) {
    result->loss[step] = r2nn_layers_loss(&layers, data->x, data->label, NULL, data->n_rows);
    result->wrong[step] = share_wrong(layers.z[0], data);
    for (uint32_t k = 0; k < data->n_classes; k++)
      result->sums[(size_t)step * data->n_classes + k] = r2nn_layers_sum(&layers, 0, k);
    if (step < def->n_steps && isfinite(result->loss[step])) r2nn_adam_step(&adam, layers.theta, layers.gradient);
  }
  if (good) count(def, result);
  r2nn_adam_free(&adam);
  r2nn_layers_free(&layers);
  if (good) return R2NN_OK;
  r2nn_lab_jump_free(result);
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a run");
}

void r2nn_lab_jump_free(r2nn_lab_jump_result *result) {
  free(result->loss);
  free(result->wrong);
  free(result->sums);
  *result = (r2nn_lab_jump_result){0};
}
