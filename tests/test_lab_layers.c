/* Readouts and layers of the lab: gradients, the L2 readout on Iris, what layers learn, stability of nodes, jumps, the negative
 * resistance. ctest-labels: physics */
#include "differences.h"
#include "lab.h"
#include "lab/csv_data.h"
#include "lab/layers.h"
#include "lab/map.h"

#include <math.h>
#include <unistd.h>

static r2nn_error error;

static r2nn_lab_data made(const char *name, uint32_t n) {
  r2nn_lab_data data;
  assert_int_equal(r2nn_lab_data_make(name, n, 1, &data, &error), R2NN_OK);
  return data;
}

typedef struct layers_at {
  r2nn_layers *layers;
  const r2nn_lab_data *data;
} layers_at;

static double layers_loss(void *context) {
  layers_at *at = context;
  return r2nn_layers_loss(at->layers, at->data->x, at->data->label, NULL, at->data->n_rows);
}

/* Every node, law and bound. */
static void layer_gradients(void **state) {
  (void)state;
  r2nn_lab_data data = made("yin-yang", 24);
  for (int k = 0; k < R2NN_LAB_N_NODES * R2NN_LAB_N_LAWS * R2NN_LAB_N_BOUNDS; k++) {
    r2nn_lab_layers_def def = {.hidden = (r2nn_lab_node)(k % R2NN_LAB_N_NODES),
                               .output = (r2nn_lab_node)((k + 1) % R2NN_LAB_N_NODES),
                               .law = (r2nn_lab_law)(k / R2NN_LAB_N_NODES % R2NN_LAB_N_LAWS),
                               .bound = (r2nn_lab_bound)(k / R2NN_LAB_N_NODES / R2NN_LAB_N_LAWS),
                               .lambda = 0.3,
                               .n_hidden = 2,
                               .sizes = {5, 4}};
    r2nn_layers layers;
    assert_true(r2nn_layers_init(&layers, &def, data.n_features, data.n_classes, data.n_rows, 7));
    layers_at at = {&layers, &data};
    for (uint32_t i = 0; i < layers.n_theta; i++) layers.theta[i] += 0.3; /* away from S = 1 */
    layers_loss(&at);
    double *own = doubles(layers.n_theta), largest = 0;
    memcpy(own, layers.gradient, layers.n_theta * sizeof *own);
    for (uint32_t i = 0; i < layers.n_theta; i++) largest = fmax(largest, fabs(own[i]));
    for (uint32_t i = 0; i < layers.n_theta; i++) {
      double wanted = difference(layers_loss, &at, &layers.theta[i], 1e-5);
      if (fabs(own[i] - wanted) > 1e-6 * fmax(largest, 1e-3))
        fail_msg("node %d, law %d, bound %d: weight %u: %.12g, by differences %.12g", def.hidden, def.law, def.bound, i, own[i],
                 wanted);
    }
    free(own);
    r2nn_layers_free(&layers);
  }
  r2nn_lab_data_free(&data);
}

typedef struct map_at {
  r2nn_map *map;
  const r2nn_lab_data *data;
} map_at;

static double map_loss(void *context) {
  map_at *at = context;
  double accuracy;
  return r2nn_map_loss(at->map, at->data, &accuracy, NULL);
}

static void map_gradients(void **state) {
  (void)state;
  r2nn_lab_data data = made("blobs", 30);
  for (int product = 0; product < 2; product++) {
    r2nn_map map;
    assert_true(r2nn_map_init(&map, &data, product));
    map_at at = {&map, &data};
    uint32_t n = map.n_features * (map.n_features + 1);
    for (uint32_t i = 0; i < n; i++) map.a[i] += 0.1 * i - 0.2;
    map_loss(&at);
    double *own = doubles(n);
    memcpy(own, map.gradient, n * sizeof *own);
    for (uint32_t i = 0; i < n; i++) {
      double wanted = difference(map_loss, &at, &map.a[i], 1e-4);
      if (fabs(own[i] - wanted) > 1e-6) fail_msg("product %d, %u: %.12g, by differences %.12g", product, i, own[i], wanted);
    }
    free(own);
    r2nn_map_free(&map);
  }
  r2nn_lab_data_free(&data);
}

static double run(const char *method, const r2nn_lab_data *data, r2nn_lab_split split, uint32_t n_steps,
                  r2nn_lab_verdict *verdict) {
  r2nn_lab_data train, test;
  r2nn_lab_job job = r2nn_lab_job_default();
  uint32_t m = 0;
  *verdict = (r2nn_lab_verdict){0};
  assert_int_equal(r2nn_lab_data_split(data, &split, &train, &test, &error), R2NN_OK);
  while (strcmp(r2nn_lab_methods[m].name, method) != 0) m++;
  job.train = &train;
  job.test = &test;
  job.training.n_steps = n_steps;
  if (r2nn_lab_methods[m].run(&job, verdict, &error) != R2NN_OK) fail_msg("%s", error.text);
  uint32_t n_test = test.n_rows;
  r2nn_lab_data_free(&train);
  r2nn_lab_data_free(&test);
  return verdict->accuracy * n_test;
}

/* The first ten of each class train, scaled over the whole set: 110 of the other 120 are right. */
static void iris(void **state) {
  (void)state;
  const char *shared = getenv("R2NN_SHARED");
  char folder[512];
  r2nn_lab_data data;
  r2nn_lab_verdict verdict;
  snprintf(folder, sizeof folder, "%s/data/tabular", shared ? shared : ".");
  if (csv_data_load("iris", folder, NULL, &data, &error) != R2NN_OK) {
    print_message("  skipped: %s\n", error.text);
    skip();
  }
  double right = run("l2", &data, (r2nn_lab_split){.pick = R2NN_LAB_FIRST, .n_each = 10, .scale_all = true}, 1, &verdict);
  assert_true(fabs(right - 110) < 1e-9);
  r2nn_lab_data_free(&data);
}

/* Circles: chance without a nonlinear network and with positive conductances, solved by the others; nodes with S > 0 by
 * construction. */
static void circles(void **state) {
  (void)state;
  r2nn_lab_data data = made("circles", 500);
  r2nn_lab_split split = {.pick = R2NN_LAB_RANDOM, .share = 0.8, .seed = 2};
  static const char *const names[] = {"l2", "linear", "mcp", "passive", "npml", "spml", "grounded", "ml"};
  for (int k = 0; k < 8; k++) {
    r2nn_lab_verdict verdict;
    run(names[k], &data, split, 3000, &verdict);
    print_message("  %-9s %5.1f %%, %u of %u nodes unstable\n", names[k], 100 * verdict.accuracy, verdict.n_unstable,
                  verdict.n_nodes);
    if (k < 4 ? verdict.accuracy > 0.7 : verdict.accuracy < 0.85) fail_msg("%s: %g", names[k], verdict.accuracy);
    if (k == 6) assert_true(verdict.n_nodes == 11 && verdict.n_unstable == 0);
    if (k == 4) assert_int_equal(verdict.n_nodes, 11);
  }
  r2nn_lab_data_free(&data);
}

/* All inputs at 1 V: every node by eq. 6 is at 1 V, whatever its conductances. A path to ground lifts that. */
static void all_at_one(void **state) {
  (void)state;
  for (int k = 0; k < 2; k++) {
    r2nn_lab_layers_def def = {.output = k ? R2NN_LAB_GROUNDED : R2NN_LAB_KIRCHHOFF};
    r2nn_layers layers;
    double x[3] = {1, 1, 1};
    assert_true(r2nn_layers_init(&layers, &def, 3, 4, 1, 5));
    const double *z = r2nn_layers_forward(&layers, x, NULL, 1);
    for (int j = 0; j < 4; j++) assert_true((fabs(z[j] - 1) < 1e-12) == !k);
    r2nn_layers_free(&layers);
  }
}

static void jumps(void **state) {
  (void)state;
  r2nn_lab_data data = made("line", 200);
  uint32_t n_jumps = 0, n_on_flips = 0;
  for (uint64_t seed = 0; seed < 8; seed++) {
    r2nn_lab_jump_result free_run, held;
    r2nn_lab_jump_def def = {.data = &data, .rate = 0.03, .n_steps = 1000, .seed = seed};
    assert_int_equal(r2nn_lab_jump(&def, &free_run, &error), R2NN_OK);
    def.lambda = 1;
    assert_int_equal(r2nn_lab_jump(&def, &held, &error), R2NN_OK);
    n_jumps += free_run.n_jumps;
    n_on_flips += free_run.n_jumps_on_flips;
    assert_int_equal(held.n_flips, 0);
    assert_int_equal(held.n_jumps, 0);
    r2nn_lab_jump_free(&free_run);
    r2nn_lab_jump_free(&held);
  }
  print_message("  %u of %u jumps on flips\n", n_on_flips, n_jumps);
  assert_true(n_jumps >= 4 && n_on_flips >= 0.8 * n_jumps);
  r2nn_lab_data_free(&data);
}

/* Parts of the right sizes, each class in proportion, features in 0..1 by the training part. */
static void splits(void **state) {
  (void)state;
  r2nn_lab_data data = made("yin-yang", 300), train, test;
  uint32_t count[3] = {0};
  assert_int_equal(
      r2nn_lab_data_split(&data, &(r2nn_lab_split){.pick = R2NN_LAB_RANDOM, .share = 0.8, .seed = 1}, &train, &test, &error),
      R2NN_OK);
  assert_int_equal(train.n_rows, 240);
  assert_int_equal(test.n_rows, 60);
  for (uint32_t r = 0; r < test.n_rows; r++) count[test.label[r]]++;
  for (int k = 0; k < 3; k++) assert_int_equal(count[k], 20);
  for (uint32_t i = 0; i < 4; i++) {
    double lo = 1e9, hi = -1e9;
    for (uint32_t r = 0; r < train.n_rows; r++) {
      lo = fmin(lo, train.x[r * 4 + i]);
      hi = fmax(hi, train.x[r * 4 + i]);
    }
    assert_true(lo == 0 && hi == 1);
  }
  r2nn_lab_data_free(&train);
  r2nn_lab_data_free(&test);
  assert_int_equal(r2nn_lab_data_split(&data, &(r2nn_lab_split){.n_each = 100}, &train, &test, &error), R2NN_BAD_DATA);
  r2nn_lab_data_free(&data);
}

static void stage(void **state) {
  (void)state;
  r2nn_lab_stage s = {.r = 5e3, .r1 = 1e4, .r2 = 2e4, .r3 = 1e4, .load = 5e4};
  assert_true(fabs(r2nn_lab_stage_negative(&s) - 2e4) < 1e-9);
  assert_true(fabs(r2nn_lab_stage_gain(&s) - (1 / 5e3 - 1 / 2e4) / (1 / 5e3 - 1 / 2e4 + 1 / 5e4)) < 1e-12);
  s.r = 1e6;
  assert_true(r2nn_lab_stage_sum(&s) < 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(layer_gradients), cmocka_unit_test(map_gradients), cmocka_unit_test(iris),
                                     cmocka_unit_test(circles),         cmocka_unit_test(all_at_one),    cmocka_unit_test(jumps),
                                     cmocka_unit_test(splits),          cmocka_unit_test(stage)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
