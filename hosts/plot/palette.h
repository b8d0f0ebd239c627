/* Colours of curves. */
#ifndef HOSTS_PLOT_PALETTE_H
#define HOSTS_PLOT_PALETTE_H

#include "r2nn/base.h"

typedef struct colour {
  double r, g, b; /* 0..1 */
} colour;

#define PALETTE_DISTINCT 8u

/* Colours that are told apart by everybody; they repeat after PALETTE_DISTINCT. */
colour palette_distinct(uint32_t index);

/* A colour for a place between 0 (violet) and 1 (yellow). */
colour palette_ordered(double place);

#endif
