/* Draws a circuit, cell by cell. */
#ifndef HOSTS_CIRCUIT_SCHEMATIC_H
#define HOSTS_CIRCUIT_SCHEMATIC_H

#include "r2nn/circuit.h"

#include <stdio.h>

/* Write an SVG. R2NN_NO_MEMORY, R2NN_BAD_ARGUMENT if it cannot be drawn. */
r2nn_status schematic_write(const r2nn_circuit *circuit, FILE *to, r2nn_error *error);

#endif
