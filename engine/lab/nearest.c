/* The L2 readout. */
#include "lab/nearest.h"

#include <string.h>

void r2nn_nearest_means(const double *x, const uint32_t *label, uint32_t n_rows, uint32_t n, uint32_t n_classes, double *mean) {
  uint32_t count[R2NN_LAB_MAX_CLASSES] = {0};
  memset(mean, 0, (size_t)n_classes * n * sizeof *mean);
  for (uint32_t r = 0; r < n_rows; r++) {
    count[label[r]]++;
    for (uint32_t i = 0; i < n; i++) mean[(size_t)label[r] * n + i] += x[(size_t)r * n + i];
  }
  for (uint32_t k = 0; k < n_classes; k++)
    for (uint32_t i = 0; i < n && count[k]; i++) mean[(size_t)k * n + i] /= count[k];
}

uint32_t r2nn_nearest(const double *x, uint32_t n, const double *mean, uint32_t n_classes) {
  uint32_t best = 0;
  double least = 0;
  for (uint32_t k = 0; k < n_classes; k++) {
    double d = 0;
    for (uint32_t i = 0; i < n; i++) d += (x[i] - mean[(size_t)k * n + i]) * (x[i] - mean[(size_t)k * n + i]);
    if (k == 0 || d < least) best = k;
    if (k == 0 || d < least) least = d;
  }
  return best;
}

double r2nn_nearest_accuracy(const double *x, const uint32_t *label, uint32_t n_rows, uint32_t n, const double *mean,
                             uint32_t n_classes, uint32_t *decided) {
  uint32_t right = 0;
  for (uint32_t r = 0; r < n_rows; r++) {
    uint32_t k = r2nn_nearest(x + (size_t)r * n, n, mean, n_classes);
    if (decided) decided[r] = k;
    right += k == label[r];
  }
  return n_rows ? (double)right / n_rows : 0;
}
