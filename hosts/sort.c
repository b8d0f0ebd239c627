/* Sorting values. */
#include "sort.h"

#include <stdlib.h>

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

void sort_values(double *values, size_t n) {
  qsort(values, n, sizeof *values, compare);
}
