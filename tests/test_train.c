/* Training from end to end on small sets of tones: accuracy, report, baselines, stopping, odd sets.
 * ctest-labels: physics
 * ctest-timeout: 300 */
#include "sets.h"

#include <jansson.h>
#include <math.h>

static r2nn_error error;

static void check_share(double value) {
  if (!(value >= 0 && value <= 1)) fail_msg("%g is no share", value);
}

static void check_baselines(const r2nn_baselines *baselines) {
  check_share(baselines->no_network);
  check_share(baselines->random);
  check_share(baselines->bank);
  check_share(baselines->perceptron);
}

/* The model reads back from its text, holds its evaluation, and keeps to its resistors. */
static void check_model(const r2nn_model *model, const r2nn_train_report *report, const r2nn_train_spec *spec) {
  char *text = r2nn_model_print(model);
  r2nn_model *again;
  assert_non_null(text);
  check_ok(r2nn_model_parse(text, strlen(text), &again, &error), &error);
  r2nn_model_free(again);
  free(text);

  json_error_t where;
  json_t *evaluation = json_loads(model->evaluation, 0, &where), *training = json_loads(model->training, 0, &where);
  assert_true(json_is_object(evaluation) && json_is_object(training));
  json_t *baselines = json_object_get(evaluation, "baselines");
  assert_true(fabs(json_number_value(json_object_get(evaluation, "accuracy")) - r2nn_tally_accuracy(&report->tally)) <= 0.5001e-4);
  assert_true(fabs(json_number_value(json_object_get(baselines, "bank")) - report->baselines.bank) <= 0.5001e-4);
  assert_string_equal(json_string_value(json_object_get(evaluation, "split")), report->split);
  assert_int_equal(json_integer_value(json_object_get(evaluation, "clips")), report->tally.n_clips);
  assert_string_equal(json_string_value(json_object_get(training, "choice")), report->choice);
  json_decref(evaluation);
  json_decref(training);

  check_baselines(&report->baselines);
  assert_true(report->tally.n_clips_right <= report->tally.n_clips && report->tally.n_clips == report->n_test_clips);
  uint64_t sum = 0;
  for (uint32_t i = 0; i < model->n_classes * (model->n_classes + 1); i++) sum += report->tally.confusion[i];
  assert_int_equal(sum, report->tally.n_clips);
  const r2nn_stage *stage = &model->stages[0];
  for (uint32_t i = 0; i < stage->n_couplings; i++) {
    double ohm = 1 / fabs(stage->couplings[i].g);
    if (!(ohm >= spec->resistor_lo_ohm * (1 - 1e-6) && ohm <= spec->resistor_hi_ohm * (1 + 1e-6)))
      fail_msg("a coupling of %g Ohm", ohm);
  }
}

/* Train, check what came out, and return the accuracy by clip. *model may be NULL. */
static double train(const r2nn_dataset *set, const r2nn_train_spec *spec, r2nn_model **model) {
  r2nn_train_report report;
  r2nn_model *made;
  check_ok(r2nn_train(set, spec, NULL, NULL, NULL, &made, &report, &error), &error);
  check_model(made, &report, spec);
  double accuracy = r2nn_tally_accuracy(&report.tally);
  r2nn_train_report_free(&report);
  if (model)
    *model = made;
  else
    r2nn_model_free(made);
  return accuracy;
}

static void defaults_tell_tones_apart(void **state) {
  (void)state;
  r2nn_dataset set = set_new(&set_tones);
  r2nn_train_spec spec = set_spec(NULL, -1, 8);
  r2nn_train_report report;
  r2nn_model *model;
  check_ok(r2nn_train(&set, &spec, NULL, NULL, NULL, &model, &report, &error), &error);
  check_model(model, &report, &spec);
  assert_true(r2nn_tally_accuracy(&report.tally) == 1);
  assert_string_equal(report.split, "test");
  assert_int_equal(report.n_train_clips, 5 * 6);
  assert_int_equal(report.n_test_clips, 3 * 6);
  printf("  %s\n", report.choice);
  printf("  no network %.2f, random %.2f, bank %.2f, perceptron %.2f\n", report.baselines.no_network, report.baselines.random,
         report.baselines.bank, report.baselines.perceptron);

  /* The same baselines for the model as it stands. */
  r2nn_baselines baselines = {-1, -1, -1, -1};
  check_ok(r2nn_train_baselines(&set, model, 0, 0, NULL, NULL, NULL, &baselines, &error), &error);
  check_baselines(&baselines);
  assert_true(baselines.bank > 0.8 && baselines.perceptron > 0.8);
  for (uint32_t i = 0; i < set.n_clips; i++) set.clips[i].split = R2NN_SPLIT_NONE;
  check_refusal(r2nn_train_baselines(&set, model, 0, 0, NULL, NULL, NULL, &baselines, &error), &error, R2NN_BAD_DATA,
                "no split column");
  r2nn_model_free(model);
  r2nn_train_report_free(&report);
  set_free(&set);
}

/* Without splits a part is set aside, whole groups only; folds judge every clip once. */
static void parts_are_set_aside(void **state) {
  (void)state;
  r2nn_train_spec spec = set_spec("bank:6", R2NN_HEAD_PERCEPTRON, 8);
  r2nn_train_report report;
  r2nn_model *model;
  for (int has_groups = 0; has_groups < 2; has_groups++)
    for (uint32_t n_folds = 0; n_folds <= 3; n_folds += 3) {
      set_def def = set_tones;
      def.n_test_groups = 0;
      def.has_groups = has_groups;
      r2nn_dataset set = set_new(&def);
      spec.n_folds = n_folds;
      check_ok(r2nn_train(&set, &spec, NULL, NULL, NULL, &model, &report, &error), &error);
      check_model(model, &report, &spec);
      assert_non_null(strstr(report.split, has_groups ? "groups" : "clips"));
      if (n_folds) {
        assert_int_equal(report.tally.n_clips, set.n_clips);
        assert_int_equal(report.n_train_clips, set.n_clips);
      } else {
        assert_int_equal(report.n_train_clips + report.n_test_clips, set.n_clips);
        assert_true(report.n_test_clips >= set.n_clips / 8 && report.n_test_clips <= set.n_clips / 4);
        assert_true(!has_groups || report.n_test_clips % 6 == 0);
      }
      assert_true(r2nn_tally_accuracy(&report.tally) > 0.9);
      r2nn_model_free(model);
      r2nn_train_report_free(&report);
      set_free(&set);
    }
}

static void every_topology_and_head(void **state) {
  (void)state;
  static const char *const stages[] = {"bank:6", "full:5@150-1800", "grid:3x3"};
  r2nn_dataset set = set_new(&set_tones);
  for (uint32_t s = 0; s < 3; s++)
    for (int head = 0; head < R2NN_N_HEADS; head++) {
      r2nn_train_spec spec = set_spec(stages[s], head, 8);
      if (s == 2 || head == R2NN_HEAD_ENERGY) spec.n_epochs = 60;
      spec.resistor_lo_ohm = 5e3;
      spec.resistor_hi_ohm = 2e6;
      r2nn_model *model;
      double accuracy = train(&set, &spec, &model);
      assert_int_equal(model->head.kind, head);
      assert_int_equal(strncmp(model->stages[0].topology, stages[s], 5), 0);
      printf("  %-15s %-10s %.2f\n", stages[s], r2nn_head_name((r2nn_head_kind)head), accuracy);
      assert_true(accuracy >= (s == 2 ? 0.6 : 0.9));
      r2nn_model_free(model);
    }
  set_free(&set);
}

static void every_law(void **state) {
  (void)state;
  r2nn_dataset set = set_new(&set_tones);
  for (int law = 0; law < R2NN_N_LAWS; law++) {
    r2nn_train_spec spec = set_spec("bank:6", R2NN_HEAD_PERCEPTRON, 8);
    spec.stages[0].law = law;
    r2nn_model *model;
    double accuracy = train(&set, &spec, &model);
    assert_int_equal(model->stages[0].law, law);
    /* A bandpass of 1 V about 0 V hardly sees voltages of millivolts. */
    if (!(accuracy > 0.9 || law == R2NN_LAW_BANDPASS)) fail_msg("law %s: %g", r2nn_law_name((r2nn_law)law), accuracy);
    r2nn_model_free(model);
  }
  set_free(&set);
}

static void windows_vote(void **state) {
  (void)state;
  r2nn_dataset set = set_new(&set_tones);
  for (double hop_s = 0; hop_s < 0.03; hop_s += 0.02) {
    r2nn_train_spec spec = set_spec("bank:6", R2NN_HEAD_PERCEPTRON, 8);
    spec.window_s = 0.04;
    spec.hop_s = hop_s;
    r2nn_train_report report;
    r2nn_model *model;
    check_ok(r2nn_train(&set, &spec, NULL, NULL, NULL, &model, &report, &error), &error);
    check_model(model, &report, &spec);
    assert_int_equal(model->readout.mode, R2NN_MODE_WINDOW);
    assert_true(model->readout.window_s == 0.04 && model->readout.hop_s == hop_s);
    assert_true(report.tally.n_windows >= 3 * report.tally.n_clips && r2nn_tally_accuracy(&report.tally) > 0.9);
    r2nn_baselines baselines;
    check_ok(r2nn_train_baselines(&set, model, 0.04, hop_s, NULL, NULL, NULL, &baselines, &error), &error);
    check_baselines(&baselines);
    r2nn_model_free(model);
    r2nn_train_report_free(&report);
  }
  set_free(&set);
}

/* Two sample rates in one set, three channels, equal lengths, two clips in all, a thousandth of a second. */
static void odd_sets(void **state) {
  (void)state;
  r2nn_train_spec spec = set_spec("full:5", R2NN_HEAD_PERCEPTRON, 8), open = set_spec(NULL, -1, 8);
  set_def def = set_tones;
  def.other_rate_hz = 11025;
  r2nn_dataset set = set_new(&def);
  assert_true(train(&set, &spec, NULL) > 0.9);
  set_free(&set);

  def = set_tones;
  def.n_channels = 3;
  def.vary = 0;
  set = set_new(&def);
  r2nn_model *model;
  assert_true(train(&set, &spec, &model) > 0.9);
  assert_int_equal(model->n_channels, 3);
  assert_int_equal(model->readout.mode, R2NN_MODE_WINDOW); /* all clips are as long as each other: that is the window */
  r2nn_model_free(model);
  /* A channel that is dead in all of them. */
  for (uint32_t i = 0; i < set.n_clips; i++)
    for (uint64_t t = 0; t < set.clips[i].n_frames; t++) set.clips[i].samples[3 * t + 1] = 0;
  assert_true(train(&set, &spec, NULL) > 0.9);
  set_free(&set);

  def = set_tones;
  def.n_classes = 2;
  def.n_each = 1;
  def.n_groups = 2;
  def.n_test_groups = 1;
  set = set_new(&def);
  train(&set, &open, NULL);
  set_free(&set);

  for (uint32_t n_frames = 1; n_frames <= 9; n_frames += 4) { /* nothing to hear, and still no harm */
    def = set_tones;
    def.vary = n_frames > 1 ? 0.4 : 0;
    def.duration_s = n_frames / def.rate_hz;
    set = set_new(&def);
    train(&set, &open, NULL);
    set_free(&set);
  }
}

/* Silence, or one voltage, in every clip: chance, and finite numbers. */
static void constant_clips(void **state) {
  (void)state;
  for (int head = 0; head < R2NN_N_HEADS; head++)
    for (int level = 0; level < 2; level++) {
      r2nn_dataset set = set_new(&set_tones);
      for (uint32_t i = 0; i < set.n_clips; i++)
        for (uint64_t t = 0; t < set.clips[i].n_frames; t++) set.clips[i].samples[t] = 0.5f * (float)level;
      r2nn_train_spec spec = set_spec(head % 2 ? "bank:4" : "full:4", head, 8);
      train(&set, &spec, NULL);
      set_free(&set);
    }
}

static void many_classes(void **state) {
  (void)state;
  set_def def = set_tones;
  def.n_classes = 24;
  def.ratio = 1.07;
  def.n_each = 1;
  def.duration_s = 0.05;
  def.n_groups = 4;
  def.n_test_groups = 1;
  r2nn_dataset set = set_new(&def);
  r2nn_train_spec spec = set_spec("bank:30", R2NN_HEAD_PERCEPTRON, 8);
  spec.n_epochs = 3;
  double accuracy = train(&set, &spec, NULL);
  printf("  24 classes: %.2f\n", accuracy);
  assert_true(accuracy > 0.2);
  spec.head = R2NN_HEAD_ENERGY;
  train(&set, &spec, NULL);
  spec = set_spec("bank:23", R2NN_HEAD_ENERGY, 8);
  r2nn_model *model;
  check_refusal(r2nn_train(&set, &spec, NULL, NULL, NULL, &model, NULL, &error), &error, R2NN_BAD_ARGUMENT,
                "an output for each of 24 classes");
  assert_null(model);
  set_free(&set);
}

/* ---- stopping ---- */

typedef struct stopper {
  uint32_t n_told, n_most;
  double last;
} stopper;

static bool tell(void *context, const char *what, double share) {
  stopper *s = context;
  assert_true(what && *what && share >= s->last - 1e-9 && share <= 1 + 1e-9);
  s->last = share;
  return ++s->n_told < s->n_most;
}

static void stopping_leaves_a_model(void **state) {
  (void)state;
  r2nn_dataset set = set_new(&set_tones);
  for (uint32_t n_folds = 0; n_folds <= 3; n_folds += 3)
    for (uint32_t most = 1; most < 400; most = most * 4 + 1) {
      r2nn_train_spec spec = set_spec(n_folds ? "full:4" : NULL, -1, 8);
      stopper s = {.n_most = most};
      r2nn_train_report report;
      r2nn_model *model;
      spec.n_epochs = 10;
      spec.n_folds = n_folds;
      check_ok(r2nn_train(&set, &spec, NULL, tell, &s, &model, &report, &error), &error);
      check_model(model, &report, &spec);
      r2nn_model_free(model);
      r2nn_train_report_free(&report);
    }
  set_free(&set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults_tell_tones_apart),
      cmocka_unit_test(parts_are_set_aside),
      cmocka_unit_test(every_topology_and_head),
      cmocka_unit_test(every_law),
      cmocka_unit_test(windows_vote),
      cmocka_unit_test(odd_sets),
      cmocka_unit_test(constant_clips),
      cmocka_unit_test(many_classes),
      cmocka_unit_test(stopping_leaves_a_model),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
