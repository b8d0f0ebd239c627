/* Training as a whole: which clips train and which judge, folds, the report, and what the model says of itself. */
#include "core/json_value.h"
#include "train/build.h"
#include "train/calibrate.h"
#include "train/choose.h"
#include "train/contribution.h"
#include "train/play.h"
#include "train/shape.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SET_ASIDE      5 /* without split or folds one group in so many is for validation */
#define TOLERANCE_MOST 0.2

/* What training carries through. */
typedef struct work {
  const r2nn_dataset *dataset;
  r2nn_train_spec spec;
  r2nn_trainer trainer;
} work;

/* A part of all the work: from and to are shares of it. */
static void span(work *w, double from, double to) {
  w->trainer.from = from;
  w->trainer.to = to;
}

/* Shares of the time after which all is chosen, and the model is built; the rest is for baselines. */
typedef struct shares {
  double choose, built;
} shares;

/* About, as measured on vowels and digits. */
static shares shares_of(const r2nn_train_spec *spec, bool judged) {
  bool cascade = r2nn_shape_asks_cascade(spec);
  bool bank = spec->n_stages && spec->stages[0].topology == R2NN_BANK;
  shares s = !spec->n_stages ? (shares){0.42, 0.86} : cascade ? (shares){0.03, bank ? 0.9 : 0.6} : (shares){0.4, bank ? 0.9 : 0.7};
  if (!judged) s = (shares){s.choose / s.built, 1};
  return s;
}

/* Choose, train, and, if test is not NULL, judge with baselines; all within the shares from..to. */
static r2nn_status train_once(work *w, const r2nn_choice *train, const r2nn_choice *test, double from, double to,
                              r2nn_model **model, r2nn_train_report *report, r2nn_baselines *baselines, r2nn_recipe *recipe,
                              r2nn_error *error) {
  shares time = shares_of(&w->spec, test != NULL);
  span(w, from, from + time.choose * (to - from));
  *model = NULL;
  r2nn_status status = r2nn_choose(w->dataset, &w->spec, train, &w->trainer, recipe, report->choice, sizeof report->choice, error);
  bool flat = !w->spec.n_stages && !r2nn_shape_is_cascade(recipe); /* nothing will take as long as the cascade that was tried */
  if (flat) time = (shares){0.9, test ? 0.93 : 1};
  span(w, from + time.choose * (to - from), from + time.built * (to - from));
  if (status == R2NN_OK) status = r2nn_build(w->dataset, recipe, train, &w->trainer, model, error);
  if (status == R2NN_OK) status = r2nn_calibrate(recipe, train, w->trainer.workers, *model, error);
  if (status != R2NN_OK) {
    r2nn_model_free(*model);
    *model = NULL;
  }
  if (status != R2NN_OK || !test) return status;
  r2nn_engine_def def = r2nn_play_def(*model, recipe->window_s, recipe->hop_s);
  uint64_t n = report->tally.n_windows, n_right = report->tally.n_windows_right; /* of earlier folds */
  status = r2nn_play_tally(*model, &def, test, w->trainer.workers, &report->tally, error);
  n = report->tally.n_windows - n;
  double own = n ? (double)(report->tally.n_windows_right - n_right) / (double)n : 0;
  span(w, from + time.built * (to - from), to);
  r2nn_recipe quick = *recipe;
  if (w->trainer.stopped) quick.n_starts = 1;
  if (status == R2NN_OK)
    status =
        r2nn_build_baselines(w->dataset, &quick, r2nn_model_n_features(*model), own, train, test, &w->trainer, baselines, error);
  if (status != R2NN_OK) {
    r2nn_model_free(*model);
    *model = NULL;
  }
  return status;
}

/* Cross-validation over groups, then a model of everything. */
static r2nn_status train_folds(work *w, r2nn_model **model, r2nn_train_report *report, r2nn_recipe *recipe, r2nn_error *error) {
  r2nn_choice all = {0};
  uint32_t n_folds = w->spec.n_folds, n_judged = 0;
  uint32_t *fold = malloc(w->dataset->n_clips * sizeof *fold);
  r2nn_status status = fold ? r2nn_choice_split(w->dataset, R2NN_SPLIT_NONE, &all, error)
                            : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for folds");
  if (status == R2NN_OK) status = r2nn_data_folds(w->dataset, &all, n_folds, w->spec.seed, fold, error);
  for (uint32_t f = 0; f < n_folds && status == R2NN_OK && !w->trainer.stopped; f++) {
    r2nn_choice train = {0}, test = {0};
    r2nn_baselines b = {0};
    char where[64];
    snprintf(where, sizeof where, "the training part of fold %u", f + 1);
    status = r2nn_choice_fold(&all, fold, f, true, &train, error);
    if (status == R2NN_OK) status = r2nn_choice_fold(&all, fold, f, false, &test, error);
    if (status == R2NN_OK) status = r2nn_choice_covers(w->dataset, &train, w->spec.window_s, w->spec.hop_s, where, error);
    uint64_t before = report->tally.n_windows;
    if (status == R2NN_OK)
      status = train_once(w, &train, &test, (double)f / (n_folds + 1), (double)(f + 1) / (n_folds + 1), model, report, &b, recipe,
                          error);
    double weight = (double)(report->tally.n_windows - before);
    report->baselines.no_network += weight * b.no_network;
    report->baselines.random += weight * b.random;
    report->baselines.bank += weight * b.bank;
    report->baselines.perceptron += weight * b.perceptron;
    n_judged += test.n;
    r2nn_model_free(*model);
    *model = NULL;
    r2nn_choice_free(&train);
    r2nn_choice_free(&test);
  }
  double total = (double)report->tally.n_windows;
  if (total > 0) {
    report->baselines.no_network /= total;
    report->baselines.random /= total;
    report->baselines.bank /= total;
    report->baselines.perceptron /= total;
  }
  report->n_train_clips = all.n;
  report->n_test_clips = n_judged;
  snprintf(report->split, sizeof report->split, "%u folds over %s", n_folds, w->dataset->has_groups ? "groups" : "clips");
  if (status == R2NN_OK && w->trainer.stopped)
    snprintf(report->split, sizeof report->split, "stopped before all of %u folds", n_folds);
  if (status == R2NN_OK)
    status = train_once(w, &all, NULL, (double)n_folds / (n_folds + 1), 1, model, report, &report->baselines, recipe, error);
  r2nn_choice_free(&all);
  free(fold);
  return status;
}

/* The split column, or a grouped part set aside. */
static r2nn_status train_split(work *w, r2nn_model **model, r2nn_train_report *report, r2nn_recipe *recipe, r2nn_error *error) {
  r2nn_choice train = {0}, test = {0};
  bool shared = false;
  r2nn_status status = r2nn_data_check_split(w->dataset, &shared, error);
  if (status == R2NN_OK) status = r2nn_choice_split(w->dataset, R2NN_SPLIT_TRAIN, &train, error);
  if (status == R2NN_OK) status = r2nn_choice_split(w->dataset, R2NN_SPLIT_TEST, &test, error);
  snprintf(report->split, sizeof report->split, shared ? "test (its groups were heard in training)" : "test");
  if (status == R2NN_OK && (train.n == 0 || test.n == 0)) {
    /* One split only, or none: everything is there to train with, a fifth of the groups judges. */
    r2nn_choice all = {0};
    uint32_t *fold = malloc(w->dataset->n_clips * sizeof *fold);
    r2nn_choice_free(&train);
    r2nn_choice_free(&test);
    status = fold ? r2nn_choice_split(w->dataset, R2NN_SPLIT_NONE, &all, error)
                  : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the validation part");
    uint32_t parts = SET_ASIDE;
    r2nn_error ignored;
    if (status == R2NN_OK)
      while (r2nn_data_folds(w->dataset, &all, parts, w->spec.seed, fold, &ignored) == R2NN_BAD_DATA && parts > 2) parts--;
    if (status == R2NN_OK) status = r2nn_data_folds(w->dataset, &all, parts, w->spec.seed, fold, error);
    if (status == R2NN_OK) status = r2nn_choice_fold(&all, fold, 0, true, &train, error);
    if (status == R2NN_OK) status = r2nn_choice_fold(&all, fold, 0, false, &test, error);
    snprintf(report->split, sizeof report->split, "validation (1 of %u parts of the %s)", parts,
             w->dataset->has_groups ? "groups" : "clips");
    r2nn_choice_free(&all);
    free(fold);
  }
  if (status == R2NN_OK)
    status = r2nn_choice_covers(w->dataset, &train, w->spec.window_s, w->spec.hop_s, "the training part", error);
  report->n_train_clips = train.n;
  report->n_test_clips = test.n;
  if (status == R2NN_OK) status = train_once(w, &train, &test, 0, 1, model, report, &report->baselines, recipe, error);
  r2nn_choice_free(&train);
  r2nn_choice_free(&test);
  return status;
}

/* A percentage kept to a hundredth, as a share of 1. */
static json_t *share(double value) {
  return json_real(round(value * 1e4) / 1e4);
}

static r2nn_status describe(const r2nn_dataset *dataset, const r2nn_train_report *report, const r2nn_recipe *recipe,
                            r2nn_model *model, r2nn_error *error) {
  const r2nn_baselines *b = &report->baselines;
  errno = 0;
  json_t *baselines = json_pack("{s:o, s:o, s:o, s:o}", "no_network", share(b->no_network), "random", share(b->random), "bank",
                                share(b->bank), "perceptron", share(b->perceptron));
  json_t *evaluation =
      json_pack("{s:o, s:o, s:s, s:i, s:I, s:o}", "accuracy", share(r2nn_tally_accuracy(&report->tally)), "window_accuracy",
                share(r2nn_tally_window_accuracy(&report->tally)), "split", report->split, "clips", (int)report->n_test_clips,
                "windows", (json_int_t)report->tally.n_windows, "baselines", baselines);
  json_t *training = json_pack("{s:s, s:i, s:I, s:i, s:i}", "choice", report->choice, "clips", (int)report->n_train_clips, "seed",
                               (json_int_t)recipe->seed, "epochs", (int)recipe->n_epochs, "groups", (int)dataset->n_groups);
  model->evaluation = r2nn_json_print(evaluation, JSON_COMPACT);
  model->training = r2nn_json_print(training, JSON_COMPACT);
  json_decref(evaluation);
  json_decref(training);
  return model->evaluation && model->training ? R2NN_OK
                                              : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the model's evaluation");
}

/* Windows as long as the clips where all clips are equally long: then the model decides so often in a stream. */
static r2nn_status settle_window(work *w, r2nn_error *error) {
  r2nn_choice all;
  if (w->spec.window_s > 0) return R2NN_OK;
  r2nn_status status = r2nn_choice_split(w->dataset, R2NN_SPLIT_NONE, &all, error);
  if (status != R2NN_OK) return status;
  w->spec.window_s = r2nn_choice_common_duration(&all);
  r2nn_choice_free(&all);
  return R2NN_OK;
}

r2nn_status r2nn_train(const r2nn_dataset *dataset, const r2nn_train_spec *spec, const r2nn_workers *workers,
                       r2nn_progress progress, void *progress_context, r2nn_model **model, r2nn_train_report *report,
                       r2nn_error *error) {
  r2nn_train_report own = {0};
  r2nn_recipe recipe;
  work w = {.dataset = dataset,
            .spec = *spec,
            .trainer = {.workers = workers, .progress = progress, .progress_context = progress_context, .to = 1}};
  if (!report) report = &own;
  *report = (r2nn_train_report){0};
  *model = NULL;
  r2nn_status status = r2nn_data_check(dataset, spec->window_s, error);
  if (status == R2NN_OK && spec->hop_s > 0 && (spec->hop_s * 1000 < spec->window_s || spec->hop_s > spec->window_s))
    status = r2nn_fail(error, R2NN_BAD_ARGUMENT, "hop: must be from a thousandth of the window to the window, is %g s of %g s",
                       spec->hop_s, spec->window_s);
  if (status == R2NN_OK && !(spec->tolerance >= 0 && spec->tolerance <= TOLERANCE_MOST))
    status =
        r2nn_fail(error, R2NN_BAD_ARGUMENT, "tolerance: must be 0 to %g %%, is %g %%", 100 * TOLERANCE_MOST, 100 * spec->tolerance);
  if (status == R2NN_OK && !(spec->strangers == -1 || (spec->strangers >= 0 && spec->strangers <= 1)))
    status = r2nn_fail(error, R2NN_BAD_ARGUMENT, "strangers: must be 0 to 100 %%, is %g %%", 100 * spec->strangers);
  if (status == R2NN_OK && spec->n_stages && spec->head == R2NN_HEAD_ENERGY && spec->stages[spec->n_stages - 1].law == R2NN_LAW_LOG)
    status = r2nn_fail(error, R2NN_BAD_ARGUMENT,
                       "the energy head takes the logarithm itself: it does not go with the law log; choose another law or head");
  if (status == R2NN_OK) status = r2nn_tally_init(&report->tally, dataset->n_classes, error);
  if (status == R2NN_OK) status = r2nn_checkpoint_new(dataset, spec, &w.trainer.checkpoint, error);
  if (status == R2NN_OK) status = settle_window(&w, error);
  if (status == R2NN_OK)
    status = spec->n_folds >= 2 ? train_folds(&w, model, report, &recipe, error) : train_split(&w, model, report, &recipe, error);
  r2nn_checkpoint_free(w.trainer.checkpoint);
  if (status == R2NN_OK) status = describe(dataset, report, &recipe, *model, error);
  if (status != R2NN_OK) {
    r2nn_model_free(*model);
    *model = NULL;
    r2nn_train_report_free(report);
  }
  if (report == &own) r2nn_train_report_free(&own);
  return status;
}

void r2nn_train_report_free(r2nn_train_report *report) {
  r2nn_tally_free(&report->tally);
}

/* The specification that leads to a model like this one. */
static r2nn_train_spec spec_of(const r2nn_model *model, double window_s, double hop_s) {
  r2nn_train_spec spec = r2nn_train_spec_default();
  r2nn_error ignored;
  spec.n_stages = r2nn_stage_spec_parse(model->stages[0].topology, &spec.stages[0], &ignored) == R2NN_OK;
  spec.head = (int)model->head.kind;
  spec.window_s = window_s;
  spec.hop_s = hop_s;
  return spec;
}

/* What the baselines of a model need: both parts of the data set, and the recipe that leads to a model like it. */
typedef struct likeness {
  work w;
  r2nn_choice train, test;
  r2nn_recipe recipe;
} likeness;

static r2nn_status find_likeness(likeness *self, const r2nn_dataset *dataset, const r2nn_model *model, double window_s,
                                 double hop_s, r2nn_error *error) {
  char why[512];
  bool shared;
  r2nn_status status = r2nn_data_check(dataset, window_s, error);
  if (status == R2NN_OK) status = r2nn_data_check_split(dataset, &shared, error);
  if (status == R2NN_OK) status = r2nn_choice_split(dataset, R2NN_SPLIT_TRAIN, &self->train, error);
  if (status == R2NN_OK) status = r2nn_choice_split(dataset, R2NN_SPLIT_TEST, &self->test, error);
  if (status == R2NN_OK && (self->train.n == 0 || self->test.n == 0))
    status =
        r2nn_fail(error, R2NN_BAD_DATA, "baselines need clips to train on and clips to test on: the data set has no split column");
  if (status == R2NN_OK) status = r2nn_choice_covers(dataset, &self->train, window_s, hop_s, "the training part", error);
  self->w.spec = spec_of(model, window_s, hop_s);
  if (status == R2NN_OK) status = settle_window(&self->w, error);
  if (status == R2NN_OK) {
    span(&self->w, 0, 0.3);
    status = r2nn_choose(dataset, &self->w.spec, &self->train, &self->w.trainer, &self->recipe, why, sizeof why, error);
    span(&self->w, 0.3, 1);
  }
  return status;
}

static void free_likeness(likeness *self) {
  r2nn_choice_free(&self->train);
  r2nn_choice_free(&self->test);
}

r2nn_status r2nn_train_baselines(const r2nn_dataset *dataset, const r2nn_model *model, double window_s, double hop_s,
                                 const r2nn_workers *workers, r2nn_progress progress, void *progress_context,
                                 r2nn_baselines *baselines, r2nn_error *error) {
  likeness like = {
      .w = {.dataset = dataset, .trainer = {.workers = workers, .progress = progress, .progress_context = progress_context}}};
  r2nn_status status = find_likeness(&like, dataset, model, window_s, hop_s, error);
  if (status == R2NN_OK)
    status = r2nn_build_baselines(dataset, &like.recipe, r2nn_model_n_features(model), -1, &like.train, &like.test, &like.w.trainer,
                                  baselines, error);
  free_likeness(&like);
  return status;
}

r2nn_status r2nn_train_contribution(const r2nn_dataset *dataset, const r2nn_model *model, double window_s, double hop_s,
                                    const r2nn_workers *workers, r2nn_progress progress, void *progress_context,
                                    r2nn_contribution *contribution, r2nn_error *error) {
  likeness like = {
      .w = {.dataset = dataset, .trainer = {.workers = workers, .progress = progress, .progress_context = progress_context}}};
  r2nn_status status = find_likeness(&like, dataset, model, window_s, hop_s, error);
  *contribution = (r2nn_contribution){.n_train_clips = like.train.n, .n_test_clips = like.test.n};
  if (status == R2NN_OK)
    status = r2nn_contribution_find(dataset, model, &like.recipe, &like.train, &like.test, &like.w.trainer, contribution, error);
  free_likeness(&like);
  return status;
}
