/* A network's nodes over the frequencies that it works at. */
#ifndef R2NN_CIRCUIT_SCAN_H
#define R2NN_CIRCUIT_SCAN_H

#include "r2nn/circuit.h"

/* Told the gain, V/V, of a node from some channel at one frequency. */
typedef void (*r2nn_scan_visit)(void *context, uint32_t node, double freq_hz, double gain);

/* Visit all nodes (at most R2NN_SCAN_NODES, the first) of the built first stage, from every channel, at R2NN_SCAN_POINTS
 * frequencies evenly spaced by ratio, an octave beyond the resonances at both ends. R2NN_NO_MEMORY. Main thread. */
#define R2NN_SCAN_POINTS 300u
#define R2NN_SCAN_NODES  256u /* more take minutes */
r2nn_status r2nn_scan(const r2nn_circuit *circuit, r2nn_scan_visit visit, void *context, r2nn_error *error);

/* Fill the about fields of circuit->nodes. R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_about_find(r2nn_circuit *circuit, r2nn_error *error);

#endif
