/* A network's nodes over the frequencies that it works at. */
#include "circuit/scan.h"

#include <math.h>
#include <stdlib.h>

r2nn_status r2nn_scan(const r2nn_circuit *circuit, r2nn_scan_visit visit, void *context, r2nn_error *error) {
  r2nn_stage stage = circuit->built->stages[0];
  uint32_t n = stage.n_nodes < R2NN_SCAN_NODES ? stage.n_nodes : R2NN_SCAN_NODES, n_channels = circuit->n_channels;
  uint32_t *all = malloc(n * sizeof *all);
  double *re = malloc((size_t)n * n_channels * sizeof *re), *im = malloc((size_t)n * n_channels * sizeof *im);
  r2nn_status status = all && re && im ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  for (uint32_t i = 0; i < n && all; i++) all[i] = i;
  stage.outputs = all;
  stage.n_outputs = n;
  for (uint32_t p = 0; p < R2NN_SCAN_POINTS && status == R2NN_OK; p++) {
    double hz = circuit->lowest_hz / 2 * pow(4 * circuit->highest_hz / circuit->lowest_hz, (double)p / (R2NN_SCAN_POINTS - 1));
    status = r2nn_stage_response(&stage, n_channels, hz, re, im, NULL, error);
    for (size_t k = 0; k < (size_t)n * n_channels && status == R2NN_OK; k++)
      visit(context, (uint32_t)(k / n_channels), hz, hypot(re[k], im[k]));
  }
  free(all);
  free(re);
  free(im);
  return status;
}
