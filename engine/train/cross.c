/* A matrix as few products of a column with a row: where it is largest, the row and the column through there are taken out. */
#include "train/cross.h"

#include <math.h>
#include <stddef.h>

/* Where the largest entry stands. */
static size_t find_largest(const double *a, size_t n) {
  size_t at = 0;
  for (size_t i = 1; i < n; i++)
    if (fabs(a[i]) > fabs(a[at])) at = i;
  return at;
}

uint32_t r2nn_cross(double *a, uint32_t n_rows, uint32_t n_columns, double tolerance, double *left, double *right) {
  uint32_t most = n_rows < n_columns ? n_rows : n_columns, rank = 0;
  for (; rank < most; rank++) {
    size_t at = find_largest(a, (size_t)n_rows * n_columns);
    double pivot = a[at], *column = left + (size_t)rank * n_rows, *row = right + (size_t)rank * n_columns;
    if (!(fabs(pivot) > tolerance)) break;
    for (uint32_t k = 0; k < n_columns; k++) row[k] = a[at / n_columns * n_columns + k];
    for (uint32_t o = 0; o < n_rows; o++) column[o] = a[(size_t)o * n_columns + at % n_columns] / pivot;
    for (uint32_t o = 0; o < n_rows; o++)
      for (uint32_t k = 0; k < n_columns; k++) a[(size_t)o * n_columns + k] -= column[o] * row[k];
  }
  return rank;
}
