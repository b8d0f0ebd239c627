/* The layouts a user can ask for: bank, full and grid. */
#include "core/topology.h"

#include <math.h>
#include <stdio.h>

static r2nn_status check_size(const char *what, uint32_t value, uint32_t least, uint32_t most, r2nn_error *error) {
  if (value >= least && value <= most) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: must be %u to %u, is %u", what, least, most, value);
}

/* Every channel into every node. */
static void link_all(r2nn_stage *stage, uint32_t n_channels) {
  for (uint32_t i = 0; i < stage->n_inputs; i++) stage->inputs[i] = (r2nn_input){.node = i / n_channels, .channel = i % n_channels};
}

/* n nodes, each linked to every channel and each an output, with room for n_couplings. */
static r2nn_status lay_out(r2nn_stage *stage, uint32_t n, uint32_t n_couplings, uint32_t n_channels, r2nn_error *error) {
  r2nn_status status = check_size("channels", n_channels, 1, R2NN_MAX_COUPLINGS / n, error);
  if (status == R2NN_OK) status = r2nn_stage_init(stage, n, n_couplings, n * n_channels, n, error);
  if (status != R2NN_OK) return status;
  link_all(stage, n_channels);
  for (uint32_t i = 0; i < n; i++) stage->outputs[i] = i;
  return R2NN_OK;
}

r2nn_status r2nn_topology_bank(r2nn_stage *stage, uint32_t n, uint32_t n_channels, r2nn_error *error) {
  r2nn_status status = check_size("bank", n, 1, R2NN_MAX_NODES, error);
  if (status == R2NN_OK) status = lay_out(stage, n, 0, n_channels, error);
  if (status == R2NN_OK) snprintf(stage->topology, sizeof stage->topology, "bank:%u", n);
  return status;
}

r2nn_status r2nn_topology_full(r2nn_stage *stage, uint32_t n, uint32_t n_channels, r2nn_error *error) {
  r2nn_status status = check_size("full", n, 1, R2NN_MAX_COMPONENT, error);
  if (status == R2NN_OK) status = lay_out(stage, n, n * (n - 1) / 2, n_channels, error);
  if (status != R2NN_OK) return status;
  snprintf(stage->topology, sizeof stage->topology, "full:%u", n);
  r2nn_coupling *coupling = stage->couplings;
  for (uint32_t a = 0; a < n; a++)
    for (uint32_t b = a + 1; b < n; b++) *coupling++ = (r2nn_coupling){.a = a, .b = b};
  return R2NN_OK;
}

r2nn_status r2nn_topology_grid(r2nn_stage *stage, uint32_t rows, uint32_t cols, uint32_t n_channels, r2nn_error *error) {
  r2nn_status status = check_size("grid rows", rows, 3, R2NN_MAX_COMPONENT / 2 / 3, error);
  if (status == R2NN_OK) status = check_size("grid columns", cols, 3, R2NN_MAX_COMPONENT / 2 / rows, error);
  if (status == R2NN_OK) status = check_size("channels", n_channels, 1, R2NN_MAX_COUPLINGS, error);
  if (status != R2NN_OK) return status;
  uint32_t n_cells = rows * cols, n_couplings = rows * (cols - 1) + cols * (rows - 1) + n_cells;
  status = r2nn_stage_init(stage, 2 * n_cells, n_couplings, n_channels, 3, error);
  if (status != R2NN_OK) return status;
  snprintf(stage->topology, sizeof stage->topology, "grid:%ux%u", rows, cols);

  r2nn_coupling *coupling = stage->couplings;
  for (uint32_t i = 0; i < n_cells; i++) {
    if (i % cols + 1 < cols) *coupling++ = (r2nn_coupling){.a = i, .b = i + 1};
    if (i + cols < n_cells) *coupling++ = (r2nn_coupling){.a = i, .b = i + cols};
  }
  for (uint32_t i = 0; i < n_cells; i++) *coupling++ = (r2nn_coupling){.a = i, .b = n_cells + i};

  for (uint32_t i = 0; i < n_channels; i++) stage->inputs[i] = (r2nn_input){.node = cols / 2, .channel = i};
  stage->outputs[0] = n_cells + rows / 2 * cols;
  stage->outputs[1] = n_cells + rows / 2 * cols + cols - 1;
  stage->outputs[2] = n_cells + (rows - 1) * cols + cols / 2;
  return R2NN_OK;
}

void r2nn_topology_corners(uint32_t rows, uint32_t cols, uint32_t corners[4]) {
  corners[0] = 0;
  corners[1] = cols - 1;
  corners[2] = (rows - 1) * cols;
  corners[3] = rows * cols - 1;
}

void r2nn_topology_ground(r2nn_stage *stage, uint32_t node) {
  double largest = 0;
  for (uint32_t i = 0; i < stage->n_couplings; i++)
    if (stage->couplings[i].a == node || stage->couplings[i].b == node) largest = fmax(largest, fabs(stage->couplings[i].g));
  for (uint32_t i = 0; i < stage->n_inputs; i++)
    if (stage->inputs[i].node == node) largest = fmax(largest, fabs(stage->inputs[i].g));
  stage->nodes[node].g = R2NN_SHORT * largest;
}
