/* One cell of a schematic: a node with all that belongs to it, or the parts of another block. */
#ifndef HOSTS_CIRCUIT_CELL_H
#define HOSTS_CIRCUIT_CELL_H

#include "circuit/symbols.h"
#include "r2nn/circuit.h"

enum { CELL_WIDTH = 500 };

/* What the cells are of: a node of a stage with its block, or a block alone. */
typedef struct cell {
  uint32_t block;   /* index into the circuit's */
  uint32_t n_alike; /* further blocks of the same parts, not drawn */
} cell;

/* How high it is, points. Draw it with its corner at the origin. */
double cell_height(const r2nn_circuit *circuit, const cell *of);
void cell_draw(cairo_t *page, const r2nn_circuit *circuit, const cell *of);

/* "R12 4.7k", with an arrow behind R12 if it has a trimmer. */
void cell_label(const r2nn_element *element, char *text, size_t size);

#endif
