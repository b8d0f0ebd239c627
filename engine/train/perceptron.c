/* The multiclass perceptron. */
#include "train/perceptron.h"

#include "rt/random.h"
#include "train/learner.h"

#include <math.h>
#include <stdlib.h>

#define N_PASSES 60 /* over the rows */

/* The class of the largest w_k . x + b_k; w is [n_classes][n + 1]. */
static uint32_t decide(const double *w, const double *x, uint32_t n, uint32_t n_classes) {
  uint32_t best = 0;
  double largest = -HUGE_VAL;
  for (uint32_t k = 0; k < n_classes; k++) {
    const double *row = w + (size_t)k * (n + 1);
    double sum = row[n];
    for (uint32_t i = 0; i < n; i++) sum += row[i] * x[i];
    if (sum > largest) {
      largest = sum;
      best = k;
    }
  }
  return best;
}

static void add_row(double *w, const double *x, uint32_t n, double sign) {
  for (uint32_t i = 0; i < n; i++) w[i] += sign * x[i];
  w[n] += sign;
}

/* Share of rows decided right; decided[n_rows] or NULL. x is room for a row. */
static double judge(const r2nn_learner *norm, const double *w, const r2nn_table *table, double *x, uint32_t *decided) {
  uint32_t right = 0, n = table->n_features;
  for (uint32_t r = 0; r < table->n_rows; r++) {
    for (uint32_t i = 0; i < n; i++) x[i] = (table->x[(size_t)r * n + i] - norm->center[i]) / norm->spread[i];
    uint32_t best = decide(w, x, n, norm->n_classes);
    if (decided) decided[r] = best;
    right += best == table->label[r];
  }
  return table->n_rows ? (double)right / table->n_rows : 0;
}

r2nn_status r2nn_perceptron(const r2nn_table *train, const r2nn_table *test, uint32_t n_classes, bool last, uint64_t seed,
                            r2nn_perceptron_result *result, r2nn_error *error) {
  uint32_t n = train->n_features;
  size_t cells = (size_t)n_classes * (n + 1);
  double *w = calloc(cells, sizeof *w), *average = calloc(cells, sizeof *average), *x = malloc(n * sizeof *x);
  uint32_t *order = malloc((train->n_rows + 1) * sizeof *order);
  r2nn_learner norm;
  bool good = r2nn_learner_init(&norm, R2NN_HEAD_PERCEPTRON, n, 0, n_classes, 0, seed) && w && average && x && order;
  if (good) {
    r2nn_random random = r2nn_random_new(seed, 31);
    r2nn_learner_standardise(&norm, train);
    for (uint32_t r = 0; r < train->n_rows; r++) order[r] = r;
    for (uint32_t pass = 0; pass < N_PASSES; pass++) {
      for (uint32_t r = train->n_rows; r > 1; r--) {
        uint32_t other = (uint32_t)(r2nn_random_uniform(&random) * r), keep = order[r - 1];
        order[r - 1] = order[other];
        order[other] = keep;
      }
      for (uint32_t r = 0; r < train->n_rows; r++) {
        const double *row = train->x + (size_t)order[r] * n;
        for (uint32_t i = 0; i < n; i++) x[i] = (row[i] - norm.center[i]) / norm.spread[i];
        uint32_t label = train->label[order[r]], best = decide(w, x, n, n_classes);
        if (best != label) {
          add_row(w + (size_t)label * (n + 1), x, n, 1);
          add_row(w + (size_t)best * (n + 1), x, n, -1);
        }
      }
      for (size_t i = 0; i < cells; i++) average[i] += w[i];
    }
    result->train_accuracy = judge(&norm, last ? w : average, train, x, NULL);
    result->accuracy = judge(&norm, last ? w : average, test, x, result->decided);
  }
  r2nn_learner_free(&norm);
  free(w);
  free(average);
  free(x);
  free(order);
  return good ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a perceptron");
}
