/* Trained bank, trained coupled network or cascade, by validation. */
#include "train/chooser.h"
#include "train/joint.h"
#include "train/reduce.h"
#include "train/shape.h"

#include <math.h>
#include <stdio.h>

/* A cascade, which takes longest, is validated on so many folds as make up these clips, at least one. */
#define CASCADE_CLIPS 400u
/* The first choice of each kind is kept unless another one gains more than this (choose_scan.c). */
#define WORTH_COUPLING 0.01 /* over an uncoupled bank */
#define WORTH_CASCADE  0.01 /* over one stage */

/* What came of the folds so far. */
typedef struct sums {
  double right, entropy;
  uint32_t n;
} sums;

/* A stage trained on the rest of fold f and judged on it. */
static r2nn_status judge_stage(r2nn_chooser *c, const r2nn_recipe *recipe, const r2nn_reduced *reduced, uint32_t f, sums *sum,
                               r2nn_error *error) {
  r2nn_reduced train = {0}, test = {0};
  r2nn_fitted fitted = {0};
  r2nn_table table = {0};
  r2nn_status status = r2nn_reduced_fold(reduced, c->fold, f, true, &train, error);
  if (status == R2NN_OK) status = r2nn_reduced_fold(reduced, c->fold, f, false, &test, error);
  if (status == R2NN_OK && test.spectra->n_clips) {
    status = r2nn_fit(recipe, &train, c->trainer, &fitted, error);
    if (status == R2NN_OK)
      status = r2nn_fit_table(recipe, &fitted.stages[0], &test, c->trainer->workers, &fitted.floor, &table, error);
    if (status == R2NN_OK) status = r2nn_learner_room(&fitted.learner, table.n_rows, error);
    if (status == R2NN_OK) {
      sum->right += r2nn_learner_accuracy(&fitted.learner, &table) * table.n_rows;
      sum->entropy += r2nn_learner_entropy(&fitted.learner, &table) * table.n_rows;
      sum->n += table.n_rows;
    }
  }
  r2nn_table_free(&table);
  r2nn_fitted_free(&fitted);
  if (train.spectra) r2nn_reduced_free(&train);
  if (test.spectra) r2nn_reduced_free(&test);
  return status;
}

/* A cascade likewise. */
static r2nn_status judge_cascade(r2nn_chooser *c, const r2nn_recipe *recipe, uint32_t f, sums *sum, r2nn_error *error) {
  r2nn_choice train = {0}, test = {0};
  r2nn_fitted fitted = {0};
  r2nn_validation outcome = {0};
  r2nn_status status = r2nn_choice_fold(&c->windows.choice, c->fold, f, true, &train, error);
  if (status == R2NN_OK) status = r2nn_choice_fold(&c->windows.choice, c->fold, f, false, &test, error);
  if (status == R2NN_OK && train.n && test.n) {
    status = r2nn_joint_fit(c->dataset, recipe, &train, &test, c->trainer, &fitted, &outcome, error);
    sum->right += outcome.typical * test.n;
    sum->entropy += outcome.entropy * test.n;
    sum->n += test.n;
  }
  r2nn_fitted_free(&fitted);
  r2nn_choice_free(&train);
  r2nn_choice_free(&test);
  return status;
}

static r2nn_score score_of(const sums *sum) {
  return sum->n ? (r2nn_score){sum->right / sum->n, sum->entropy / sum->n} : (r2nn_score){0, HUGE_VAL};
}

/* A recipe over the first n_folds folds: one stage on spectra, or with reduced NULL a cascade. *some, unless NULL, is over the
 * first n_some. */
static r2nn_status validate(r2nn_chooser *c, const r2nn_recipe *recipe, const r2nn_reduced *reduced, uint32_t n_folds,
                            r2nn_score *result, uint32_t n_some, r2nn_score *some, r2nn_error *error) {
  r2nn_trainer whole = *c->trainer;
  r2nn_status status = R2NN_OK;
  sums sum = {0};
  for (uint32_t f = 0; f < n_folds && status == R2NN_OK && !c->trainer->stopped; f++) {
    r2nn_trainer_span(c->trainer, &whole, (double)f / n_folds, (f + 1.0) / n_folds);
    status = reduced ? judge_stage(c, recipe, reduced, f, &sum, error) : judge_cascade(c, recipe, f, &sum, error);
    if (some && f + 1 == n_some) *some = score_of(&sum);
  }
  r2nn_trainer_span(c->trainer, &whole, 0, 1);
  *result = score_of(&sum);
  return status;
}

/* Trained bank or trained coupled network. *some is how the chosen one does on the first n_some folds. */
static r2nn_status choose_topology(r2nn_chooser *c, const r2nn_reduced *reduced, r2nn_recipe *recipe, r2nn_score scores[2],
                                   uint32_t n_some, r2nn_score *some, r2nn_error *error) {
  static const r2nn_topology topologies[2] = {R2NN_BANK, R2NN_FULL};
  r2nn_trainer whole = *c->trainer;
  r2nn_score parts[2] = {{0}};
  r2nn_status status = R2NN_OK;
  for (uint32_t k = 0; k < 2 && status == R2NN_OK && !c->trainer->stopped; k++) {
    r2nn_recipe try = *recipe;
    try.stages[0].topology = topologies[k];
    r2nn_trainer_span(c->trainer, &whole, 0.5 * k, 0.5 * (k + 1));
    status = validate(c, &try, reduced, R2NN_CHOOSE_FOLDS, &scores[k], n_some, &parts[k], error);
  }
  r2nn_trainer_span(c->trainer, &whole, 0, 1);
  if (status != R2NN_OK) return status;
  bool coupled = scores[1].accuracy > scores[0].accuracy + WORTH_COUPLING;
  recipe->stages[0].topology = topologies[coupled];
  *some = parts[coupled];
  return R2NN_OK;
}

r2nn_status r2nn_choose_compare(r2nn_chooser *c, r2nn_recipe *recipe, char *why, size_t size, r2nn_error *error) {
  r2nn_trainer whole = *c->trainer;
  r2nn_reduced reduced = {0};
  r2nn_recipe cascade;
  r2nn_score scores[2] = {{0}}, flat = {0}, deep = {0};
  uint32_t n_clips = c->windows.choice.n, n_folds = n_clips ? CASCADE_CLIPS / n_clips : 1;
  n_folds = n_folds < 1 ? 1 : n_folds > R2NN_CHOOSE_FOLDS ? R2NN_CHOOSE_FOLDS : n_folds;
  r2nn_trainer_span(c->trainer, &whole, 0, 0.1); /* the cascade takes longest by far */
  r2nn_status status = r2nn_reduce(recipe, c->dataset, &c->windows.choice, c->trainer->workers, &reduced, error);
  if (status == R2NN_OK) status = choose_topology(c, &reduced, recipe, scores, n_folds, &flat, error);
  if (reduced.spectra) r2nn_reduced_free(&reduced);
  r2nn_trainer_span(c->trainer, &whole, 0.1, 1);
  bool tried =
      status == R2NN_OK && c->spec->head != R2NN_HEAD_ENERGY && c->spec->head != R2NN_HEAD_CENTROID && !c->trainer->stopped;
  if (tried) {
    cascade = *recipe; /* coupled if that gained something */
    if (c->spec->head < 0) cascade.head = R2NN_HEAD_PERCEPTRON;
    r2nn_shape_cascade(c->spec, &c->windows.choice, &cascade);
    status = validate(c, &cascade, NULL, n_folds, &deep, 0, NULL, error);
  }
  r2nn_trainer_span(c->trainer, &whole, 0, 1);
  bool keep = tried && deep.accuracy > flat.accuracy + WORTH_CASCADE;
  if (keep) *recipe = cascade;
  int n = snprintf(why, size, "trained bank %.1f %%, trained coupled network %.1f %%", 100 * scores[0].accuracy,
                   100 * scores[1].accuracy);
  if (tried && n > 0 && (size_t)n < size)
    snprintf(why + n, size - (size_t)n, ", cascade %.1f %% where one stage has %.1f %%: %s", 100 * deep.accuracy,
             100 * flat.accuracy, keep ? "what comes in which order matters" : "one stage does as well");
  return status;
}
