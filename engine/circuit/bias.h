/* The bias path: what every node's op-amp inputs see at DC. */
#ifndef R2NN_CIRCUIT_BIAS_H
#define R2NN_CIRCUIT_BIAS_H

#include "r2nn/circuit.h"

/* Fill circuit->bias_ohm, the largest resistance to ground of a node of the first stage, from the built values: (K^-1)_ii,
 * at the circuit's impedance level. K is positive definite, so every node has a path. R2NN_NO_MEMORY. */
r2nn_status r2nn_bias_find(r2nn_circuit *circuit, r2nn_error *error);

#endif
