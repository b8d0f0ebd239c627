/* The symbols of a schematic, by cairo. */
#ifndef HOSTS_CIRCUIT_SYMBOLS_H
#define HOSTS_CIRCUIT_SYMBOLS_H

#include "plot/page.h"

/* A line through points[n] x, y pairs. */
void symbol_wire(cairo_t *page, const double *points, int n);

/* A dot where wires meet. */
void symbol_joint(cairo_t *page, double x, double y);

/* Between (x, top) and (x, bottom), upright, with its two words at the right. */
void symbol_resistor(cairo_t *page, double x, double top, double bottom, const char *label);
void symbol_capacitor(cairo_t *page, double x, double top, double bottom, const char *label);
/* Lying, its words above. */
void symbol_resistor_lying(cairo_t *page, double left, double right, double y, const char *label);

void symbol_ground(cairo_t *page, double x, double y);

/* A triangle 40 wide and 40 high around (x, y): inputs at its flat side 12 above and below the middle, output at its tip. direction
 * 1: to the right, -1: to the left. plus_up: (+) is the upper input. */
void symbol_opamp(cairo_t *page, double x, double y, int direction, bool plus_up, const char *label);

#endif
