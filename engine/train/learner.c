/* Heads while they are trained (heads as in model.h; loss: softmax cross-entropy). */
#include "train/learner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "train/adam.h"
#include "train/random.h"

#define HEAD_RATE 0.03 /* Adam's first step on standardised features */
#define SMALLEST_SPREAD 1e-6

bool r2nn_table_init(r2nn_table *table, uint32_t n_rows, uint32_t n_features) {
  *table = (r2nn_table){.n_rows = n_rows, .n_features = n_features};
  table->x = calloc((size_t)n_rows * n_features + 1, sizeof *table->x);
  table->label = calloc(n_rows + 1, sizeof *table->label);
  if (table->x && table->label) return true;
  r2nn_table_free(table);
  return false;
}

void r2nn_table_free(r2nn_table *table) {
  free(table->x);
  free(table->label);
  *table = (r2nn_table){0};
}

/* Where the weights of a learner stand in theta. */
typedef struct layout {
  uint32_t w1, b1, w2, b2, n;
} layout;

static layout layout_of(r2nn_head_kind kind, uint32_t n_features, uint32_t n_hidden, uint32_t n_classes) {
  layout at = {0};
  if (kind == R2NN_HEAD_PERCEPTRON) {
    at.b1 = n_classes * n_features;
    at.n = at.b1 + n_classes;
  } else if (kind == R2NN_HEAD_MLP) {
    at.b1 = n_hidden * n_features;
    at.w2 = at.b1 + n_hidden;
    at.b2 = at.w2 + n_classes * n_hidden;
    at.n = at.b2 + n_classes;
  }
  return at;
}

bool r2nn_learner_init(r2nn_learner *learner, r2nn_head_kind kind, uint32_t n_features, uint32_t n_hidden, uint32_t n_classes, double l2,
                       uint64_t seed) {
  if (kind != R2NN_HEAD_MLP) n_hidden = 0;
  layout at = layout_of(kind, n_features, n_hidden, n_classes);
  *learner = (r2nn_learner){.kind = kind,
                            .n_features = n_features,
                            .n_hidden = n_hidden,
                            .n_classes = n_classes,
                            .n_theta = at.n,
                            .l2 = l2,
                            .sharpness = kind == R2NN_HEAD_ENERGY ? 2 : 1};
  learner->center = calloc(n_features, sizeof *learner->center);
  learner->spread = calloc(n_features, sizeof *learner->spread);
  learner->means = calloc((size_t)n_classes * n_features, sizeof *learner->means);
  learner->theta = calloc(at.n + 1, sizeof *learner->theta);
  learner->gradient = calloc(at.n + 1, sizeof *learner->gradient);
  learner->work = calloc(n_classes + 2 * n_hidden + n_features, sizeof *learner->work);
  if (!learner->center || !learner->spread || !learner->means || !learner->theta || !learner->gradient || !learner->work) {
    r2nn_learner_free(learner);
    return false;
  }
  for (uint32_t i = 0; i < n_features; i++) learner->spread[i] = 1;
  r2nn_random random = r2nn_random_new(seed, 11);
  if (kind == R2NN_HEAD_MLP) {
    for (uint32_t i = 0; i < at.b1; i++) learner->theta[i] = r2nn_random_normal(&random) / sqrt(n_features);
    for (uint32_t i = at.w2; i < at.b2; i++) learner->theta[i] = 0.5 * r2nn_random_normal(&random) / sqrt(n_hidden);
  }
  return true;
}

void r2nn_learner_free(r2nn_learner *learner) {
  free(learner->center);
  free(learner->spread);
  free(learner->means);
  free(learner->theta);
  free(learner->gradient);
  free(learner->work);
  *learner = (r2nn_learner){0};
}

void r2nn_learner_standardise(r2nn_learner *learner, const r2nn_table *table) {
  if (learner->kind == R2NN_HEAD_ENERGY) return;
  for (uint32_t i = 0; i < table->n_features; i++) {
    double sum = 0, square = 0;
    for (uint32_t r = 0; r < table->n_rows; r++) sum += table->x[(size_t)r * table->n_features + i];
    double mean = sum / table->n_rows;
    for (uint32_t r = 0; r < table->n_rows; r++) {
      double d = table->x[(size_t)r * table->n_features + i] - mean;
      square += d * d;
    }
    learner->center[i] = mean;
    learner->spread[i] = fmax(sqrt(square / table->n_rows), SMALLEST_SPREAD);
  }
  r2nn_learner_means(learner, table);
}

void r2nn_learner_means(r2nn_learner *learner, const r2nn_table *table) {
  if (learner->kind != R2NN_HEAD_CENTROID) return;
  uint32_t n = learner->n_features;
  memset(learner->means, 0, (size_t)learner->n_classes * n * sizeof *learner->means);
  for (uint32_t k = 0; k < learner->n_classes; k++) {
    uint32_t count = 0;
    double *mean = learner->means + (size_t)k * n;
    for (uint32_t r = 0; r < table->n_rows; r++) {
      if (table->label[r] != k) continue;
      count++;
      for (uint32_t i = 0; i < n; i++) mean[i] += (table->x[(size_t)r * n + i] - learner->center[i]) / learner->spread[i];
    }
    for (uint32_t i = 0; i < n && count; i++) mean[i] /= count;
  }
}

/* z[n_classes] of the standardised row x; hidden gets tanh values. */
static void forward(const r2nn_learner *learner, const double *x, double *z, double *hidden) {
  uint32_t n = learner->n_features, h = learner->n_hidden, k_max = learner->n_classes;
  layout at = layout_of(learner->kind, n, h, k_max);
  const double *theta = learner->theta;
  switch (learner->kind) {
  case R2NN_HEAD_ENERGY:
    for (uint32_t k = 0; k < k_max; k++) z[k] = learner->sharpness * x[k];
    break;
  case R2NN_HEAD_CENTROID:
    for (uint32_t k = 0; k < k_max; k++) {
      double sum = 0;
      for (uint32_t i = 0; i < n; i++) sum += (x[i] - learner->means[(size_t)k * n + i]) * (x[i] - learner->means[(size_t)k * n + i]);
      z[k] = -0.5 * learner->sharpness * sum;
    }
    break;
  case R2NN_HEAD_PERCEPTRON:
  case R2NN_N_HEADS:
    for (uint32_t k = 0; k < k_max; k++) {
      double sum = theta[at.b1 + k];
      for (uint32_t i = 0; i < n; i++) sum += theta[at.w1 + k * n + i] * x[i];
      z[k] = sum;
    }
    break;
  case R2NN_HEAD_MLP:
    for (uint32_t j = 0; j < h; j++) {
      double sum = theta[at.b1 + j];
      for (uint32_t i = 0; i < n; i++) sum += theta[at.w1 + j * n + i] * x[i];
      hidden[j] = tanh(sum);
    }
    for (uint32_t k = 0; k < k_max; k++) {
      double sum = theta[at.b2 + k];
      for (uint32_t j = 0; j < h; j++) sum += theta[at.w2 + k * h + j] * hidden[j];
      z[k] = sum;
    }
    break;
  }
}

/* Turn z into probabilities; returns -ln of the label's. */
static double softmax(double *z, uint32_t n, uint32_t label) {
  double largest = z[0], sum = 0;
  for (uint32_t k = 1; k < n; k++) largest = fmax(largest, z[k]);
  double right = z[label] - largest;
  for (uint32_t k = 0; k < n; k++) sum += z[k] = exp(z[k] - largest);
  for (uint32_t k = 0; k < n; k++) z[k] /= sum;
  return log(sum) - right;
}

/* From dz back to theta's gradient and dx of the standardised row. */
static void backward(r2nn_learner *learner, const double *x, const double *dz, const double *hidden, double *dhidden, double *dx) {
  uint32_t n = learner->n_features, h = learner->n_hidden, k_max = learner->n_classes;
  layout at = layout_of(learner->kind, n, h, k_max);
  const double *theta = learner->theta;
  double *gradient = learner->gradient;
  memset(dx, 0, n * sizeof *dx);
  switch (learner->kind) {
  case R2NN_HEAD_ENERGY:
    for (uint32_t k = 0; k < k_max; k++) dx[k] = learner->sharpness * dz[k];
    break;
  case R2NN_HEAD_CENTROID:
    for (uint32_t k = 0; k < k_max; k++)
      for (uint32_t i = 0; i < n; i++) dx[i] -= learner->sharpness * dz[k] * (x[i] - learner->means[(size_t)k * n + i]);
    break;
  case R2NN_HEAD_PERCEPTRON:
  case R2NN_N_HEADS:
    for (uint32_t k = 0; k < k_max; k++) {
      gradient[at.b1 + k] += dz[k];
      for (uint32_t i = 0; i < n; i++) {
        gradient[at.w1 + k * n + i] += dz[k] * x[i];
        dx[i] += dz[k] * theta[at.w1 + k * n + i];
      }
    }
    break;
  case R2NN_HEAD_MLP:
    memset(dhidden, 0, h * sizeof *dhidden);
    for (uint32_t k = 0; k < k_max; k++) {
      gradient[at.b2 + k] += dz[k];
      for (uint32_t j = 0; j < h; j++) {
        gradient[at.w2 + k * h + j] += dz[k] * hidden[j];
        dhidden[j] += dz[k] * theta[at.w2 + k * h + j];
      }
    }
    for (uint32_t j = 0; j < h; j++) {
      double d = dhidden[j] * (1 - hidden[j] * hidden[j]);
      gradient[at.b1 + j] += d;
      for (uint32_t i = 0; i < n; i++) {
        gradient[at.w1 + j * n + i] += d * x[i];
        dx[i] += d * theta[at.w1 + j * n + i];
      }
    }
    break;
  }
}

/* The row of a table, standardised into x. */
static void standard_row(const r2nn_learner *learner, const r2nn_table *table, uint32_t r, double *x) {
  const double *row = table->x + (size_t)r * table->n_features;
  for (uint32_t i = 0; i < table->n_features; i++) x[i] = (row[i] - learner->center[i]) / learner->spread[i];
}

double r2nn_learner_loss(r2nn_learner *learner, const r2nn_table *table, double *dx) {
  uint32_t n = learner->n_features, h = learner->n_hidden, k_max = learner->n_classes;
  double *z = learner->work, *hidden = z + k_max, *dhidden = hidden + h, *x = dhidden + h, loss = 0;
  double *row_dx = malloc(n * sizeof *row_dx);
  memset(learner->gradient, 0, learner->n_theta * sizeof *learner->gradient);
  for (uint32_t r = 0; r < table->n_rows && row_dx; r++) {
    standard_row(learner, table, r, x);
    forward(learner, x, z, hidden);
    loss += softmax(z, k_max, table->label[r]) / table->n_rows;
    z[table->label[r]] -= 1;
    for (uint32_t k = 0; k < k_max; k++) z[k] /= table->n_rows;
    backward(learner, x, z, hidden, dhidden, row_dx);
    for (uint32_t i = 0; i < n && dx; i++) dx[(size_t)r * n + i] = row_dx[i] / learner->spread[i];
  }
  free(row_dx);
  layout at = layout_of(learner->kind, n, h, k_max);
  for (uint32_t i = 0; i < learner->n_theta; i++) {
    bool bias = (i >= at.b1 && i < (h ? at.w2 : at.n)) || (h && i >= at.b2);
    if (bias) continue;
    loss += 0.5 * learner->l2 * learner->theta[i] * learner->theta[i];
    learner->gradient[i] += learner->l2 * learner->theta[i];
  }
  return loss;
}

r2nn_status r2nn_learner_fit(r2nn_learner *learner, const r2nn_table *table, uint32_t n_epochs, r2nn_error *error) {
  r2nn_adam adam;
  r2nn_learner_standardise(learner, table);
  if (!learner->n_theta) return R2NN_OK;
  if (!r2nn_adam_init(&adam, learner->n_theta, n_epochs, HEAD_RATE))
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a head of %u weights", learner->n_theta);
  for (uint32_t epoch = 0; epoch < n_epochs; epoch++) {
    r2nn_learner_loss(learner, table, NULL);
    r2nn_adam_step(&adam, learner->theta, learner->gradient);
  }
  r2nn_adam_free(&adam);
  return R2NN_OK;
}

/* Count of right rows, and their summed cross-entropy. */
static uint32_t judge(r2nn_learner *learner, const r2nn_table *table, double *entropy) {
  double *z = learner->work, *hidden = z + learner->n_classes, *x = hidden + 2 * learner->n_hidden;
  uint32_t right = 0;
  *entropy = 0;
  for (uint32_t r = 0; r < table->n_rows; r++) {
    standard_row(learner, table, r, x);
    forward(learner, x, z, hidden);
    *entropy += softmax(z, learner->n_classes, table->label[r]);
    uint32_t best = 0;
    for (uint32_t k = 1; k < learner->n_classes; k++)
      if (z[k] > z[best]) best = k;
    right += best == table->label[r];
  }
  return right;
}

double r2nn_learner_accuracy(r2nn_learner *learner, const r2nn_table *table) {
  double entropy;
  return table->n_rows ? (double)judge(learner, table, &entropy) / table->n_rows : 0;
}

double r2nn_learner_entropy(r2nn_learner *learner, const r2nn_table *table) {
  double entropy;
  judge(learner, table, &entropy);
  return table->n_rows ? entropy / table->n_rows : 0;
}

r2nn_status r2nn_learner_export(const r2nn_learner *learner, r2nn_head *head, r2nn_error *error) {
  uint32_t n = learner->n_features, h = learner->n_hidden, k_max = learner->n_classes;
  r2nn_status status = r2nn_head_init(head, learner->kind, n, h, k_max, error);
  if (status != R2NN_OK) return status;
  layout at = layout_of(learner->kind, n, h, k_max);
  head->sharpness = learner->sharpness;
  if (learner->kind == R2NN_HEAD_CENTROID) {
    for (uint32_t i = 0; i < n; i++) head->b1[i] = (float)learner->spread[i];
    for (size_t i = 0; i < (size_t)k_max * n; i++)
      head->w1[i] = (float)(learner->means[i] * learner->spread[i % n] + learner->center[i % n]);
  }
  /* w (x - center)/spread + b  =  (w/spread) x + (b - w center/spread) */
  uint32_t n_first = learner->kind == R2NN_HEAD_MLP ? h : learner->kind == R2NN_HEAD_PERCEPTRON ? k_max : 0;
  for (uint32_t j = 0; j < n_first; j++) {
    double bias = learner->theta[at.b1 + j];
    for (uint32_t i = 0; i < n; i++) {
      double w = learner->theta[at.w1 + j * n + i] / learner->spread[i];
      head->w1[(size_t)j * n + i] = (float)w;
      bias -= w * learner->center[i];
    }
    head->b1[j] = (float)bias;
  }
  for (uint32_t i = 0; learner->kind == R2NN_HEAD_MLP && i < k_max * h; i++) head->w2[i] = (float)learner->theta[at.w2 + i];
  for (uint32_t k = 0; learner->kind == R2NN_HEAD_MLP && k < k_max; k++) head->b2[k] = (float)learner->theta[at.b2 + k];
  return R2NN_OK;
}
