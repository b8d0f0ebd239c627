/* Features of overlapping classes, for the tests of heads. */
#ifndef R2NN_TESTS_CLOUDS_H
#define R2NN_TESTS_CLOUDS_H

#include "rt/random.h"
#include "train/learner.h"
#include "unit.h"

/* Rows of n_classes overlapping clouds; with rest feature 0 is the same for all. */
static inline r2nn_table clouds(uint32_t n_rows, uint32_t n_features, uint32_t n_classes, uint64_t seed, bool rest) {
  r2nn_random random = r2nn_random_new(seed, 9);
  r2nn_table table;
  assert_true(r2nn_table_init(&table, n_rows, n_features));
  for (uint32_t r = 0; r < n_rows; r++) {
    uint32_t k = table.label[r] = r % n_classes;
    for (uint32_t i = 0; i < n_features; i++)
      table.x[r * n_features + i] =
          rest && i == 0 ? -27.631021115928547 : -8 + 3 * (k % n_features == i) + 1.5 * (1 + i % 3) * r2nn_random_normal(&random);
  }
  return table;
}

#endif
