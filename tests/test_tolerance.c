/* Parts off by their tolerance: circuits stay stable whatever is drawn, and training that allows for them pays.
 * ctest-labels: physics
 * ctest-timeout: 300 */
#include "sets.h"
#include "train/layout.h"
#include "train/play.h"
#include "train/tolerance.h"

#include <math.h>

static r2nn_error error;

/* A random network with couplings of both signs and next to nothing to ground. */
static r2nn_stage network(uint64_t seed) {
  r2nn_recipe recipe = {.n_stages = 1,
                        .stages = {{.topology = R2NN_FULL, .n_rows = 12, .n_cols = 1, .fmin_hz = 100, .fmax_hz = 2000, .q = 5}},
                        .head = R2NN_HEAD_PERCEPTRON,
                        .start_coupled = true,
                        .resistor_lo_ohm = 1e3,
                        .resistor_hi_ohm = 1e7};
  r2nn_stage stage = {0};
  r2nn_params params;
  r2nn_random random = r2nn_random_new(seed, 3);
  check_ok(r2nn_layout_start(&recipe, 0, 2, 3, seed, &stage, &params, &error), &error);
  for (uint32_t k = 0; k < params.n; k++) {
    if (params.entries[k].kind == R2NN_PARAM_GROUND) params.theta[k] = log(1e-7);
    if (params.entries[k].kind == R2NN_PARAM_COUPLING_SIGNED) params.theta[k] = 3 * r2nn_random_normal(&random);
    if (params.entries[k].kind == R2NN_PARAM_INPUT || params.entries[k].kind == R2NN_PARAM_INPUT_SIGNED) params.theta[k] -= 3;
  }
  r2nn_params_apply(&params, &stage);
  r2nn_params_free(&params);
  return stage;
}

static void drawn_circuits_are_stable(void **state) {
  (void)state;
  uint32_t n_raised = 0;
  for (uint64_t seed = 1; seed <= 5; seed++) {
    r2nn_stage stage = network(seed), drawn;
    r2nn_random random = r2nn_random_new(seed, 4);
    check_ok(r2nn_stage_certify(&stage, NULL, &error), &error);
    check_ok(r2nn_tolerance_init(&drawn, &stage, &error), &error);
    for (int k = 0; k < 100; k++) {
      double tolerance = (double[]){0.01, 0.05, 0.2, 1}[k % 4];
      r2nn_random alike = random;
      r2nn_tolerance_draw(&stage, tolerance, &random, &drawn);
      check_ok(r2nn_stage_certify(&drawn, NULL, &error), &error);

      /* Each part is what was drawn for it, or more to ground. */
      for (uint32_t i = 0; i < stage.n_couplings + stage.n_inputs; i++) r2nn_random_normal(&alike);
      for (uint32_t i = 0; i < stage.n_nodes; i++) {
        double g = stage.nodes[i].g * fmax(0.1, 1 + tolerance * r2nn_random_normal(&alike));
        assert_true(drawn.nodes[i].g >= g);
        n_raised += drawn.nodes[i].g > g;
        assert_true(drawn.nodes[i].d >= 0.099 * stage.nodes[i].d && drawn.nodes[i].c >= 0.099 * stage.nodes[i].c);
        r2nn_random_normal(&alike);
        r2nn_random_normal(&alike);
      }
    }
    r2nn_tolerance_draw(&stage, 0, NULL, &drawn);
    assert_memory_equal(drawn.nodes, stage.nodes, stage.n_nodes * sizeof *stage.nodes);
    assert_memory_equal(drawn.couplings, stage.couplings, stage.n_couplings * sizeof *stage.couplings);
    assert_memory_equal(drawn.inputs, stage.inputs, stage.n_inputs * sizeof *stage.inputs);
    r2nn_stage_free(&stage);
    r2nn_stage_free(&drawn);
  }
  printf("  %u conductances of 6000 raised\n", n_raised);
  assert_true(n_raised > 100); /* or nothing was tried here */
}

/* Mean accuracy on the test part of circuits built with parts that are off by so much. */
static double accuracy_of_built(const r2nn_dataset *set, const r2nn_model *model, double tolerance) {
  r2nn_choice test;
  r2nn_tally tally = {0};
  check_ok(r2nn_choice_split(set, R2NN_SPLIT_TEST, &test, &error), &error);
  check_ok(r2nn_tally_init(&tally, set->n_classes, &error), &error);
  r2nn_random random = r2nn_random_new(9, 9);
  for (int k = 0; k < 30; k++) {
    r2nn_model *built = r2nn_model_copy(model);
    assert_non_null(built);
    for (uint32_t s = 0; s < model->n_stages; s++) r2nn_tolerance_draw(&model->stages[s], tolerance, &random, &built->stages[s]);
    check_ok(r2nn_model_check(built, &error), &error);
    r2nn_engine_def def = r2nn_play_def(built, 0, 0);
    check_ok(r2nn_play_tally(built, &def, &test, NULL, &tally, &error), &error);
    r2nn_model_free(built);
  }
  double accuracy = r2nn_tally_accuracy(&tally);
  r2nn_tally_free(&tally);
  r2nn_choice_free(&test);
  return accuracy;
}

static void training_allows_for_parts(void **state) {
  (void)state;
  set_def def = set_tones;
  def.n_classes = 4;
  def.ratio = 1.25;
  def.noise = 0.2;
  r2nn_dataset set = set_new(&def);
  double mean[2] = {0};
  for (uint64_t seed = 1; seed <= 3; seed++)
    for (int k = 0; k < 2; k++) {
      r2nn_train_spec spec = set_spec("full:6@150-800", R2NN_HEAD_PERCEPTRON, 150);
      spec.seed = seed;
      spec.tolerance = 0.1 * k;
      r2nn_model *model;
      check_ok(r2nn_train(&set, &spec, NULL, NULL, NULL, &model, NULL, &error), &error);
      double nominal = accuracy_of_built(&set, model, 0), built = accuracy_of_built(&set, model, 0.1);
      printf("  trained for %d %%: %.1f %% as trained, %.1f %% with parts off by 10 %%\n", 10 * k, 100 * nominal, 100 * built);
      mean[k] += built / 3;
      r2nn_model_free(model);
    }
  assert_true(mean[1] >= mean[0]);
  set_free(&set);
}

static void wrong_tolerances(void **state) {
  (void)state;
  r2nn_dataset set = set_new(&set_tones);
  const double wrong[] = {-0.01, 0.21, NAN, HUGE_VAL};
  for (int k = 0; k < 4; k++) {
    r2nn_train_spec spec = set_spec("bank:4", R2NN_HEAD_PERCEPTRON, 2);
    spec.tolerance = wrong[k];
    r2nn_model *model;
    check_refusal(r2nn_train(&set, &spec, NULL, NULL, NULL, &model, NULL, &error), &error, R2NN_BAD_ARGUMENT,
                  "tolerance: must be 0 to 20 %");
    assert_null(model);
  }
  set_free(&set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drawn_circuits_are_stable),
      cmocka_unit_test(training_allows_for_parts),
      cmocka_unit_test(wrong_tolerances),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
