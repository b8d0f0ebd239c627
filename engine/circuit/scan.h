/* A network's nodes over the frequencies that it works at. */
#ifndef R2NN_CIRCUIT_SCAN_H
#define R2NN_CIRCUIT_SCAN_H

#include "r2nn/circuit.h"

/* One frequency: gains, V/V, of the built first stage's nodes (at most R2NN_SCAN_NODES, the first) from every channel. */
typedef struct r2nn_scan_point {
  double freq_hz;
  uint32_t n_nodes, n_channels;
  const double *re, *im; /* [n_nodes][n_channels] */
} r2nn_scan_point;

typedef void (*r2nn_scan_visit)(void *context, const r2nn_scan_point *point);

/* Visit R2NN_SCAN_POINTS frequencies evenly spaced by ratio, an octave beyond the resonances at both ends; then, if at_poles, those
 * of the natural frequencies, where a sharp resonance is highest. R2NN_NO_MEMORY. Main thread. */
#define R2NN_SCAN_POINTS 300u
#define R2NN_SCAN_NODES  256u /* more take minutes */
r2nn_status r2nn_scan(const r2nn_circuit *circuit, bool at_poles, r2nn_scan_visit visit, void *context, r2nn_error *error);

/* Fill the about fields of circuit->nodes. R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_about_find(r2nn_circuit *circuit, r2nn_error *error);

#endif
