/* Training depends on the data set, the specification and the seed, never on the threads that are lent to it.
 * ctest-labels: threads
 * ctest-timeout: 200 */
#include "sets.h"
#include "workers.h"

#include <math.h>

/* The text of the model that comes out. */
static char *text_of(const r2nn_dataset *set, const r2nn_train_spec *spec, const r2nn_workers *lent) {
  r2nn_model *model;
  r2nn_error error = {""};
  check_ok(r2nn_train(set, spec, lent, NULL, NULL, &model, NULL, &error), &error);
  char *text = r2nn_model_print(model);
  assert_non_null(text);
  r2nn_model_free(model);
  return text;
}

static void check_stage(const char *stage, int head, double window_s) {
  set_def def = set_tones;
  def.n_channels = 2;
  def.n_each = 1;
  r2nn_dataset set = set_new(&def);
  r2nn_train_spec spec = set_spec(stage, head, 2);
  spec.window_s = window_s;
  char *alone = text_of(&set, &spec, NULL);
  static const uint32_t n_jobs[] = {1, 2, 5};
  for (uint32_t i = 0; i < 3; i++) {
    workers *pool = workers_new(n_jobs[i]);
    assert_non_null(pool);
    char *together = text_of(&set, &spec, workers_hook(pool));
    assert_string_equal(together, alone);
    free(together);
    workers_free(pool);
  }
  spec.seed = 2;
  char *other = text_of(&set, &spec, NULL);
  assert_string_not_equal(other, alone);
  free(other);
  free(alone);
  set_free(&set);
}

static void defaults(void **state) {
  (void)state;
  check_stage(NULL, -1, 0);
}

static void network_with_windows(void **state) {
  (void)state;
  check_stage("full:6", R2NN_HEAD_MLP, 0.05);
}

static void grid(void **state) {
  (void)state;
  check_stage("grid:3x4", -1, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults),
      cmocka_unit_test(network_with_windows),
      cmocka_unit_test(grid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
