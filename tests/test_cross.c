/* Matrices taken apart into few products: no entry off by more than the tolerance, no more products than it takes.
 * ctest-labels: physics */
#include "train/cross.h"
#include "unit.h"

#include <math.h>
#include <string.h>

enum { ROWS = 12, COLUMNS = 40 };

static double random_value(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (double)(*state >> 40) * 0x1p-23 - 1;
}

/* Rank and largest error; what is left over is the error. */
static uint32_t take_apart(const double *a, double tolerance, double *worst) {
  static double rest[ROWS * COLUMNS], left[ROWS * ROWS], right[ROWS * COLUMNS];
  memcpy(rest, a, sizeof rest);
  uint32_t rank = r2nn_cross(rest, ROWS, COLUMNS, tolerance, left, right);
  *worst = 0;
  for (uint32_t o = 0; o < ROWS; o++)
    for (uint32_t k = 0; k < COLUMNS; k++) {
      double sum = 0;
      for (uint32_t t = 0; t < rank; t++) {
        assert_true(fabs(left[t * ROWS + o]) <= 1 + 1e-12);
        sum += left[t * ROWS + o] * right[t * COLUMNS + k];
      }
      assert_true(fabs(a[o * COLUMNS + k] - sum - rest[o * COLUMNS + k]) < 1e-13);
      *worst = fmax(*worst, fabs(a[o * COLUMNS + k] - sum));
    }
  return rank;
}

static void products_are_found_again(void **state) {
  (void)state;
  for (uint32_t n = 0; n <= ROWS; n++) {
    uint64_t seed = n + 1;
    double a[ROWS * COLUMNS] = {0}, worst;
    for (uint32_t t = 0; t < n; t++) {
      double column[ROWS], row[COLUMNS];
      for (int o = 0; o < ROWS; o++) column[o] = random_value(&seed);
      for (int k = 0; k < COLUMNS; k++) row[k] = random_value(&seed);
      for (int o = 0; o < ROWS; o++)
        for (int k = 0; k < COLUMNS; k++) a[o * COLUMNS + k] += column[o] * row[k];
    }
    assert_int_equal(take_apart(a, 1e-10, &worst), n);
    assert_true(worst <= 1e-10);
  }
}

/* Far flanks of resonances are nearly alike: the finer they are wanted the more products, never worse than was asked. */
static void smooth_rows_take_few(void **state) {
  (void)state;
  double a[ROWS * COLUMNS];
  for (int o = 0; o < ROWS; o++)
    for (int k = 0; k < COLUMNS; k++) {
      double f = 5 + 0.05 * k, f0 = 0.5 + 0.2 * o;
      a[o * COLUMNS + k] = 1 / (1 + pow(f * f / (f0 * f0) - 1, 2) * 25);
    }
  uint32_t before = 0;
  for (double tolerance = 1e-2; tolerance > 1e-12; tolerance /= 10) {
    double worst;
    uint32_t rank = take_apart(a, tolerance, &worst);
    assert_true(worst <= tolerance && rank >= before && rank < ROWS);
    before = rank;
  }
  assert_true(before >= 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(products_are_found_again), cmocka_unit_test(smooth_rows_take_few)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
