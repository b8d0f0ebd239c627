/* Which resistors of a circuit are a fixed one and a trimmer. */
#ifndef R2NN_CIRCUIT_TRIMS_H
#define R2NN_CIRCUIT_TRIMS_H

#include "r2nn/circuit.h"

/* Give every resistor of the first network that circuit->def.trims asks for its fixed part and its trimmer; the values of the whole
 * stay. */
void r2nn_trims_choose(r2nn_circuit *circuit);

#endif
