/* Networks to time. */
#include "bench/network.h"

#include "bench/noise.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LOWEST_HZ = 100, HIGHEST_HZ = 8000 };

/* One resonator above the band: what comes in goes on. */
static r2nn_status fill_front(r2nn_stage *stage, r2nn_error *error) {
  const double own_s = 1e-4, w = 2 * M_PI * 2 * HIGHEST_HZ;
  r2nn_status status = r2nn_stage_init(stage, 1, 0, 1, 1, error);
  if (status != R2NN_OK) return status;
  snprintf(stage->topology, sizeof stage->topology, "bank:1");
  stage->inputs[0] = (r2nn_input){.g = own_s};
  stage->nodes[0] = (r2nn_node){.d = own_s / (w * w), .c = own_s / w};
  return R2NN_OK;
}

static r2nn_status fill_full(r2nn_stage *stage, uint32_t n_nodes, uint32_t n_outputs, r2nn_error *error) {
  const double own_s = 1e-4, quality = 20;
  uint64_t state = 1;
  r2nn_status status = r2nn_stage_init(stage, n_nodes, n_nodes * (n_nodes - 1) / 2, n_nodes, n_outputs, error);
  if (status != R2NN_OK) return status;
  snprintf(stage->topology, sizeof stage->topology, "full:%u", n_nodes);
  for (uint32_t i = 0; i < n_nodes; i++) stage->nodes[i].g = own_s;
  for (uint32_t i = 0; i < n_nodes; i++) stage->inputs[i] = (r2nn_input){.node = i, .g = 0.1 * own_s};
  for (uint32_t i = 0; i < n_outputs; i++) stage->outputs[i] = (uint32_t)((uint64_t)i * n_nodes / n_outputs);
  /* Couplings of both signs whose sum stays below what holds a node. */
  r2nn_coupling *coupling = stage->couplings;
  for (uint32_t a = 0; a < n_nodes; a++)
    for (uint32_t b = a + 1; b < n_nodes; b++)
      *coupling++ = (r2nn_coupling){.a = a, .b = b, .g = 0.3 * own_s / n_nodes * noise_next(&state)};
  for (uint32_t i = 0; i < n_nodes; i++) {
    double w = 2 * M_PI * LOWEST_HZ * pow((double)HIGHEST_HZ / LOWEST_HZ, (i + 0.5) / n_nodes), self_s = r2nn_stage_self(stage, i);
    stage->nodes[i].d = self_s / (w * w);
    stage->nodes[i].c = self_s / (w * quality);
  }
  return R2NN_OK;
}

static r2nn_model *make(uint32_t n_nodes, uint32_t n_outputs, bool behind, r2nn_error *error) {
  static const char *const names[] = {"a", "b"};
  r2nn_model *model = r2nn_model_new(1, 2, behind ? 2 : 1);
  if (!model) {
    r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
    return NULL;
  }
  model->readout.mode = R2NN_MODE_FILE;
  r2nn_status status = r2nn_head_init(&model->head, R2NN_HEAD_PERCEPTRON, n_outputs, 0, 2, error);
  for (int i = 0; status == R2NN_OK && i < 2; i++)
    if (!(model->classes[i] = strdup(names[i]))) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK && behind) status = fill_front(&model->stages[0], error);
  if (status == R2NN_OK) status = fill_full(&model->stages[behind], n_nodes, n_outputs, error);
  if (status == R2NN_OK) status = r2nn_model_check(model, error);
  if (status == R2NN_OK) return model;
  r2nn_model_free(model);
  return NULL;
}

r2nn_model *network_full(uint32_t n_nodes, uint32_t n_outputs, r2nn_error *error) {
  return make(n_nodes, n_outputs, false, error);
}

r2nn_model *network_full_behind(uint32_t n_nodes, uint32_t n_outputs, r2nn_error *error) {
  return make(n_nodes, n_outputs, true, error);
}

double network_flops(uint32_t n_nodes, uint32_t n_outputs) {
  return n_nodes * (10.0 + 4.0 * n_outputs);
}
