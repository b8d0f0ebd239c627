/* Cascades: their energies against the engine's, what they learn that one stage cannot (order), the same whatever the threads, and
 * hostile clips.
 * ctest-labels: physics threads
 * ctest-timeout: 300 */
#include "core/drive.h"
#include "networks.h"
#include "sets.h"
#include "train/build.h"
#include "train/cascade.h"
#include "train/choose.h"
#include "train/joint.h"
#include "train/layout.h"
#include "train/play.h"
#include "train/vary.h"
#include "workers.h"

/* ---- energies ---- */

#define WORST_DB 0.3 /* of square and rectified energies, of outputs down to 40 dB below the loudest */
#define WORST_WIDE                                                                                                                 \
  2.5                 /* behind a law that lets tones pass: they fold to anywhere below half the control rate, and the engine is   \
                       * held to H(jw) up to 0.4 of it */
#define WORST_LN 0.01 /* of mean logarithms */

static double worst_db, worst_wide, worst_ln;

/* A model of random stages: fast, then slow behind the law. All modes lie so far below the Nyquist rate of their stage that the
 * engine is not late: what is left of a tone behind a detector's low-pass falls on other phases of it otherwise. */
static r2nn_model *cascade_model(uint32_t n_stages, uint32_t n_channels, const r2nn_law law[3], r2nn_topology first,
                                 r2nn_energy energy, double control_hz) {
  static const double fmin_hz[3] = {90, 1.5, 1}, fmax_hz[3] = {350, 8, 6}, q[3] = {5, 1.5, 1};
  r2nn_recipe recipe = {
      .n_stages = n_stages, .head = R2NN_HEAD_PERCEPTRON, .start_coupled = true, .resistor_lo_ohm = 1e3, .resistor_hi_ohm = 1e7};
  r2nn_model *model = r2nn_model_new(n_channels, 2, n_stages);
  r2nn_error error = {""};
  assert_non_null(model);
  model->classes[0] = strdup("a");
  model->classes[1] = strdup("b");
  for (uint32_t k = 0; k < n_stages; k++)
    recipe.stages[k] = (r2nn_stage_recipe){.topology = k ? R2NN_FULL : first,
                                           .n_rows = k                    ? 6
                                                     : first == R2NN_GRID ? 3
                                                                          : 8,
                                           .n_cols = first == R2NN_GRID ? 3 : 1,
                                           .fmin_hz = fmin_hz[k],
                                           .fmax_hz = fmax_hz[k],
                                           .q = q[k],
                                           .slow = k > 0,
                                           .first_order = 0.3,
                                           .law = law[k],
                                           .smooth_s = k ? 0 : 1 / control_hz,
                                           .rate_hz = k ? 0 : control_hz,
                                           .suppress_common = law[k] == R2NN_LAW_LOG};
  for (uint32_t k = 0; k < n_stages; k++) {
    r2nn_params params;
    uint32_t m = k ? model->stages[k - 1].n_outputs : n_channels;
    check_ok(r2nn_layout_start(&recipe, k, m, 2, 7 + k, &model->stages[k], &params, &error), &error);
    if (law[k] == R2NN_LAW_LOG) model->stages[k].law_scale_v = 1e-4;
    if (law[k] == R2NN_LAW_SATURATE) model->stages[k].law_scale_v = 0.1;
    r2nn_params_free(&params);
  }
  model->remove_mean = true;
  model->highpass_hz = 45;
  model->readout.mode = R2NN_MODE_FILE;
  model->readout.energy = energy;
  uint32_t n = model->stages[n_stages - 1].n_outputs;
  check_ok(r2nn_head_init(&model->head, R2NN_HEAD_PERCEPTRON, n, 0, 2, &error), &error);
  return checked(model);
}

static void check_energies(const r2nn_model *model, const r2nn_clip *clip, const char *what) {
  const r2nn_stage *last = &model->stages[model->n_stages - 1];
  r2nn_recipe recipe = {.highpass_hz = model->highpass_hz, .highpass_order = model->highpass_order};
  r2nn_cascade cascade;
  r2nn_journey journey = {0};
  r2nn_rows rows = {0};
  r2nn_error error = {""};
  double *energies = calloc(last->n_outputs, sizeof *energies), duration_s = (double)clip->n_frames / clip->rate_hz;
  assert_non_null(energies);
  check_ok(r2nn_cascade_init(&cascade, model->stages, model->n_stages, model->n_channels, model->readout.energy,
                             (uint32_t)clip->n_frames, &error),
           &error);
  assert_true(r2nn_vary(&recipe, clip, model->n_channels, NULL, &rows));
  assert_true(r2nn_cascade_forward(&cascade, 0, model->n_stages, rows.x, rows.n_frames, rows.rate_hz, false, &journey));
  r2nn_cascade_energies(&cascade, &journey, energies);
  r2nn_engine *engine = new_engine(model, clip->rate_hz);
  r2nn_decision decision;
  bool wide = model->n_stages > 1 && model->stages[0].law == R2NN_LAW_SATURATE;
  double *worst_of = wide ? &worst_wide : &worst_db, bound = wide ? WORST_WIDE : WORST_DB;
  assert_int_equal(r2nn_engine_latency(engine), 0);
  r2nn_engine_run(engine, clip->samples, (uint32_t)clip->n_frames);
  r2nn_engine_finish(engine);
  assert_true(r2nn_engine_poll(engine, &decision));
  for (uint32_t o = 0; o < last->n_outputs; o++) {
    double is = energies[o], wanted = decision.energies[o];
    if (model->readout.energy == R2NN_ENERGY_MEAN && last->law == R2NN_LAW_LOG) {
      double ln = fabs(is - wanted) / duration_s;
      worst_ln = fmax(worst_ln, ln);
      if (!(ln <= WORST_LN)) fail_msg("%s, output %u: mean %.5g, engine %.5g", what, o, is / duration_s, wanted / duration_s);
    } else {
      double db = 10 * fabs(log10(is / wanted));
      *worst_of = fmax(*worst_of, db);
      if (!(db <= bound)) fail_msg("%s, output %u: %.5g, engine %.5g: %.3f dB", what, o, is, wanted, db);
    }
  }
  r2nn_engine_free(engine);
  r2nn_journey_free(&journey);
  r2nn_cascade_free(&cascade);
  free(rows.x);
  free(energies);
}

static void energies_meet_the_engine(void **state) {
  (void)state;
  static const struct {
    uint32_t n_stages;
    r2nn_law law[3];
    r2nn_topology first;
    r2nn_energy energy;
  } cases[] = {
      {2, {R2NN_LAW_LOG, R2NN_LAW_IDENTITY}, R2NN_BANK, R2NN_ENERGY_SQUARE},
      {2, {R2NN_LAW_SQUARE, R2NN_LAW_IDENTITY}, R2NN_FULL, R2NN_ENERGY_SQUARE},
      {2, {R2NN_LAW_RECTIFY, R2NN_LAW_IDENTITY}, R2NN_GRID, R2NN_ENERGY_RECTIFY},
      {2, {R2NN_LAW_RECTIFY, R2NN_LAW_LOG}, R2NN_BANK, R2NN_ENERGY_MEAN},
      {2, {R2NN_LAW_SATURATE, R2NN_LAW_RECTIFY}, R2NN_FULL, R2NN_ENERGY_MEAN},
      {1, {R2NN_LAW_LOG}, R2NN_FULL, R2NN_ENERGY_MEAN},
      {3, {R2NN_LAW_LOG, R2NN_LAW_RECTIFY, R2NN_LAW_IDENTITY}, R2NN_BANK, R2NN_ENERGY_SQUARE},
      {3, {R2NN_LAW_RECTIFY, R2NN_LAW_SQUARE, R2NN_LAW_IDENTITY}, R2NN_FULL, R2NN_ENERGY_SQUARE},
  };
  for (uint32_t r = 0; r < 2; r++)
    for (uint32_t n_channels = 1; n_channels <= 2; n_channels++)
      for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_def def = {.n_channels = n_channels,
                       .n_classes = 2,
                       .n_groups = 1,
                       .n_each = 1,
                       .rate_hz = r ? 16000 : 8000,
                       .duration_s = 1.01,
                       .vary = 0.3,
                       .low_hz = 137,
                       .ratio = 2.2,
                       .noise = 0.1,
                       .seed = i};
        r2nn_dataset set = set_new(&def);
        r2nn_model *model = cascade_model(cases[i].n_stages, n_channels, cases[i].law, cases[i].first, cases[i].energy, 200);
        char what[96];
        snprintf(what, sizeof what, "case %u at %g Hz, %u channels", i, def.rate_hz, n_channels);
        for (uint32_t k = 0; k < set.n_clips; k++) check_energies(model, &set.clips[k], what);
        r2nn_model_free(model);
        set_free(&set);
      }
  printf("  worst %.3f dB, %.3f dB where tones fold, and %.5f of a mean logarithm\n", worst_db, worst_wide, worst_ln);
}

/* ---- order ---- */

static double smoothly(double x) {
  return x <= 0 || x >= 1 ? 0 : 0.5 - 0.5 * cos(2 * PI * x);
}

/* Low then high, and the very same backwards: every spectrum of class 0 is one of class 1. */
static r2nn_dataset order_set(uint32_t n_groups, double rate_hz, double vary, uint64_t seed) {
  set_def def = {.n_channels = 1,
                 .n_classes = 2,
                 .n_groups = n_groups,
                 .n_each = 1,
                 .rate_hz = rate_hz,
                 .duration_s = 0.4,
                 .noise = 0.1,
                 .low_hz = 300,
                 .ratio = 1,
                 .n_test_groups = n_groups / 3,
                 .has_groups = true,
                 .seed = seed};
  r2nn_dataset set = set_new(&def);
  r2nn_random random = r2nn_random_new(seed, 5);
  for (uint32_t g = 0; g < n_groups; g++) {
    r2nn_clip *up = &set.clips[2 * g], *down = up + 1;
    double low = 350 * exp(0.05 * r2nn_random_normal(&random)), high = 900 * exp(0.05 * r2nn_random_normal(&random));
    double phase = 2 * PI * r2nn_random_uniform(&random), part = 0.15 * (1 + vary * r2nn_random_uniform(&random));
    uint64_t n = (uint64_t)((2 * part + 0.1) * rate_hz);
    assert_int_equal(up->label, 0);
    assert_int_equal(down->label, 1);
    up->n_frames = down->n_frames = n < up->n_frames ? n : up->n_frames;
    for (uint64_t t = 0; t < up->n_frames; t++) {
      double at = (double)t / rate_hz - 0.05;
      double x = smoothly(at / part) * sin(2 * PI * low * at + phase) + smoothly(at / part - 1) * sin(2 * PI * high * at);
      up->samples[t] = (float)(0.3 * x + 0.003 * r2nn_random_normal(&random));
    }
    for (uint64_t t = 0; t < up->n_frames; t++) down->samples[t] = up->samples[up->n_frames - 1 - t];
  }
  return set;
}

static r2nn_train_spec two_stages(const char *first, const char *second, uint32_t n_epochs) {
  r2nn_train_spec spec = set_spec(first, R2NN_HEAD_PERCEPTRON, n_epochs);
  r2nn_error error = {""};
  check_ok(r2nn_stage_spec_parse(second, &spec.stages[1], &error), &error);
  spec.n_stages = 2;
  return spec;
}

static double accuracy_of(const r2nn_dataset *set, const r2nn_train_spec *spec) {
  r2nn_model *model;
  r2nn_train_report report;
  r2nn_error error = {""};
  check_ok(r2nn_train(set, spec, NULL, NULL, NULL, &model, &report, &error), &error);
  check_ok(r2nn_model_check(model, &error), &error);
  assert_int_equal(model->n_stages, spec->n_stages);
  double accuracy = r2nn_tally_accuracy(&report.tally);
  r2nn_train_report_free(&report);
  r2nn_model_free(model);
  return accuracy;
}

/* Clips of one length are judged as windows, others as they end. */
static void order_is_heard(void **state) {
  (void)state;
  for (int longer = 0; longer < 2; longer++) {
    r2nn_dataset set = order_set(30, 4000, longer ? 0.3 : 0, 1);
    r2nn_train_spec one = set_spec("full:8@200-1500", R2NN_HEAD_PERCEPTRON, 60),
                    two = two_stages("bank:8@200-1500,law=log", "bank:16", 60);
    double flat = accuracy_of(&set, &one), deep = accuracy_of(&set, &two);
    printf("  clips of %s: one stage %.1f %%, two %.1f %%\n", longer ? "different lengths" : "one length", 100 * flat, 100 * deep);
    assert_true(flat <= 0.75);
    assert_true(deep > 0.95);
    set_free(&set);
  }
}

/* ---- threads, tolerance, stopping ---- */

static void threads_do_not_matter(void **state) {
  (void)state;
  r2nn_dataset set = order_set(9, 4000, 0.2, 3);
  r2nn_train_spec spec = two_stages("full:5@200-1500,law=rectify", "full:4", 4);
  char *texts[4];
  for (uint32_t i = 0; i < 4; i++) {
    static const uint32_t n_jobs[] = {0, 1, 2, 5};
    workers *pool = i ? workers_new(n_jobs[i]) : NULL;
    r2nn_model *model;
    r2nn_error error = {""};
    check_ok(r2nn_train(&set, &spec, pool ? workers_hook(pool) : NULL, NULL, NULL, &model, NULL, &error), &error);
    texts[i] = r2nn_model_print(model);
    assert_non_null(texts[i]);
    assert_string_equal(texts[i], texts[0]);
    r2nn_model_free(model);
    if (pool) workers_free(pool);
  }
  for (uint32_t i = 0; i < 4; i++) free(texts[i]);
  set_free(&set);
}

/* The recipe that r2nn_train would follow for these stages. */
static r2nn_recipe recipe_for(const r2nn_dataset *set, const r2nn_train_spec *spec, const r2nn_choice *choice) {
  r2nn_trainer trainer = {.to = 1};
  r2nn_recipe recipe;
  r2nn_error error = {""};
  char why[512];
  check_ok(r2nn_choose(set, spec, choice, &trainer, &recipe, why, sizeof why, &error), &error);
  return recipe;
}

/* With every part off by 0, 5 and 20 %: training still gets far below a guess. */
static void tolerance_is_learnt_with(void **state) {
  (void)state;
  r2nn_dataset set = order_set(20, 4000, 0.2, 4);
  r2nn_choice train, test;
  r2nn_error error = {""};
  check_ok(r2nn_choice_split(&set, R2NN_SPLIT_TRAIN, &train, &error), &error);
  check_ok(r2nn_choice_split(&set, R2NN_SPLIT_TEST, &test, &error), &error);
  r2nn_train_spec spec = two_stages("full:6@200-1500,law=log", "full:8", 30);
  r2nn_recipe recipe = recipe_for(&set, &spec, &train);
  static const double tolerances[] = {0, 0.05, 0.2};
  for (uint32_t i = 0; i < 3; i++) {
    r2nn_trainer trainer = {.to = 1};
    r2nn_fitted fitted;
    r2nn_validation first, last;
    r2nn_model *model;
    recipe.tolerance = tolerances[i];
    recipe.n_epochs = recipe.n_joint_epochs = 1;
    check_ok(r2nn_joint_fit(&set, &recipe, &train, &test, &trainer, &fitted, &first, &error), &error);
    r2nn_fitted_free(&fitted);
    recipe.n_epochs = 30;
    recipe.n_joint_epochs = 6;
    check_ok(r2nn_joint_fit(&set, &recipe, &train, &test, &trainer, &fitted, &last, &error), &error);
    r2nn_fitted_free(&fitted);
    check_ok(r2nn_build(&set, &recipe, &train, &trainer, &model, &error), &error);
    check_ok(r2nn_model_check(model, &error), &error);
    r2nn_model_free(model);
    printf("  tolerance %g %%: entropy %.3f after 1 epoch, %.3f at best; accuracy %.1f %%\n", 100 * tolerances[i], first.entropy,
           last.entropy, 100 * last.accuracy);
    assert_true(isfinite(first.entropy) && last.entropy < first.entropy && last.entropy < 0.5 * log(2));
  }
  r2nn_choice_free(&train);
  r2nn_choice_free(&test);
  set_free(&set);
}

typedef struct patience {
  uint32_t n_told, stop_at;
  double last;
} patience;

static bool stop_after(void *context, const char *what, double share) {
  patience *p = context;
  assert_non_null(what);
  assert_true(share >= p->last - 1e-9 && share <= 1 + 1e-9);
  p->last = share;
  return ++p->n_told < p->stop_at;
}

/* Whenever the user stops, there is a model that can be used. */
static void stopping_leaves_a_model(void **state) {
  (void)state;
  r2nn_dataset set = order_set(9, 2000, 0.2, 5);
  r2nn_train_spec spec = two_stages("bank:4@200-800,law=log", "bank:4", 8);
  patience all = {.stop_at = UINT32_MAX};
  for (uint32_t at = 1; at < all.stop_at; at = at < 8 ? at + 1 : at + 1 + at / 6) {
    patience p = {.stop_at = at};
    r2nn_model *model;
    r2nn_train_report report;
    r2nn_error error = {""};
    if (r2nn_train(&set, &spec, NULL, stop_after, &p, &model, &report, &error) != R2NN_OK)
      fail_msg("stopped at the %u. time: %s", at, error.text);
    check_ok(r2nn_model_check(model, &error), &error);
    r2nn_engine_free(new_engine(model, 2000));
    r2nn_train_report_free(&report);
    r2nn_model_free(model);
    if (p.n_told < at) all.stop_at = at; /* it ran to its end */
  }
  printf("  stopped up to %u times\n", all.stop_at);
  set_free(&set);
}

/* ---- variation ---- */

static r2nn_recipe varying(void) {
  return (r2nn_recipe){
      .highpass_hz = 50,
      .highpass_order = 1,
      .variation = {.speed = 0.1, .level_db = 12, .noise_db = 20, .tilt = 0.3, .shift = 0.3, .crop_db = 5},
  };
}

static void variation_keeps_its_bounds(void **state) {
  (void)state;
  r2nn_recipe recipe = varying();
  r2nn_rows rows = {0}, again = {0};
  for (uint32_t n = 1; n <= 3000; n = n < 60 ? n + 1 : 2 * n - 7)
    for (uint32_t kind = 0; kind < 4; kind++) {
      float *samples = calloc(2 * (size_t)n, sizeof *samples);
      uint64_t seed = n;
      assert_non_null(samples);
      for (uint32_t t = 0; t < n; t++) { /* silence, noise, a click in the middle, a loud constant */
        samples[2 * t] = kind == 1 ? (float)(uniform(&seed) - 0.5) : kind == 2 && t == n / 2 ? 1 : kind == 3 ? 1e6f : 0;
        samples[2 * t + 1] = kind == 1 ? (float)(uniform(&seed) - 0.5) : 0;
      }
      r2nn_clip clip = {.samples = samples, .n_frames = n, .rate_hz = 1000};
      assert_true(r2nn_vary(&recipe, &clip, 2, NULL, &rows));
      assert_int_equal(rows.n_frames, n);
      for (uint32_t s = 0; s < 40; s++) {
        r2nn_random random = r2nn_random_new(s, n), same = random;
        assert_true(r2nn_vary(&recipe, &clip, 2, &random, &rows));
        assert_true(r2nn_vary(&recipe, &clip, 2, &same, &again));
        assert_int_equal(random.state, same.state);
        assert_int_equal(rows.n_frames, again.n_frames);
        assert_true(rows.rate_hz == again.rate_hz);
        assert_memory_equal(rows.x, again.x, 2 * (size_t)rows.n_frames * sizeof *rows.x);
        if (rows.n_frames > n || rows.n_frames < floor(0.4 * n) || rows.n_frames < (n < 16 ? n : 16))
          fail_msg("%u frames are left of %u (kind %u, seed %u)", rows.n_frames, n, kind, s);
        assert_true(fabs(log(rows.rate_hz / 1000)) <= 0.1 + 1e-12);
        for (uint32_t i = 0; i < 2 * rows.n_frames; i++) assert_true(isfinite(rows.x[i]));
        if (kind == 0)
          for (uint32_t i = 0; i < 2 * rows.n_frames; i++) assert_true(rows.x[i] == 0);
      }
      free(samples);
    }
  free(rows.x);
  free(again.x);
}

/* Without draws a clip comes through the drive as it is, channel by channel; without a drive, as it is. */
static void no_variation_is_the_clip(void **state) {
  (void)state;
  float *samples = new_noise(300, 5);
  r2nn_clip clip = {.samples = samples, .n_frames = 100, .rate_hz = 1000};
  r2nn_rows rows = {0};
  for (uint32_t order = 0; order <= 2; order++) {
    r2nn_recipe recipe = varying();
    recipe.highpass_hz = order ? 50 : 0;
    recipe.highpass_order = order;
    assert_true(r2nn_vary(&recipe, &clip, 3, NULL, &rows));
    assert_int_equal(rows.n_frames, 100);
    assert_true(rows.rate_hz == 1000);
    r2nn_drive drive = r2nn_drive_design(50, order, 1000);
    for (uint32_t c = 0; c < 3; c++) {
      r2nn_drive_state at = {0};
      for (uint32_t t = 0; t < 100; t++) {
        double x = (double)samples[3 * t + c], wanted = order ? r2nn_drive_step(&drive, &at, x) : x;
        assert_near(rows.x[c * 100 + t], wanted, 1e-12, "a sample");
      }
    }
  }
  free(rows.x);
  free(samples);
}

/* ---- hostile ---- */

/* Must train, or be refused with a reason; the model must be one. */
static void must_survive(const r2nn_dataset *set, const r2nn_train_spec *spec, const char *what) {
  r2nn_model *model;
  r2nn_train_report report;
  r2nn_error error = {""};
  r2nn_status status = r2nn_train(set, spec, NULL, NULL, NULL, &model, &report, &error);
  if (status != R2NN_OK) fail_msg("%s, law %s: %s", what, r2nn_law_name((r2nn_law)abs(spec->stages[1].law)), error.text);
  check_ok(r2nn_model_check(model, &error), &error);
  for (uint32_t s = 0; s < model->n_stages; s++)
    for (uint32_t i = 0; i < model->stages[s].n_nodes; i++)
      assert_true(isfinite(model->stages[s].nodes[i].c) && isfinite(model->stages[s].nodes[i].g));
  for (uint32_t i = 0; i < model->head.n_features * model->head.n_classes; i++) assert_true(isfinite(model->head.w1[i]));
  r2nn_train_report_free(&report);
  r2nn_model_free(model);
}

static void hostile_clips(void **state) {
  (void)state;
  static const char *const lasts[] = {"bank:4", "full:3,law=log", "bank:4,law=rectify", "bank:3,law=saturate",
                                      "bank:3,law=bandpass"};
  for (uint32_t k = 0; k < 5; k++) {
    r2nn_train_spec spec = two_stages("bank:4@200-800,law=log", lasts[k], 4);
    r2nn_dataset set = order_set(6, 2000, 0.2, 6);
    must_survive(&set, &spec, "as usual");
    for (uint32_t i = 0; i < set.n_clips; i++) set.clips[i].n_frames = 3 + i % 9;
    must_survive(&set, &spec, "shorter than a control frame");
    for (uint32_t i = 0; i < set.n_clips; i++) set.clips[i].n_frames = 1;
    must_survive(&set, &spec, "single samples");
    set_free(&set);
    set = order_set(6, 2000, 0.2, 6);
    for (uint32_t i = 0; i < set.n_clips; i += 3) memset(set.clips[i].samples, 0, set.clips[i].n_frames * sizeof(float));
    must_survive(&set, &spec, "a third of them silent");
    for (uint32_t i = 0; i < set.n_clips; i++) memset(set.clips[i].samples, 0, set.clips[i].n_frames * sizeof(float));
    must_survive(&set, &spec, "all silent");
    set_free(&set);
    set = order_set(6, 2000, 0.2, 6);
    for (uint32_t i = 0; i < set.n_clips; i++)
      for (uint64_t t = 0; t < set.clips[i].n_frames; t++) set.clips[i].samples[t] *= 3e6f;
    must_survive(&set, &spec, "a million volts");
    set_free(&set);
    set = order_set(2, 2000, 0.2, 6); /* one clip a class each to train and to test */
    for (uint32_t i = 0; i < 4; i++) set.clips[i].split = i < 2 ? R2NN_SPLIT_TRAIN : R2NN_SPLIT_TEST;
    must_survive(&set, &spec, "one clip a class");
    set_free(&set);
    set = order_set(12, 2000, 0.2, 6); /* mini-batches hold one class only */
    for (uint32_t i = 0; i < set.n_clips; i++) set.clips[i].label = i > 2;
    must_survive(&set, &spec, "mostly one class");
    set_free(&set);
  }
}

/* One stage with a law at its end is trained so, too. */
static void one_stage_with_a_law(void **state) {
  (void)state;
  r2nn_dataset set = set_new(&set_tones);
  for (int law = R2NN_LAW_SQUARE; law < R2NN_N_LAWS; law++) {
    char stage[64];
    snprintf(stage, sizeof stage, "full:8@150-1500,law=%s", r2nn_law_name((r2nn_law)law));
    r2nn_train_spec spec = set_spec(stage, R2NN_HEAD_PERCEPTRON, 30);
    double accuracy = accuracy_of(&set, &spec);
    printf("  %s: %.1f %%\n", stage, 100 * accuracy);
    assert_true(accuracy > 0.8);
  }
  set_free(&set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(energies_meet_the_engine), cmocka_unit_test(order_is_heard),
      cmocka_unit_test(threads_do_not_matter),    cmocka_unit_test(tolerance_is_learnt_with),
      cmocka_unit_test(stopping_leaves_a_model),  cmocka_unit_test(variation_keeps_its_bounds),
      cmocka_unit_test(no_variation_is_the_clip), cmocka_unit_test(hostile_clips),
      cmocka_unit_test(one_stage_with_a_law),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
