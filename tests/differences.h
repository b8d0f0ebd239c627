/* Derivatives by central differences. */
#ifndef R2NN_TESTS_DIFFERENCES_H
#define R2NN_TESTS_DIFFERENCES_H

#include "unit.h"

#include <stdint.h>
#include <stdlib.h>

static inline double *doubles(size_t n) {
  double *values = calloc(n + 1, sizeof *values);
  assert_non_null(values);
  return values;
}

/* Richardson's central difference of loss(context) with respect to *value. */
static inline double difference(double (*loss)(void *context), void *context, double *value, double step) {
  double at = *value, slope[2];
  for (uint32_t i = 0; i < 2; i++) {
    double h = i ? 2 * step : step;
    *value = at + h;
    double up = loss(context);
    *value = at - h;
    slope[i] = (up - loss(context)) / (2 * h);
  }
  *value = at;
  return (4 * slope[0] - slope[1]) / 3;
}

#endif
