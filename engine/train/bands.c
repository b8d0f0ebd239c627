/* Band energies of the raw input, and the multiclass perceptron. */
#include "train/bands.h"

#include "rt/random.h"
#include "train/features.h"
#include "train/layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_PASSES 60 /* of the perceptron over the clips */

r2nn_status r2nn_bands_table(const r2nn_recipe *recipe, uint32_t n_features, const r2nn_reduced *data, double *floor,
                             r2nn_table *table, r2nn_error *error) {
  const r2nn_spectra *spectra = data->spectra;
  bool summed = recipe->head == R2NN_HEAD_ENERGY; /* one band a class, channels added */
  uint32_t m = spectra->n_channels, n_bands = summed ? n_features : (n_features + m - 1) / m, n = summed ? n_bands : n_bands * m;
  if (!r2nn_table_init(table, spectra->n_clips, n)) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for band energies");
  memcpy(table->label, data->label, table->n_rows * sizeof *table->label);
  for (uint32_t r = 0; r < table->n_rows; r++)
    for (uint32_t bin = 0, band = 0; bin < spectra->n_bins; bin++) {
      /* A bin belongs to the band whose centre is nearest; centres rise with the band. */
      double freq = spectra->freq_hz[bin];
      while (band + 1 < n_bands && fabs(r2nn_layout_freq(&recipe->stages[0], band + 1, n_bands) - freq) <
                                       fabs(r2nn_layout_freq(&recipe->stages[0], band, n_bands) - freq))
        band++;
      const double *packed = spectra->packed + ((size_t)r * spectra->n_bins + bin) * m * m;
      for (uint32_t c = 0; c < m; c++) table->x[(size_t)r * n + (summed ? 0 : c * n_bands) + band] += packed[(size_t)c * m + c];
    }
  if (*floor <= 0) *floor = r2nn_features_floor(table->x, spectra->duration_s, table->n_rows, n);
  r2nn_features(recipe, table->x, spectra->duration_s, *floor, table);
  return R2NN_OK;
}

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

r2nn_status r2nn_bands_perceptron(const r2nn_table *train, const r2nn_table *test, uint32_t n_classes, uint64_t seed,
                                  double *accuracy, r2nn_error *error) {
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
    uint32_t right = 0;
    for (uint32_t r = 0; r < test->n_rows; r++) {
      for (uint32_t i = 0; i < n; i++) x[i] = (test->x[(size_t)r * n + i] - norm.center[i]) / norm.spread[i];
      right += decide(average, x, n, n_classes) == test->label[r];
    }
    *accuracy = test->n_rows ? (double)right / test->n_rows : 0;
  }
  r2nn_learner_free(&norm);
  free(w);
  free(average);
  free(x);
  free(order);
  return good ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a perceptron");
}
