/* How far features lie from everything that was trained (system.md §4). */
#include "rt/state.h"

#include <math.h>

/* A larger distance says no more. */
#define DISTANCE_MAX 1e30

float r2nn_novelty_distance(const r2nn_novelty *novelty, const float *features) {
  uint32_t n = novelty->n_features;
  double least = HUGE_VAL;
  for (uint32_t k = 0; k < novelty->n_classes; k++) {
    const float *means = novelty->means + (size_t)k * n;
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
      double d = ((double)features[i] - (double)means[i]) / (double)novelty->spread[i];
      sum += d * d;
    }
    least = fmin(least, sum);
  }
  return (float)fmin(sqrt(least / n), DISTANCE_MAX);
}
