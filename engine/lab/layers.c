/* Layers of nodes: forward, loss and gradient. */
#include "lab/layers.h"

#include "core/blas.h"
#include "rt/random.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double logistic(double z) {
  return 1 / (1 + exp(-z));
}

static r2nn_lab_node node_of(const r2nn_layers *self, uint32_t layer) {
  return layer + 1 < self->n_layers ? self->def.hidden : self->def.output;
}

/* g of a weight and its slope. */
static double bounded(r2nn_lab_bound bound, double w, double *slope) {
  double g;
  switch (bound) {
  case R2NN_LAB_TANH:
    g = tanh(w);
    *slope = 1 - g * g;
    return g;
  case R2NN_LAB_UNIT:
    g = logistic(w);
    *slope = g * (1 - g);
    return g;
  case R2NN_LAB_EXP:
    return *slope = exp(w);
  default:
    *slope = 1;
    return w;
  }
}

static double *weights(const r2nn_layers *self, double *values, uint32_t layer, uint32_t node) {
  return values + self->first[layer] + (size_t)node * (self->n_nodes[layer] + 1);
}

/* q of the grounded nodes of a layer. */
static double *balance(const r2nn_layers *self, double *values, uint32_t layer) {
  return weights(self, values, layer, self->n_nodes[layer + 1]);
}

/* Conductances with a deviation of 1/sqrt(inputs) (outputs: half), by eq. 6 moved so that they sum to 1. */
static void start(r2nn_layers *self, uint64_t seed) {
  r2nn_random random = r2nn_random_new(seed, 85);
  for (uint32_t l = 0; l < self->n_layers; l++) {
    uint32_t n_in = self->n_nodes[l] + 1;
    double deviation = (l + 1 < self->n_layers ? 2 : 1) / sqrt(n_in);
    for (uint32_t j = 0; j < self->n_nodes[l + 1]; j++) {
      double *w = weights(self, self->theta, l, j), sum = 0;
      for (uint32_t i = 0; i < n_in; i++) {
        w[i] = deviation * r2nn_random_normal(&random);
        sum += w[i];
      }
      for (uint32_t i = 0; i < n_in && node_of(self, l) == R2NN_LAB_KIRCHHOFF && self->def.bound == R2NN_LAB_FREE; i++)
        w[i] += (1 - sum) / n_in;
    }
  }
}

bool r2nn_layers_init(r2nn_layers *self, const r2nn_lab_layers_def *def, uint32_t n_features, uint32_t n_classes, uint32_t n_rows,
                      uint64_t seed) {
  uint32_t widest = 0;
  bool good = true;
  *self = (r2nn_layers){.def = *def, .n_layers = def->n_hidden + 1, .n_room = n_rows};
  r2nn_blas_quiet();
  self->n_nodes[0] = n_features;
  for (uint32_t l = 0; l < def->n_hidden; l++) self->n_nodes[l + 1] = def->sizes[l];
  self->n_nodes[self->n_layers] = n_classes;
  for (uint32_t l = 0; l < self->n_layers; l++) {
    self->first[l] = self->n_theta;
    self->n_theta += self->n_nodes[l + 1] * (self->n_nodes[l] + 1 + (node_of(self, l) == R2NN_LAB_GROUNDED));
    self->v[l] = malloc((size_t)(self->n_nodes[l] + 1) * n_rows * sizeof *self->v[l]);
    self->z[l] = malloc((size_t)self->n_nodes[l + 1] * n_rows * sizeof *self->z[l]);
    good = good && self->v[l] && self->z[l];
    if (self->n_nodes[l + 1] > widest) widest = self->n_nodes[l + 1];
  }
  self->theta = calloc(self->n_theta, sizeof *self->theta);
  self->gradient = calloc(self->n_theta, sizeof *self->gradient);
  self->g = calloc(self->n_theta, sizeof *self->g);
  self->dz = malloc((size_t)widest * n_rows * sizeof *self->dz);
  self->dv = malloc((size_t)(widest + 1) * n_rows * sizeof *self->dv);
  good = good && self->theta && self->gradient && self->g && self->dz && self->dv;
  if (good)
    start(self, seed);
  else
    r2nn_layers_free(self);
  return good;
}

void r2nn_layers_free(r2nn_layers *self) {
  for (uint32_t l = 0; l < self->n_layers; l++) {
    free(self->v[l]);
    free(self->z[l]);
  }
  free(self->theta);
  free(self->gradient);
  free(self->g);
  free(self->dz);
  free(self->dv);
  *self = (r2nn_layers){0};
}

double r2nn_layers_sum(const r2nn_layers *self, uint32_t layer, uint32_t node) {
  const double *w = weights(self, self->theta, layer, node);
  double sum = 0, slope;
  if (node_of(self, layer) == R2NN_LAB_GROUNDED) return exp(balance(self, self->theta, layer)[node]);
  for (uint32_t i = 0; i <= self->n_nodes[layer]; i++) sum += bounded(self->def.bound, w[i], &slope);
  return sum;
}

void r2nn_layers_count(const r2nn_layers *self, uint32_t *n_nodes, uint32_t *n_unstable) {
  *n_nodes = *n_unstable = 0;
  for (uint32_t l = 0; l < self->n_layers; l++)
    for (uint32_t j = 0; j < self->n_nodes[l + 1] && node_of(self, l) != R2NN_LAB_SUM; j++) {
      (*n_nodes)++;
      *n_unstable += !(r2nn_layers_sum(self, l, j) > 0);
    }
}

/* What hidden nodes put out; its slope takes the place of z. */
static void put_out(r2nn_lab_law law, size_t n, double *z, double *out) {
  for (size_t i = 0; i < n; i++) {
    double at = z[i], s;
    switch (law) {
    case R2NN_LAB_EVEN:
    case R2NN_LAB_EVEN_HALF:
      s = logistic(fabs(at));
      out[i] = law == R2NN_LAB_EVEN ? 2 * s - 1 : s;
      z[i] = copysign((law == R2NN_LAB_EVEN ? 2 : 1) * s * (1 - s), at);
      break;
    case R2NN_LAB_BELL:
    case R2NN_LAB_SHIFTED:
      at -= law == R2NN_LAB_SHIFTED;
      out[i] = exp(-at * at);
      z[i] = -2 * at * out[i];
      break;
    default:
      out[i] = s = logistic(at);
      z[i] = s * (1 - s);
    }
  }
}

/* What a layer's node voltages are divided by. */
static double divisor(const r2nn_layers *self, uint32_t layer, uint32_t node) {
  return node_of(self, layer) == R2NN_LAB_SUM ? 1 : r2nn_layers_sum(self, layer, node);
}

const double *r2nn_layers_forward(r2nn_layers *self, const double *x, const uint32_t *rows, uint32_t n) {
  double slope;
  for (uint32_t k = 0; k < self->n_theta; k++) self->g[k] = bounded(self->def.bound, self->theta[k], &slope);
  for (uint32_t r = 0; r < n; r++)
    for (uint32_t i = 0; i < self->n_nodes[0]; i++)
      self->v[0][(size_t)i * n + r] = x[(size_t)(rows ? rows[r] : r) * self->n_nodes[0] + i];
  for (uint32_t l = 0; l < self->n_layers; l++) {
    uint32_t n_in = self->n_nodes[l] + 1, n_out = self->n_nodes[l + 1];
    for (uint32_t r = 0; r < n; r++) self->v[l][(size_t)(n_in - 1) * n + r] = 1;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n_out, (int)n, (int)n_in, 1, self->g + self->first[l], (int)n_in,
                self->v[l], (int)n, 0, self->z[l], (int)n);
    for (uint32_t j = 0; j < n_out && node_of(self, l) != R2NN_LAB_SUM; j++)
      cblas_dscal((int)n, 1 / divisor(self, l, j), self->z[l] + (size_t)j * n, 1);
    if (l + 1 == self->n_layers) break;
    put_out(self->def.law, (size_t)n_out * n, self->z[l], self->v[l + 1]);
  }
  return self->z[self->n_layers - 1];
}

/* dz of the output nodes; the mean cross-entropy. */
static double softmax(const r2nn_layers *self, const double *z, const uint32_t *label, const uint32_t *rows, uint32_t n) {
  uint32_t n_classes = self->n_nodes[self->n_layers];
  double loss = 0;
  for (uint32_t r = 0; r < n; r++) {
    uint32_t own = label[rows ? rows[r] : r];
    double most = z[r], sum = 0;
    for (uint32_t k = 1; k < n_classes; k++) most = fmax(most, z[(size_t)k * n + r]);
    for (uint32_t k = 0; k < n_classes; k++) sum += self->dz[(size_t)k * n + r] = exp(z[(size_t)k * n + r] - most);
    for (uint32_t k = 0; k < n_classes; k++) self->dz[(size_t)k * n + r] = (self->dz[(size_t)k * n + r] / sum - (k == own)) / n;
    loss += (log(sum) + most - z[(size_t)own * n + r]) / n;
  }
  return loss;
}

/* dz (overwritten) to the gradient of a layer's g and q, times the slopes of their bounds; to dv behind it unless it is the first.
 */
static double backward(r2nn_layers *self, uint32_t layer, uint32_t n) {
  uint32_t n_in = self->n_nodes[layer] + 1, n_out = self->n_nodes[layer + 1];
  r2nn_lab_node kind = node_of(self, layer);
  double penalty = 0, *dg = self->gradient + self->first[layer];
  const double *g = self->g + self->first[layer];
  for (uint32_t j = 0; j < n_out && kind != R2NN_LAB_SUM; j++)
    cblas_dscal((int)n, 1 / divisor(self, layer, j), self->dz + (size_t)j * n, 1);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n_out, (int)n_in, (int)n, 1, self->dz, (int)n, self->v[layer], (int)n,
              0, dg, (int)n_in);
  for (uint32_t j = 0; j < n_out; j++) {
    double *own = dg + (size_t)j * n_in, along = 0, slope, off = 0;
    /* sum_r dz z = sum_i g_i (sum_r dz v_i / S), so that z itself is not needed. */
    for (uint32_t i = 0; i < n_in && kind != R2NN_LAB_SUM; i++) along += own[i] * g[(size_t)j * n_in + i];
    if (kind == R2NN_LAB_GROUNDED) balance(self, self->gradient, layer)[j] = -along;
    if (kind == R2NN_LAB_KIRCHHOFF) {
      double sum = divisor(self, layer, j);
      off = 2 * self->def.lambda * (sum - 1) - along / sum;
      penalty += self->def.lambda * (sum - 1) * (sum - 1);
    }
    for (uint32_t i = 0; i < n_in; i++) {
      bounded(self->def.bound, weights(self, self->theta, layer, j)[i], &slope);
      own[i] = (own[i] + off) * slope;
    }
  }
  if (layer > 0)
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)n_in, (int)n, (int)n_out, 1, g, (int)n_in, self->dz, (int)n, 0,
                self->dv, (int)n);
  return penalty;
}

double r2nn_layers_loss(r2nn_layers *self, const double *x, const uint32_t *label, const uint32_t *rows, uint32_t n) {
  double loss = softmax(self, r2nn_layers_forward(self, x, rows, n), label, rows, n);
  for (uint32_t l = self->n_layers; l-- > 0;) {
    loss += backward(self, l, n);
    for (size_t i = 0; l > 0 && i < (size_t)self->n_nodes[l] * n; i++) self->dz[i] = self->dv[i] * self->z[l - 1][i];
  }
  return loss;
}
