/* Adam with a cosine decay. */
#include "train/adam.h"

#include <math.h>
#include <stdlib.h>

bool r2nn_adam_init(r2nn_adam *adam, uint32_t n, uint32_t n_steps, double rate) {
  *adam = (r2nn_adam){.n = n, .n_steps = n_steps, .rate = rate};
  adam->mean = calloc(n + 1, sizeof *adam->mean);
  adam->square = calloc(n + 1, sizeof *adam->square);
  if (adam->mean && adam->square) return true;
  r2nn_adam_free(adam);
  return false;
}

void r2nn_adam_free(r2nn_adam *adam) {
  free(adam->mean);
  free(adam->square);
  *adam = (r2nn_adam){0};
}

void r2nn_adam_step(r2nn_adam *adam, double *theta, const double *gradient) {
  const double b1 = 0.9, b2 = 0.99;
  double share = adam->n_steps > 1 ? (double)adam->step / (adam->n_steps - 1) : 0;
  double rate = adam->rate * (0.01 + 0.99 * 0.5 * (1 + cos(3.14159265358979323846 * fmin(share, 1))));
  adam->step++;
  double correct1 = 1 - pow(b1, adam->step), correct2 = 1 - pow(b2, adam->step);
  for (uint32_t i = 0; i < adam->n; i++) {
    adam->mean[i] += (1 - b1) * (gradient[i] - adam->mean[i]);
    adam->square[i] += (1 - b2) * (gradient[i] * gradient[i] - adam->square[i]);
    theta[i] -= rate * (adam->mean[i] / correct1) / (sqrt(adam->square[i] / correct2) + 1e-12);
  }
}
