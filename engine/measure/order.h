/* The order of numbers, for qsort(). */
#ifndef R2NN_MEASURE_ORDER_H
#define R2NN_MEASURE_ORDER_H

static inline int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

#endif
