/* A linear map before the L2 readout. */
#include "lab/map.h"

#include "lab/nearest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool r2nn_map_init(r2nn_map *self, const r2nn_lab_data *train, bool product) {
  uint32_t f = train->n_features, k_max = train->n_classes;
  *self = (r2nn_map){.n_features = f, .n_classes = k_max, .product = product};
  self->a = calloc((size_t)f * (f + 1), sizeof *self->a);
  self->gradient = calloc((size_t)f * (f + 1), sizeof *self->gradient);
  self->mean = calloc((size_t)k_max * (f + 1), sizeof *self->mean);
  self->work = calloc((size_t)(k_max + 1) * (f + 1), sizeof *self->work);
  if (!self->a || !self->gradient || !self->mean || !self->work) {
    r2nn_map_free(self);
    return false;
  }
  for (uint32_t i = 0; i < f; i++) self->a[(size_t)i * (f + 1) + i] = 1;
  r2nn_nearest_means(train->x, train->label, train->n_rows, f, k_max, self->mean);
  for (uint32_t k = k_max; k-- > 0;) { /* room for the constant */
    memmove(self->mean + (size_t)k * (f + 1), self->mean + (size_t)k * f, f * sizeof *self->mean);
    self->mean[(size_t)k * (f + 1) + f] = 1;
  }
  return true;
}

void r2nn_map_free(r2nn_map *self) {
  free(self->a);
  free(self->gradient);
  free(self->mean);
  free(self->work);
  *self = (r2nn_map){0};
}

/* A x + its constant; x[n_features + 1]. */
static void apply(const r2nn_map *self, const double *x, double *y) {
  for (uint32_t j = 0; j < self->n_features; j++) {
    y[j] = 0;
    for (uint32_t i = 0; i <= self->n_features; i++) y[j] += self->a[(size_t)j * (self->n_features + 1) + i] * x[i];
  }
}

/* gradient += scale u v^T */
static void add_outer(r2nn_map *self, double scale, const double *u, const double *v) {
  for (uint32_t j = 0; j < self->n_features; j++)
    for (uint32_t i = 0; i <= self->n_features; i++) self->gradient[(size_t)j * (self->n_features + 1) + i] += scale * u[j] * v[i];
}

/* A row's gradient from what softmax leaves, p. */
static void row_back(r2nn_map *self, const double *p, const double *x, const double *y, const double *means) {
  uint32_t f = self->n_features;
  for (uint32_t k = 0; k < self->n_classes; k++) {
    const double *mean = self->mean + (size_t)k * (f + 1), *am = means + (size_t)k * f;
    if (self->product) {
      add_outer(self, p[k], am, x);
      add_outer(self, p[k], y, mean);
      continue;
    }
    for (uint32_t j = 0; j < f; j++)
      for (uint32_t i = 0; i <= f; i++) self->gradient[(size_t)j * (f + 1) + i] -= 2 * p[k] * (y[j] - am[j]) * (x[i] - mean[i]);
  }
}

double r2nn_map_loss(r2nn_map *self, const r2nn_lab_data *data, double *accuracy, uint32_t *decided) {
  uint32_t f = self->n_features, k_max = self->n_classes, right = 0;
  double *means = self->work + f + 1, loss = 0, x[R2NN_LAB_MAX_FEATURES + 1], y[R2NN_LAB_MAX_FEATURES], p[R2NN_LAB_MAX_CLASSES];
  memset(self->gradient, 0, (size_t)f * (f + 1) * sizeof *self->gradient);
  for (uint32_t k = 0; k < k_max; k++) apply(self, self->mean + (size_t)k * (f + 1), means + (size_t)k * f);
  for (uint32_t r = 0; r < data->n_rows; r++) {
    double most = -HUGE_VAL, sum = 0;
    uint32_t best = 0, own = data->label[r];
    memcpy(x, data->x + (size_t)r * f, f * sizeof *x);
    x[f] = 1;
    apply(self, x, y);
    for (uint32_t k = 0; k < k_max; k++) {
      p[k] = 0;
      for (uint32_t j = 0; j < f; j++) {
        double m = means[(size_t)k * f + j];
        p[k] += self->product ? y[j] * m : -(y[j] - m) * (y[j] - m);
      }
      if (p[k] > most) best = k;
      most = fmax(most, p[k]);
    }
    loss -= (p[own] - most) / data->n_rows;
    for (uint32_t k = 0; k < k_max; k++) sum += p[k] = exp(p[k] - most);
    loss += log(sum) / data->n_rows;
    for (uint32_t k = 0; k < k_max; k++) p[k] = (p[k] / sum - (k == own)) / data->n_rows;
    row_back(self, p, x, y, means);
    right += best == own;
    if (decided) decided[r] = best;
  }
  *accuracy = (double)right / data->n_rows;
  return loss;
}
