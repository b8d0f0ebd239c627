/* Energies into features, and gradients back. */
#include "train/features.h"

#include <math.h>

#define FLOOR_SHARE 1e-6 /* of the mean power: 60 dB below it a feature says nothing */
#define FLOOR_LEAST 1e-30

double r2nn_features_floor(const double *energies, const double *duration_s, uint32_t n_rows, uint32_t n_features) {
  double sum = 0;
  for (uint32_t r = 0; r < n_rows; r++)
    for (uint32_t i = 0; i < n_features; i++) sum += energies[(size_t)r * n_features + i] / duration_s[r];
  return fmax(FLOOR_SHARE * sum / ((double)n_rows * n_features), FLOOR_LEAST);
}

void r2nn_features(const r2nn_recipe *recipe, const double *energies, const double *duration_s, double floor, r2nn_table *table) {
  uint32_t n = table->n_features;
  for (uint32_t r = 0; r < table->n_rows; r++) {
    double *x = table->x + (size_t)r * n, mean = 0;
    for (uint32_t i = 0; i < n; i++) {
      x[i] = energies[(size_t)r * n + i] / duration_s[r];
      if (recipe->scale == R2NN_SCALE_LOG) x[i] = log(x[i] + floor);
      mean += x[i] / n;
    }
    for (uint32_t i = 0; i < n && recipe->suppress_common; i++) x[i] -= mean;
  }
}

void r2nn_features_back(const r2nn_recipe *recipe, const double *energies, const double *duration_s, double floor, uint32_t n_rows,
                        uint32_t n_features, double *dx) {
  for (uint32_t r = 0; r < n_rows; r++) {
    double *d = dx + (size_t)r * n_features, mean = 0;
    for (uint32_t i = 0; i < n_features; i++) mean += d[i] / n_features;
    for (uint32_t i = 0; i < n_features; i++) {
      if (recipe->suppress_common) d[i] -= mean;
      d[i] /= recipe->scale == R2NN_SCALE_LOG ? energies[(size_t)r * n_features + i] + floor * duration_s[r] : duration_s[r];
    }
  }
}
