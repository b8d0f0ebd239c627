/* What training does to a data set: checks, folds over groups, windows as the engine decides them; and the heads by themselves.
 * ctest-labels: physics */
#include "clouds.h"
#include "sets.h"
#include "train/data.h"

#include <math.h>

static r2nn_error error;

/* ---- checks ---- */

static const set_def small = {.n_channels = 1,
                              .n_classes = 3,
                              .n_groups = 6,
                              .n_each = 2,
                              .rate_hz = 1000,
                              .duration_s = 0.05,
                              .low_hz = 50,
                              .ratio = 2,
                              .noise = 0.1,
                              .n_test_groups = 2,
                              .has_groups = true,
                              .seed = 1};

/* r2nn_train must refuse the set, and give no model. */
static void check_train_refuses(const r2nn_dataset *set, const r2nn_train_spec *spec, const char *reason) {
  r2nn_model *model = (r2nn_model *)&error; /* anything */
  r2nn_train_report report;
  error = (r2nn_error){""};
  check_refusal(r2nn_train(set, spec, NULL, NULL, NULL, &model, &report, &error), &error, R2NN_BAD_DATA, reason);
  assert_null(model);
  assert_null(report.tally.confusion);
}

static void bad_sets_are_refused(void **state) {
  (void)state;
  r2nn_train_spec spec = r2nn_train_spec_default(), folds = spec, window = spec;
  spec.n_epochs = 1;
  folds.n_folds = 7;
  r2nn_dataset set = set_new(&small), other = set;
  other.n_clips = 0;
  check_train_refuses(&other, &spec, "no clips");
  other = set;
  other.n_classes = 1;
  check_train_refuses(&other, &spec, "one class only ('class 0')");
  other = set;
  other.n_channels = R2NN_MAX_CHANNELS + 1;
  check_train_refuses(&other, &spec, "channels");
  other = set;
  other.n_classes = R2NN_MAX_CLASSES + 1;
  check_train_refuses(&other, &spec, "classes");
  check_train_refuses(&set, &folds, "7 folds need at least 7 groups, there are 6");
  folds.n_folds = UINT32_MAX;
  check_train_refuses(&set, &folds, "folds need at least");

  window.window_s = 0.0071;
  check_train_refuses(&set, &window, "only 7 samples at 1000 Hz: at least 8");
  window.window_s = 0.2;
  check_train_refuses(&set, &window, "window of 0.2 s");
  for (uint32_t i = 0; i < set.n_clips; i++)
    if (set.clips[i].label == 1) set.clips[i].n_frames = 20;
  window.window_s = 0.05;
  check_train_refuses(&set, &window, "class 'class 1' has no clip as long as half a window");
  for (uint32_t i = 0; i < set.n_clips; i++) set.clips[i].n_frames = 50;

  set.clips[5].rate_hz = 19;
  check_train_refuses(&set, &spec, "clip 6 has a sample rate of 19 Hz");
  set.clips[5].rate_hz = 1000;

  set.clips[3].split = R2NN_SPLIT_TEST;
  check_train_refuses(&set, &spec, "group 'group 0' stands in both splits");
  set.clips[3].split = R2NN_SPLIT_NONE; /* a clip without a split is in neither */
  assert_int_equal(r2nn_data_check(&set, 0, &error), R2NN_OK);
  set.clips[3].split = R2NN_SPLIT_TRAIN;

  for (uint32_t i = 0; i < set.n_clips; i++)
    if (set.clips[i].label == 2 && set.clips[i].split == R2NN_SPLIT_TRAIN) set.clips[i].label = 1;
  check_train_refuses(&set, &spec, "class 'class 2' has no clip in the training part");
  set_free(&set);

  /* All clips of one group: nothing could judge. */
  set_def alone = small;
  alone.n_groups = 1;
  alone.n_test_groups = 0;
  set = set_new(&alone);
  check_train_refuses(&set, &spec, "groups");
  set_free(&set);
}

/* ---- folds ---- */

static void folds_keep_groups_and_spread_classes(void **state) {
  (void)state;
  for (uint32_t trial = 0; trial < 60; trial++) {
    set_def def = small;
    def.n_test_groups = 0;
    def.has_groups = trial % 3 != 0;
    def.n_groups = 6 + trial % 11;
    def.n_each = 1 + trial % 3;
    r2nn_dataset set = set_new(&def);
    if (trial % 2 && def.has_groups) /* groups of one class each, of many sizes */
      for (uint32_t i = 0; i < set.n_clips; i++) set.clips[i].group = set.clips[i].label + 3 * (i % 7 % (def.n_groups / 3));
    uint32_t n_folds = 2 + trial % 3, *fold = calloc(set.n_clips, sizeof *fold), *again = calloc(set.n_clips, sizeof *again);
    uint32_t sizes[8][4] = {{0}}, largest = 0, group_sizes[256] = {0};
    r2nn_choice all;
    check_ok(r2nn_choice_split(&set, R2NN_SPLIT_NONE, &all, &error), &error);
    check_ok(r2nn_data_folds(&set, &all, n_folds, trial, fold, &error), &error);
    check_ok(r2nn_data_folds(&set, &all, n_folds, trial, again, &error), &error);
    assert_memory_equal(fold, again, set.n_clips * sizeof *fold);
    for (uint32_t i = 0; i < set.n_clips; i++) {
      assert_true(fold[i] < n_folds);
      sizes[fold[i]][set.clips[i].label]++;
      sizes[fold[i]][3]++;
      largest = (uint32_t)fmax(largest, ++group_sizes[set.clips[i].group]);
      for (uint32_t j = 0; j < i; j++)
        if (set.clips[j].group == set.clips[i].group) assert_int_equal(fold[j], fold[i]);
    }
    for (uint32_t f = 1; f < n_folds; f++)
      for (uint32_t k = 0; k < 4; k++) {
        uint32_t apart = (uint32_t)abs((int)sizes[f][k] - (int)sizes[0][k]);
        if (apart > (k == 3 ? 3 : 1) * largest) fail_msg("trial %u: folds differ by %u clips of column %u", trial, apart, k);
      }
    r2nn_choice part, rest;
    check_ok(r2nn_choice_fold(&all, fold, 1, false, &part, &error), &error);
    check_ok(r2nn_choice_fold(&all, fold, 1, true, &rest, &error), &error);
    assert_int_equal(part.n, sizes[1][3]);
    assert_int_equal(part.n + rest.n, set.n_clips);
    r2nn_choice_free(&part);
    r2nn_choice_free(&rest);
    r2nn_choice_free(&all);
    free(fold);
    free(again);
    set_free(&set);
  }
}

static void seeds_shuffle_folds(void **state) {
  (void)state;
  set_def def = small;
  def.n_groups = 20;
  r2nn_dataset set = set_new(&def);
  r2nn_choice all, train, test;
  uint32_t *fold = calloc(2 * set.n_clips, sizeof *fold);
  check_ok(r2nn_choice_split(&set, R2NN_SPLIT_NONE, &all, &error), &error);
  check_ok(r2nn_data_folds(&set, &all, 5, 1, fold, &error), &error);
  check_ok(r2nn_data_folds(&set, &all, 5, 2, fold + set.n_clips, &error), &error);
  assert_memory_not_equal(fold, fold + set.n_clips, set.n_clips * sizeof *fold);
  check_ok(r2nn_choice_split(&set, R2NN_SPLIT_TRAIN, &train, &error), &error);
  check_ok(r2nn_choice_split(&set, R2NN_SPLIT_TEST, &test, &error), &error);
  assert_int_equal(train.n, 18 * 6);
  assert_int_equal(test.n, 2 * 6);
  for (uint32_t i = 0; i < test.n; i++) assert_true(test.clips[i]->group >= 18);
  r2nn_choice_free(&all);
  r2nn_choice_free(&train);
  r2nn_choice_free(&test);
  free(fold);
  set_free(&set);
}

/* ---- windows ---- */

/* An engine with one resonator that decides over windows. */
static r2nn_engine *window_engine(double rate_hz, double window_s, double hop_s) {
  r2nn_model *model = r2nn_model_new(1, 2, 1);
  r2nn_engine *engine;
  assert_non_null(model);
  check_ok(r2nn_stage_init(&model->stages[0], 1, 0, 1, 1, &error), &error);
  double w0 = 2 * 3.14159265358979 * 0.1 * rate_hz;
  model->stages[0].nodes[0] = (r2nn_node){.d = 1e-4 / (w0 * w0), .c = 1e-4 / (w0 * 3), .g = 1e-4};
  model->stages[0].inputs[0].g = 1e-5;
  model->classes[0] = strdup("a");
  model->classes[1] = strdup("b");
  check_ok(r2nn_head_init(&model->head, R2NN_HEAD_PERCEPTRON, 1, 0, 2, &error), &error);
  check_ok(r2nn_model_check(model, &error), &error);
  r2nn_engine_def def = r2nn_engine_def_default(model, rate_hz);
  def.readout.mode = R2NN_MODE_WINDOW;
  def.readout.window_s = window_s;
  def.readout.hop_s = hop_s;
  check_ok(r2nn_engine_new(model, &def, &engine, &error), &error);
  r2nn_model_free(model);
  return engine;
}

/* The engine's decisions on so many frames are those windows, one by one. */
static uint32_t check_windows(r2nn_engine *engine, const float *samples, uint64_t n_frames, double rate_hz, double window_s,
                              double hop_s) {
  r2nn_clip clip = {.samples = (float *)(uintptr_t)samples, .n_frames = n_frames, .rate_hz = rate_hz};
  const r2nn_clip *list = &clip;
  r2nn_choice choice = {1, &list};
  r2nn_windows windows;
  r2nn_decision decision;
  r2nn_status status = r2nn_windows_cut(&choice, 1, window_s, hop_s, &windows, &error);
  if (status != R2NN_OK) check_refusal(status, &error, R2NN_BAD_DATA, "shorter than half a window");
  uint32_t n = windows.choice.n, at = 0;
  r2nn_engine_reset(engine);
  for (uint64_t done = 0; done <= n_frames;) {
    if (done < n_frames)
      r2nn_engine_run(engine, samples + done, 1);
    else
      r2nn_engine_finish(engine);
    done++;
    while (r2nn_engine_poll(engine, &decision)) {
      if (at >= n)
        fail_msg("%g,%g s at %g Hz, %u frames: more decisions than %u windows", window_s, hop_s, rate_hz, (uint32_t)n_frames, n);
      const r2nn_clip *view = windows.choice.clips[at++];
      assert_int_equal(decision.start, view->samples - samples);
      assert_int_equal(decision.end - decision.start, view->n_frames);
    }
  }
  if (at != n)
    fail_msg("%g,%g s at %g Hz, %u frames: %u decisions, %u windows", window_s, hop_s, rate_hz, (uint32_t)n_frames, at, n);
  r2nn_windows_free(&windows);
  return n;
}

static void windows_are_what_the_engine_decides(void **state) {
  (void)state;
  static const double rates[] = {100, 1000},
                      cuts[][2] = {{0.1, 0}, {0.1, 0.1}, {0.1, 0.05}, {0.1, 0.03}, {0.1, 0.099}, {0.08, 0.01}, {0.123, 0.0456}};
  float samples[700];
  uint32_t n_lengths = 0, n_windows = 0;
  for (uint32_t t = 0; t < 700; t++) samples[t] = (float)sin(t);
  for (uint32_t r = 0; r < 2; r++)
    for (uint32_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
      double window_s = cuts[c][0], hop_s = cuts[c][1];
      r2nn_engine *engine = window_engine(rates[r], window_s, hop_s);
      for (uint64_t n = 1; n < (r ? 700 : 80); n += r ? 7 : 1) {
        n_windows += check_windows(engine, samples, n, rates[r], window_s, hop_s);
        n_lengths++;
      }
      r2nn_engine_free(engine);
    }
  printf("  %u lengths, %u windows\n", n_lengths, n_windows);
}

static void whole_clips_are_one_window(void **state) {
  (void)state;
  r2nn_dataset set = set_new(&small);
  r2nn_choice all;
  r2nn_windows windows;
  check_ok(r2nn_choice_split(&set, R2NN_SPLIT_NONE, &all, &error), &error);
  check_ok(r2nn_windows_cut(&all, 1, 0, 0, &windows, &error), &error);
  assert_int_equal(windows.choice.n, set.n_clips);
  for (uint32_t i = 0; i < set.n_clips; i++) assert_memory_equal(windows.choice.clips[i], &set.clips[i], sizeof set.clips[i]);
  assert_true(r2nn_choice_common_duration(&all) == 0.05);
  set.clips[7].n_frames -= 3;
  assert_true(r2nn_choice_common_duration(&all) == 0);
  set.clips[7].n_frames += 3;
  r2nn_windows_free(&windows);
  r2nn_choice_free(&all);
  set_free(&set);
}

/* ---- heads ---- */

static r2nn_learner learner_new(r2nn_head_kind kind, const r2nn_table *table, uint32_t n_classes, double l2) {
  r2nn_learner learner;
  assert_true(r2nn_learner_init(&learner, kind, table->n_features, 9, n_classes, l2, 4));
  return learner;
}

/* The perceptron's loss is convex: where its gradient is nearly 0 is the optimum, and training comes close to it. */
static void perceptron_meets_its_optimum(void **state) {
  (void)state;
  r2nn_table table = clouds(60, 4, 3, 1, true);
  r2nn_learner learner = learner_new(R2NN_HEAD_PERCEPTRON, &table, 3, 1e-2),
               best = learner_new(R2NN_HEAD_PERCEPTRON, &table, 3, 1e-2);
  check_ok(r2nn_learner_fit(&learner, &table, 300, &error), &error);
  r2nn_learner_standardise(&best, &table);
  double loss = r2nn_learner_loss(&learner, &table, NULL), optimum = 0, slope = 1;
  for (uint32_t step = 0; step < 20000 && slope > 1e-9; step++) { /* gradient descent: slow, and sure */
    optimum = r2nn_learner_loss(&best, &table, NULL);
    slope = 0;
    for (uint32_t i = 0; i < best.n_theta; i++) {
      slope = fmax(slope, fabs(best.gradient[i]));
      best.theta[i] -= 0.5 * best.gradient[i];
    }
  }
  printf("  loss %.9f, at the optimum %.9f (gradient %.1e)\n", loss, optimum, slope);
  assert_true(slope <= 1e-9 && loss >= optimum - 1e-12 && loss - optimum < 1e-4);
  r2nn_learner_free(&learner);
  r2nn_learner_free(&best);
  r2nn_table_free(&table);
}

/* Scores of the exported head against softmax of what the learner computes in double. */
static void check_export(r2nn_learner *learner, const r2nn_table *table) {
  uint32_t n = table->n_features, n_classes = learner->n_classes;
  r2nn_head head = {0};
  check_ok(r2nn_learner_export(learner, &head, &error), &error);
  float *x = calloc(n, sizeof *x), *scores = calloc(n_classes, sizeof *scores),
        *scratch = calloc(learner->n_hidden + 1, sizeof *scratch);
  double sum = 0, worst = 0;
  uint32_t right = 0;
  for (uint32_t r = 0; r < table->n_rows; r++) {
    r2nn_table row = {1, n, table->x + (size_t)r * n, &table->label[r]};
    uint32_t best = 0;
    for (uint32_t i = 0; i < n; i++) x[i] = (float)row.x[i];
    r2nn_head_scores(&head, x, scores, scratch);
    double total = 0;
    for (uint32_t k = 0; k < n_classes; k++) {
      uint32_t label = k;
      row.label = &label;
      worst = fmax(worst, fabs((double)scores[k] - exp(-r2nn_learner_entropy(learner, &row))));
      total += (double)scores[k];
      if (scores[k] > scores[best]) best = k;
    }
    assert_true(fabs(total - 1) < 1e-5);
    sum -= log((double)scores[table->label[r]]);
    right += best == table->label[r];
  }
  if (!(worst <= 1e-5)) fail_msg("%s head: scores differ by %.2g", r2nn_head_name(learner->kind), worst);
  assert_true(fabs(sum / table->n_rows - r2nn_learner_entropy(learner, table)) < 1e-4);
  assert_true(fabs((double)right / table->n_rows - r2nn_learner_accuracy(learner, table)) < 1.5 / table->n_rows);
  r2nn_head_free(&head);
  free(x);
  free(scores);
  free(scratch);
}

static void heads_export_as_they_are(void **state) {
  (void)state;
  for (uint32_t n_classes = 2; n_classes <= 7; n_classes++)
    for (int kind = 0; kind < R2NN_N_HEADS; kind++) {
      r2nn_table table = clouds(20 * n_classes, kind == R2NN_HEAD_ENERGY ? n_classes : 6, n_classes, n_classes, true);
      r2nn_learner learner = learner_new((r2nn_head_kind)kind, &table, n_classes, 1e-3);
      check_ok(r2nn_learner_fit(&learner, &table, 200, &error), &error);
      if (kind != R2NN_HEAD_ENERGY) assert_true(r2nn_learner_accuracy(&learner, &table) > 1.2 / n_classes);
      check_export(&learner, &table);
      r2nn_learner_free(&learner);
      r2nn_table_free(&table);
    }
}

static void centroids_are_class_means(void **state) {
  (void)state;
  r2nn_table table = clouds(90, 5, 3, 2, true);
  r2nn_learner learner = learner_new(R2NN_HEAD_CENTROID, &table, 3, 0);
  r2nn_head head = {0};
  check_ok(r2nn_learner_fit(&learner, &table, 1, &error), &error);
  check_ok(r2nn_learner_export(&learner, &head, &error), &error);
  for (uint32_t i = 0; i < 5; i++) {
    double mean = 0, square = 0;
    for (uint32_t r = 0; r < 90; r++) mean += table.x[r * 5 + i] / 90;
    for (uint32_t r = 0; r < 90; r++) square += pow(table.x[r * 5 + i] - mean, 2) / 90;
    assert_true(fabs((double)head.b1[i] - (i ? sqrt(square) : 1)) < 1e-5);
    for (uint32_t k = 0; k < 3; k++) {
      double class_mean = 0;
      for (uint32_t r = k; r < 90; r += 3) class_mean += table.x[r * 5 + i] / 30;
      assert_true(fabs((double)head.w1[k * 5 + i] - class_mean) < 1e-5);
    }
  }
  r2nn_head_free(&head);
  r2nn_learner_free(&learner);
  r2nn_table_free(&table);
}

/* The largest energy wins, as it stands: nothing is standardised. */
static void energy_head_takes_the_largest(void **state) {
  (void)state;
  r2nn_table table = clouds(40, 4, 4, 3, true);
  for (uint32_t r = 0; r < 40; r++) table.x[r * 4 + table.label[r]] = 5;
  r2nn_learner learner = learner_new(R2NN_HEAD_ENERGY, &table, 4, 0);
  check_ok(r2nn_learner_fit(&learner, &table, 10, &error), &error);
  assert_true(r2nn_learner_accuracy(&learner, &table) == 1);
  assert_true(learner.center[1] == 0 && learner.spread[1] == 1);
  r2nn_learner_free(&learner);
  r2nn_table_free(&table);
}

/* A thousand classes, a class without rows, no rows at all. */
static void heads_of_any_size(void **state) {
  (void)state;
  for (int kind = 0; kind < R2NN_N_HEADS; kind++) {
    uint32_t n_classes = 1000;
    r2nn_table table = clouds(1500, kind == R2NN_HEAD_ENERGY ? n_classes : 8, n_classes, 5, true);
    r2nn_learner learner = learner_new((r2nn_head_kind)kind, &table, n_classes, 1e-3);
    table.n_rows = 700; /* so that the last classes have none */
    check_ok(r2nn_learner_fit(&learner, &table, 3, &error), &error);
    assert_true(isfinite(r2nn_learner_entropy(&learner, &table)));
    double before = learner.n_theta ? learner.theta[0] : 0;
    table.n_rows = 0;
    check_ok(r2nn_learner_fit(&learner, &table, 3, &error), &error);
    assert_true(r2nn_learner_accuracy(&learner, &table) == 0);
    for (uint32_t i = 0; i < learner.n_theta; i++) assert_true(isfinite(learner.theta[i]));
    assert_true((learner.n_theta ? learner.theta[0] : 0) == before);
    r2nn_learner_free(&learner);
    r2nn_table_free(&table);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bad_sets_are_refused),          cmocka_unit_test(folds_keep_groups_and_spread_classes),
      cmocka_unit_test(seeds_shuffle_folds),           cmocka_unit_test(windows_are_what_the_engine_decides),
      cmocka_unit_test(whole_clips_are_one_window),    cmocka_unit_test(perceptron_meets_its_optimum),
      cmocka_unit_test(heads_export_as_they_are),      cmocka_unit_test(centroids_are_class_means),
      cmocka_unit_test(energy_head_takes_the_largest), cmocka_unit_test(heads_of_any_size),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
