/* One stage's metacircuit in parts: resistors, capacitors, FDNRs and negative-resistance stages. */
#ifndef R2NN_CIRCUIT_NETWORK_H
#define R2NN_CIRCUIT_NETWORK_H

#include "circuit/make.h"

/* Build stage index of the model. channels[n_channels of it]: nets that hold its inputs, each at low impedance; nodes[n_nodes]
 * receives its nodes. The values that rounding has made go into circuit->built. Main thread. */
r2nn_status r2nn_network_design(r2nn_maker *maker, const r2nn_model *model, uint32_t index, const uint32_t *channels,
                                r2nn_circuit_node *nodes, r2nn_error *error);

#endif
