/* Heads while they are trained (heads as in model.h; loss: softmax cross-entropy). */
#include "train/learner.h"

#include "train/adam.h"
#include "train/physical.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_RATE   0.03 /* Adam's first step on standardised features */
#define LEAST_SCORE 1e-300
#define CONSTANT    1e-6 /* a feature that varies by less than this share of its mean, or of 1, says nothing in floats */

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

void r2nn_table_put(r2nn_table *table, uint32_t first, const r2nn_table *part) {
  memcpy(table->x + (size_t)first * table->n_features, part->x, (size_t)part->n_rows * part->n_features * sizeof *table->x);
  memcpy(table->label + first, part->label, part->n_rows * sizeof *table->label);
}

/* Where the weights of a learner stand in theta. */
typedef struct layout {
  uint32_t w1, b1, w2, b2, n;
} layout;

static layout layout_of(r2nn_head_kind kind, uint32_t n_features, uint32_t n_hidden, uint32_t n_classes) {
  layout at = {0};
  uint32_t n_bias = r2nn_head_is_physical(kind) ? 2 : 1; /* numbers a node beside its weights */
  if (kind == R2NN_HEAD_PERCEPTRON || (r2nn_head_is_physical(kind) && !n_hidden)) {
    at.b1 = n_classes * n_features;
    at.n = at.b1 + n_bias * n_classes;
  } else if (kind == R2NN_HEAD_MLP || r2nn_head_is_physical(kind)) {
    at.b1 = n_hidden * n_features;
    at.w2 = at.b1 + n_bias * n_hidden;
    at.b2 = at.w2 + n_classes * n_hidden;
    at.n = at.b2 + n_bias * n_classes;
  }
  return at;
}

/* Of the physical heads, on folds of the training parts of five sets: npml 80.5, 80.8, 80.7, 79.3 % with 2, 4, 8, 16;
 * spml 80.3, 80.5, 79.8 % with 2, 4, 8. Without hidden nodes they train as a perceptron does. */
static double sharpness_of(r2nn_head_kind kind, uint32_t n_hidden) {
  return r2nn_head_is_physical(kind) && n_hidden ? 4 : kind == R2NN_HEAD_ENERGY ? 2 : 1;
}

bool r2nn_learner_init(r2nn_learner *learner, r2nn_head_kind kind, uint32_t n_features, uint32_t n_hidden, uint32_t n_classes,
                       double l2, uint64_t seed) {
  if (kind != R2NN_HEAD_MLP && !r2nn_head_is_physical(kind)) n_hidden = 0;
  layout at = layout_of(kind, n_features, n_hidden, n_classes);
  *learner = (r2nn_learner){.kind = kind,
                            .n_features = n_features,
                            .n_hidden = n_hidden,
                            .n_classes = n_classes,
                            .n_theta = at.n,
                            .l2 = l2,
                            .random = r2nn_random_new(seed, 60),
                            .sharpness = sharpness_of(kind, n_hidden)};
  learner->center = calloc(n_features, sizeof *learner->center);
  learner->spread = calloc(n_features, sizeof *learner->spread);
  learner->means = calloc((size_t)n_classes * n_features, sizeof *learner->means);
  learner->theta = calloc(at.n + 1, sizeof *learner->theta);
  learner->gradient = calloc(at.n + 1, sizeof *learner->gradient);
  if (!learner->center || !learner->spread || !learner->means || !learner->theta || !learner->gradient) {
    r2nn_learner_free(learner);
    return false;
  }
  for (uint32_t i = 0; i < n_features; i++) learner->spread[i] = 1;
  r2nn_random random = r2nn_random_new(seed, 11);
  if (kind == R2NN_HEAD_MLP) {
    for (uint32_t i = 0; i < at.b1; i++) learner->theta[i] = r2nn_random_normal(&random) / sqrt(n_features);
    for (uint32_t i = at.w2; i < at.b2; i++) learner->theta[i] = 0.5 * r2nn_random_normal(&random) / sqrt(n_hidden);
  }
  if (r2nn_head_is_physical(kind)) r2nn_physical_start(learner, seed);
  return true;
}

void r2nn_learner_free(r2nn_learner *learner) {
  free(learner->center);
  free(learner->spread);
  free(learner->means);
  free(learner->theta);
  free(learner->gradient);
  free(learner->x);
  free(learner->hidden);
  free(learner->z);
  free(learner->slope);
  free(learner->dhidden);
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
    double spread = sqrt(square / table->n_rows);
    learner->spread[i] = spread > CONSTANT * fmax(1, fabs(mean)) ? spread : 1; /* not blown up to noise */
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

static bool make_room(r2nn_learner *learner, uint32_t n) {
  if (n <= learner->n_space) return true;
  free(learner->x);
  free(learner->hidden);
  free(learner->z);
  free(learner->slope);
  free(learner->dhidden);
  size_t n_physical = r2nn_head_is_physical(learner->kind) ? learner->n_hidden : 0;
  learner->x = malloc((size_t)n * learner->n_features * sizeof *learner->x);
  learner->hidden = malloc(((size_t)n * learner->n_hidden + 1) * sizeof *learner->hidden);
  learner->z = malloc((size_t)n * learner->n_classes * sizeof *learner->z);
  learner->slope = malloc((n * n_physical + 1) * sizeof *learner->slope);
  learner->dhidden = malloc(((size_t)n * learner->n_hidden + 1) * sizeof *learner->dhidden);
  learner->n_space = learner->x && learner->hidden && learner->z && learner->slope && learner->dhidden ? n : 0;
  return learner->n_space != 0;
}

r2nn_status r2nn_learner_room(r2nn_learner *learner, uint32_t n_rows, r2nn_error *error) {
  return make_room(learner, n_rows) ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a head on %u rows", n_rows);
}

/* z = x w^T + b for n rows. */
static void affine(const double *x, const double *w, const double *b, uint32_t n, uint32_t n_in, uint32_t n_out, double *z) {
  for (uint32_t r = 0; r < n; r++) memcpy(z + (size_t)r * n_out, b, n_out * sizeof *z);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)n_out, (int)n_in, 1, x, (int)n_in, w, (int)n_in, 1, z,
              (int)n_out);
}

/* z of all rows of the table, with the features off by jitter; false if memory is short. */
static bool forward(r2nn_learner *learner, const r2nn_table *table, double jitter) {
  uint32_t n = table->n_rows, f = learner->n_features, h = learner->n_hidden, k_max = learner->n_classes;
  layout at = layout_of(learner->kind, f, h, k_max);
  const double *theta = learner->theta;
  if (!make_room(learner, n)) return false;
  for (size_t i = 0; i < (size_t)n * f; i++) learner->x[i] = (table->x[i] - learner->center[i % f]) / learner->spread[i % f];
  for (size_t i = 0; i < (size_t)n * f && jitter > 0; i++) learner->x[i] += jitter * r2nn_random_normal(&learner->random);
  switch (learner->kind) {
  case R2NN_HEAD_ENERGY:
    for (size_t i = 0; i < (size_t)n * k_max; i++) learner->z[i] = learner->sharpness * learner->x[i];
    break;
  case R2NN_HEAD_CENTROID:
    for (uint32_t r = 0; r < n; r++)
      for (uint32_t k = 0; k < k_max; k++) {
        const double *x = learner->x + (size_t)r * f, *mean = learner->means + (size_t)k * f;
        double sum = 0;
        for (uint32_t i = 0; i < f; i++) sum += (x[i] - mean[i]) * (x[i] - mean[i]);
        learner->z[(size_t)r * k_max + k] = -0.5 * learner->sharpness * sum;
      }
    break;
  case R2NN_HEAD_MLP:
    affine(learner->x, theta + at.w1, theta + at.b1, n, f, h, learner->hidden);
    for (size_t i = 0; i < (size_t)n * h; i++) learner->hidden[i] = tanh(learner->hidden[i]);
    affine(learner->hidden, theta + at.w2, theta + at.b2, n, h, k_max, learner->z);
    break;
  case R2NN_HEAD_NPML:
  case R2NN_HEAD_SPML:
    r2nn_physical_forward(learner, n);
    break;
  case R2NN_HEAD_PERCEPTRON:
  case R2NN_N_HEADS:
    affine(learner->x, theta + at.w1, theta + at.b1, n, f, k_max, learner->z);
    break;
  }
  return true;
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

/* The gradient of z = x w^T + b: dw = dz^T x, db = sum dz and, unless NULL, dx = dz w. */
static void affine_back(const double *x, const double *w, const double *dz, uint32_t n, uint32_t n_in, uint32_t n_out, double *dw,
                        double *db, double *dx) {
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)n_out, (int)n_in, (int)n, 1, dz, (int)n_out, x, (int)n_in, 0, dw,
              (int)n_in);
  for (uint32_t r = 0; r < n; r++)
    for (uint32_t k = 0; k < n_out; k++) db[k] += dz[(size_t)r * n_out + k];
  if (dx)
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)n_in, (int)n_out, 1, dz, (int)n_out, w, (int)n_in, 0, dx,
                (int)n_in);
}

/* From dz (in z) back to theta's gradient and, unless NULL, dx of the standardised rows; z is overwritten. Returns what the
 * weights themselves cost, where that is not left to the caller. */
static double backward(r2nn_learner *learner, uint32_t n, double *dx) {
  uint32_t f = learner->n_features, h = learner->n_hidden, k_max = learner->n_classes;
  layout at = layout_of(learner->kind, f, h, k_max);
  const double *theta = learner->theta, *dz = learner->z;
  double *gradient = learner->gradient;
  switch (learner->kind) {
  case R2NN_HEAD_ENERGY:
    for (size_t i = 0; dx && i < (size_t)n * k_max; i++) dx[i] = learner->sharpness * dz[i];
    break;
  case R2NN_HEAD_CENTROID:
    for (size_t i = 0; dx && i < (size_t)n * f; i++) {
      dx[i] = 0;
      for (uint32_t k = 0; k < k_max; k++)
        dx[i] -= learner->sharpness * dz[i / f * k_max + k] * (learner->x[i] - learner->means[(size_t)k * f + i % f]);
    }
    break;
  case R2NN_HEAD_NPML:
  case R2NN_HEAD_SPML:
    return r2nn_physical_backward(learner, n, dx);
  case R2NN_HEAD_PERCEPTRON:
  case R2NN_N_HEADS:
    affine_back(learner->x, theta + at.w1, dz, n, f, k_max, gradient + at.w1, gradient + at.b1, dx);
    break;
  case R2NN_HEAD_MLP: {
    double *dhidden = learner->dhidden;
    affine_back(learner->hidden, theta + at.w2, dz, n, h, k_max, gradient + at.w2, gradient + at.b2, dhidden);
    for (size_t i = 0; i < (size_t)n * h; i++) dhidden[i] *= 1 - learner->hidden[i] * learner->hidden[i];
    affine_back(learner->x, theta + at.w1, dhidden, n, f, h, gradient + at.w1, gradient + at.b1, dx);
    break;
  }
  }
  return 0;
}

double r2nn_learner_loss(r2nn_learner *learner, const r2nn_table *table, double *dx) {
  uint32_t n = table->n_rows, f = learner->n_features, h = learner->n_hidden, k_max = learner->n_classes;
  double loss = 0;
  memset(learner->gradient, 0, learner->n_theta * sizeof *learner->gradient);
  if (!forward(learner, table, learner->jitter)) return (double)NAN;
  for (uint32_t r = 0; r < n; r++) {
    double *z = learner->z + (size_t)r * k_max;
    bool known = table->label[r] < k_max;
    double own = known ? 1 - learner->smoothing : 0, even = (1 - own) / k_max;
    uint32_t label = known ? table->label[r] : 0;
    loss += own * softmax(z, k_max, label) / n;
    for (uint32_t k = 0; even > 0 && k < k_max; k++) loss -= even * log(fmax(z[k], LEAST_SCORE)) / n;
    z[label] -= own;
    for (uint32_t k = 0; k < k_max; k++) z[k] = (z[k] - even) / n;
  }
  double penalty = backward(learner, n, dx);
  for (size_t i = 0; dx && i < (size_t)n * f; i++) dx[i] /= learner->spread[i % f];
  if (r2nn_head_is_physical(learner->kind)) return loss + penalty;
  layout at = layout_of(learner->kind, f, h, k_max);
  for (uint32_t i = 0; i < learner->n_theta; i++) {
    bool bias = (i >= at.b1 && i < (h ? at.w2 : at.n)) || (h && i >= at.b2);
    if (bias) continue;
    loss += 0.5 * learner->l2 * learner->theta[i] * learner->theta[i];
    learner->gradient[i] += learner->l2 * learner->theta[i];
  }
  return loss;
}

void r2nn_learner_follow(const r2nn_learner *learner, const r2nn_table *table, double *dx) {
  uint32_t n = table->n_rows, f = learner->n_features;
  if (learner->kind == R2NN_HEAD_ENERGY) return;
  for (uint32_t i = 0; i < f; i++) {
    double mean = 0, along = 0, center = learner->center[i], spread = learner->spread[i];
    for (uint32_t r = 0; r < n; r++) {
      size_t at = (size_t)r * f + i;
      mean += dx[at] / n;
      along += dx[at] * ((table->x[at] - center) / spread) / n;
    }
    for (uint32_t r = 0; r < n; r++) {
      size_t at = (size_t)r * f + i;
      dx[at] -= mean + (table->x[at] - center) / spread * along;
    }
  }
}

r2nn_status r2nn_learner_fit(r2nn_learner *learner, const r2nn_table *table, uint32_t n_epochs, r2nn_error *error) {
  r2nn_adam adam;
  r2nn_status status = R2NN_OK;
  if (!table->n_rows) return R2NN_OK;
  r2nn_learner_standardise(learner, table);
  if (!learner->n_theta) return R2NN_OK;
  if (!r2nn_adam_init(&adam, learner->n_theta, n_epochs, HEAD_RATE))
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a head of %u weights", learner->n_theta);
  status = r2nn_learner_room(learner, table->n_rows, error);
  for (uint32_t epoch = 0; epoch < n_epochs && status == R2NN_OK; epoch++) {
    if (isnan(r2nn_learner_loss(learner, table, NULL)))
      status = r2nn_fail(error, R2NN_BAD_DATA, "the head's loss is no longer a number: are some clips extremely loud?");
    else
      r2nn_adam_step(&adam, learner->theta, learner->gradient);
  }
  r2nn_adam_free(&adam);
  return status;
}

double r2nn_learner_accuracy(r2nn_learner *learner, const r2nn_table *table) {
  uint32_t right = 0, k_max = learner->n_classes;
  if (!table->n_rows || !forward(learner, table, 0)) return 0;
  for (uint32_t r = 0; r < table->n_rows; r++) {
    const double *z = learner->z + (size_t)r * k_max;
    uint32_t best = 0;
    for (uint32_t k = 1; k < k_max; k++)
      if (z[k] > z[best]) best = k;
    right += best == table->label[r];
  }
  return (double)right / table->n_rows;
}

double r2nn_learner_entropy(r2nn_learner *learner, const r2nn_table *table) {
  double sum = 0;
  if (!table->n_rows || !forward(learner, table, 0)) return HUGE_VAL;
  for (uint32_t r = 0; r < table->n_rows; r++)
    sum += softmax(learner->z + (size_t)r * learner->n_classes, learner->n_classes, table->label[r]);
  return sum / table->n_rows;
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
  if (r2nn_head_is_physical(learner->kind)) r2nn_physical_export(learner, head);
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
