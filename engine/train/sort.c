/* Sorting values. */
#include "train/sort.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

void r2nn_sort(double *values, uint32_t n) {
  qsort(values, n, sizeof *values, by_value);
}
