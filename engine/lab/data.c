/* Rows of features with a class: room, and the split into a training and a test part. */
#include "r2nn/lab.h"
#include "rt/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const r2nn_lab_pick_names[R2NN_LAB_N_PICKS] = {"first", "last", "random"};

r2nn_status r2nn_lab_data_init(r2nn_lab_data *data, uint32_t n_rows, uint32_t n_features, uint32_t n_classes, r2nn_error *error) {
  *data = (r2nn_lab_data){.n_rows = n_rows, .n_features = n_features, .n_classes = n_classes};
  data->x = calloc((size_t)n_rows * n_features + 1, sizeof *data->x);
  data->label = calloc(n_rows + 1, sizeof *data->label);
  if (data->x && data->label) return R2NN_OK;
  r2nn_lab_data_free(data);
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u rows", n_rows);
}

void r2nn_lab_data_free(r2nn_lab_data *data) {
  free(data->x);
  free(data->label);
  *data = (r2nn_lab_data){0};
}

/* Rows of one class in the order of the pick: those that train come first. */
static uint32_t order_class(const r2nn_lab_data *data, uint32_t k, const r2nn_lab_split *split, r2nn_random *random,
                            uint32_t *rows) {
  uint32_t n = 0;
  for (uint32_t r = 0; r < data->n_rows; r++)
    if (data->label[r] == k) rows[n++] = r;
  for (uint32_t i = 0; split->pick == R2NN_LAB_LAST && i < n / 2; i++) {
    uint32_t was = rows[i];
    rows[i] = rows[n - 1 - i];
    rows[n - 1 - i] = was;
  }
  for (uint32_t i = n; split->pick == R2NN_LAB_RANDOM && i > 1; i--) {
    uint32_t j = (uint32_t)(r2nn_random_uniform(random) * i), was = rows[i - 1];
    rows[i - 1] = rows[j];
    rows[j] = was;
  }
  return n;
}

/* trains[n_rows]: which rows do. */
static r2nn_status pick(const r2nn_lab_data *data, const r2nn_lab_split *split, uint8_t *trains, uint32_t *rows,
                        r2nn_error *error) {
  r2nn_random random = r2nn_random_new(split->seed, 74);
  for (uint32_t k = 0; k < data->n_classes; k++) {
    uint32_t n = order_class(data, k, split, &random, rows);
    uint32_t n_train = split->n_each ? split->n_each : (uint32_t)lround(split->share * n);
    if (n < 2 || n_train >= n)
      return r2nn_fail(error, R2NN_BAD_DATA, "%s: class %u has %u row%s; %u are to train and one at least to test", data->name,
                       k + 1, n, n == 1 ? "" : "s", n_train ? n_train : 1);
    if (n_train == 0) n_train = 1;
    for (uint32_t i = 0; i < n_train; i++) trains[rows[i]] = 1;
  }
  return R2NN_OK;
}

static void scale(const r2nn_lab_data *data, const uint8_t *trains, bool all, r2nn_lab_data *train, r2nn_lab_data *test) {
  uint32_t f = data->n_features;
  for (uint32_t i = 0; i < f; i++) {
    double lo = HUGE_VAL, hi = -HUGE_VAL;
    for (uint32_t r = 0; r < data->n_rows; r++) {
      if (!trains[r] && !all) continue;
      lo = fmin(lo, data->x[(size_t)r * f + i]);
      hi = fmax(hi, data->x[(size_t)r * f + i]);
    }
    uint32_t n_train = 0, n_test = 0;
    for (uint32_t r = 0; r < data->n_rows; r++) {
      r2nn_lab_data *to = trains[r] ? train : test;
      uint32_t at = trains[r] ? n_train++ : n_test++;
      to->x[(size_t)at * f + i] = hi > lo ? (data->x[(size_t)r * f + i] - lo) / (hi - lo) : 0;
      to->label[at] = data->label[r];
    }
  }
}

r2nn_status r2nn_lab_data_split(const r2nn_lab_data *data, const r2nn_lab_split *split, r2nn_lab_data *train, r2nn_lab_data *test,
                                r2nn_error *error) {
  uint8_t *trains = calloc(data->n_rows + 1, 1);
  uint32_t *rows = malloc((data->n_rows + 1) * sizeof *rows), n_train = 0;
  *train = *test = (r2nn_lab_data){0};
  r2nn_status status =
      trains && rows ? pick(data, split, trains, rows, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a split");
  for (uint32_t r = 0; status == R2NN_OK && r < data->n_rows; r++) n_train += trains[r];
  if (status == R2NN_OK) status = r2nn_lab_data_init(train, n_train, data->n_features, data->n_classes, error);
  if (status == R2NN_OK) status = r2nn_lab_data_init(test, data->n_rows - n_train, data->n_features, data->n_classes, error);
  if (status == R2NN_OK) {
    memcpy(train->name, data->name, sizeof train->name);
    memcpy(test->name, data->name, sizeof test->name);
    scale(data, trains, split->scale_all, train, test);
  }
  free(trains);
  free(rows);
  if (status != R2NN_OK) r2nn_lab_data_free(train);
  return status;
}
