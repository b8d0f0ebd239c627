/* Thins out a curve's points without a visible change, so that vector pictures stay small. */
#ifndef HOSTS_PLOT_CURVE_H
#define HOSTS_PLOT_CURVE_H

#include "r2nn/base.h"

typedef struct curve_point {
  double x, y;
} curve_point;

/* Keep the points without which the curve would move by more than tolerance; they stand in front, the new count is returned. */
uint32_t curve_thin(curve_point *points, uint32_t n, double tolerance);

#endif
