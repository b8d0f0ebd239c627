/* Scales of a drawing: where a value lies, and which values get a tick. Knows no drawing library. */
#ifndef HOSTS_PLOT_AXIS_H
#define HOSTS_PLOT_AXIS_H

#include "r2nn/base.h"

typedef enum axis_kind {
  AXIS_LINEAR,
  AXIS_LOG,   /* lo > 0 */
  AXIS_SYMLOG /* asinh(value / knee): linear around 0, logarithmic far from it */
} axis_kind;

typedef struct axis {
  axis_kind kind;
  double lo, hi;       /* values at the two ends */
  double knee;         /* of symlog, > 0 */
  double at_lo, at_hi; /* where the ends are drawn */
} axis;

typedef struct axis_tick {
  double value;
  bool labelled;
} axis_tick;

#define AXIS_MAX_TICKS 128

/* Where value is drawn. */
double axis_place(const axis *self, double value);

/* The ticks, at most AXIS_MAX_TICKS, rising; about n_wanted of them labelled. */
uint32_t axis_ticks(const axis *self, uint32_t n_wanted, axis_tick ticks[AXIS_MAX_TICKS]);

#endif
