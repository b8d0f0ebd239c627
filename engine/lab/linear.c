/* Linear tasks of resistor networks (second paper, III.1, Fig. 2). */
#include "lab/contrast.h"
#include "lab/reach.h"
#include "rt/random.h"

#include <stdlib.h>
#include <string.h>

/* The map of a network whose levels are drawn: what can be reached for certain. */
static void draw_matrix(r2nn_contrast *net, r2nn_random *random, double *matrix) {
  uint32_t n = net->learning.n_levels;
  for (uint32_t e = 0; e < net->graph->n_edges; e++) net->levels[e] = 1 + (uint32_t)(r2nn_random_uniform(random) * n);
  r2nn_contrast_map(net, matrix);
  for (uint32_t e = 0; e < net->graph->n_edges; e++) net->levels[e] = n / 2;
}

static void learn(const r2nn_lab_linear_def *def, r2nn_contrast *net, const double *matrix, r2nn_random *random,
                  r2nn_lab_linear_result *result) {
  double map[64], x[8], y[8];
  uint32_t n_in = def->n_inputs, n_out = def->n_outputs, done = 0, tail = def->n_points / 10 + 1;
  for (uint32_t p = 0; p <= def->n_points; p++) {
    for (uint32_t to = (uint32_t)((uint64_t)def->n_updates * p / def->n_points); done < to; done++) {
      for (uint32_t i = 0; i < n_in; i++) x[i] = r2nn_random_uniform(random);
      for (uint32_t o = 0; o < n_out; o++) {
        y[o] = 0;
        for (uint32_t i = 0; i < n_in; i++) y[o] += matrix[o * n_in + i] * x[i];
      }
      r2nn_contrast_step(net, x, y);
    }
    r2nn_contrast_map(net, map);
    result->error[p] = r2nn_reach_error(n_in, n_out, map, matrix);
    if (p + tail > def->n_points) result->last += result->error[p] / tail;
  }
}

r2nn_status r2nn_lab_linear(const r2nn_lab_linear_def *def, r2nn_lab_linear_result *result, r2nn_error *error) {
  r2nn_contrast net = {0};
  r2nn_reach reach = {0};
  double matrix[64];
  r2nn_random random = r2nn_random_new(def->learning.seed, 72);
  *result = (r2nn_lab_linear_result){.error = malloc((def->n_points + 1) * sizeof *result->error)};
  memcpy(matrix, def->matrix, sizeof matrix);
  bool good = result->error && r2nn_contrast_init(&net, def->graph, &def->learning, def->n_inputs, def->inputs, def->reference,
                                                  def->n_outputs, def->outputs);
  if (good && def->feasible) draw_matrix(&net, &random, matrix);
  if (good) learn(def, &net, matrix, &random, result);
  good = good && r2nn_reach_init(&reach, def, matrix) && r2nn_reach_least(&reach, &result->reachable);
  r2nn_contrast_free(&net);
  r2nn_reach_free(&reach);
  if (good) return R2NN_OK;
  r2nn_lab_linear_free(result);
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a network");
}

void r2nn_lab_linear_free(r2nn_lab_linear_result *result) {
  free(result->error);
  *result = (r2nn_lab_linear_result){0};
}
