/* A network's nodes over the frequencies that it works at. */
#include "circuit/scan.h"

#include <math.h>
#include <stdlib.h>

/* The frequencies to visit, Hz. */
static r2nn_status find_frequencies(const r2nn_circuit *circuit, bool at_poles, double **hz, uint32_t *n, r2nn_error *error) {
  uint32_t n_poles = 0;
  double *re = NULL, *im = NULL;
  r2nn_status status = at_poles ? r2nn_stage_poles(&circuit->built->stages[0], &n_poles, &re, &im, error) : R2NN_OK;
  *n = R2NN_SCAN_POINTS + (n_poles < R2NN_SCAN_NODES ? n_poles : R2NN_SCAN_NODES);
  *hz = status == R2NN_OK ? malloc(*n * sizeof **hz) : NULL;
  for (uint32_t p = 0; p < *n && *hz; p++)
    (*hz)[p] = p < R2NN_SCAN_POINTS
                   ? circuit->lowest_hz / 2 * pow(4 * circuit->highest_hz / circuit->lowest_hz, p / (R2NN_SCAN_POINTS - 1.0))
                   : im[p - R2NN_SCAN_POINTS] / (2 * M_PI);
  free(re);
  free(im);
  return status == R2NN_OK && !*hz ? r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit") : status;
}

r2nn_status r2nn_scan(const r2nn_circuit *circuit, bool at_poles, r2nn_scan_visit visit, void *context, r2nn_error *error) {
  r2nn_stage stage = circuit->built->stages[0];
  uint32_t n = stage.n_nodes < R2NN_SCAN_NODES ? stage.n_nodes : R2NN_SCAN_NODES, n_channels = circuit->n_channels, n_points;
  double *hz;
  r2nn_status status = find_frequencies(circuit, at_poles, &hz, &n_points, error);
  if (status != R2NN_OK) return status;
  uint32_t *all = malloc(n * sizeof *all);
  double *re = malloc((size_t)n * n_channels * sizeof *re), *im = malloc((size_t)n * n_channels * sizeof *im);
  if (!all || !re || !im) status = r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  for (uint32_t i = 0; i < n && all; i++) all[i] = i;
  stage.outputs = all;
  stage.n_outputs = n;
  for (uint32_t p = 0; p < n_points && status == R2NN_OK; p++) {
    const r2nn_scan_point point = {hz[p], n, n_channels, re, im};
    status = r2nn_stage_response(&stage, n_channels, hz[p], re, im, NULL, error);
    if (status == R2NN_OK) visit(context, &point);
  }
  free(hz);
  free(all);
  free(re);
  free(im);
  return status;
}
