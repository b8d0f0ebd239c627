/* Trimmers of a board and its head, trained together on what the board was found to be. */
#include "r2nn/jury.h"
#include "train/adam.h"
#include "train/build.h"
#include "train/loss.h"
#include "train/play.h"
#include "train/reduce.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EPOCHS   150u
#define RATE     0.02 /* Adam's first step of ln ohm */
#define L2       1e-2 /* of the head, as training's */
#define STAY     1e-3 /* what a trimmer at its end costs, nepers: none is turned for nothing */
#define DIGITS   1e-4 /* resistances are told to such a share */
#define MOST_TRY 8    /* halvings of all turns, until the network is stable */

typedef struct trimming {
  const r2nn_model *board;
  const r2nn_dataset *dataset;
  const r2nn_workers *workers;
  uint64_t seed;
  r2nn_trim *trims;
  uint32_t n;
  r2nn_recipe recipe;
  r2nn_choice train, test;
  r2nn_windows windows;
  r2nn_reduced reduced;
  r2nn_loss loss;
  r2nn_learner learner;
  r2nn_adam turns, head;
  r2nn_model *turned;
  double *theta, *gradient, *ohm; /* [n] ln ohm; by it; present */
} trimming;

/* The recipe that makes features as the model's readout does. */
static r2nn_recipe recipe_of(const trimming *self) {
  const r2nn_model *model = self->board;
  const r2nn_readout *readout = &model->readout;
  double rate_hz = 0, knee_hz;
  bool windows = readout->mode == R2NN_MODE_WINDOW;
  for (uint32_t i = 0; i < self->dataset->n_clips; i++) rate_hz = fmax(rate_hz, self->dataset->clips[i].rate_hz);
  r2nn_recipe recipe = {.n_stages = 1,
                        .scale = readout->scale,
                        .suppress_common = readout->suppress_common,
                        .head = model->head.kind,
                        .n_hidden = model->head.n_hidden,
                        .highpass_hz = model->remove_mean ? model->highpass_hz : 0,
                        .highpass_order = model->highpass_order,
                        .window_s = windows ? readout->window_s : 0,
                        .hop_s = windows ? readout->hop_s : 0,
                        .seed = self->seed};
  recipe.n_bins = r2nn_reduce_bins(model, self->dataset->n_clips, rate_hz / 2, &knee_hz);
  recipe.stages[0].fmin_hz = knee_hz;
  return recipe;
}

static r2nn_status prepare(trimming *self, r2nn_error *error) {
  const r2nn_model *model = self->board;
  const r2nn_head *head = &model->head;
  if (!r2nn_jury_fits(model))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "trimmers are trained for models of one linear stage, without a law behind it");
  r2nn_status status = r2nn_trims_check(self->trims, self->n, &model->stages[0], error);
  if (status == R2NN_OK) status = r2nn_choice_split(self->dataset, R2NN_SPLIT_TEST, &self->test, error);
  if (status == R2NN_OK)
    status = r2nn_choice_split(self->dataset, self->test.n ? R2NN_SPLIT_TRAIN : R2NN_SPLIT_NONE, &self->train, error);
  self->recipe = recipe_of(self);
  if (status == R2NN_OK)
    status = r2nn_choice_covers(self->dataset, &self->train, self->recipe.window_s, self->recipe.hop_s, "the training part", error);
  if (status == R2NN_OK)
    status = r2nn_windows_cut(&self->train, model->n_channels, self->recipe.window_s, self->recipe.hop_s, &self->windows, error);
  if (status == R2NN_OK)
    status = r2nn_reduce(&self->recipe, self->dataset, &self->windows.choice, self->workers, &self->reduced, error);
  if (status == R2NN_OK)
    status = r2nn_loss_init(&self->loss, &self->recipe, &self->reduced, &model->stages[0], self->workers, error);
  self->turned = r2nn_model_copy(model);
  self->theta = calloc(self->n + (size_t)1, sizeof *self->theta);
  self->gradient = calloc(self->n + (size_t)1, sizeof *self->gradient);
  self->ohm = calloc(self->n + (size_t)1, sizeof *self->ohm);
  if (status == R2NN_OK &&
      (!self->turned || !self->theta || !self->gradient || !self->ohm ||
       !r2nn_learner_init(&self->learner, head->kind, head->n_features, head->n_hidden, head->n_classes, L2, self->seed) ||
       !r2nn_adam_init(&self->turns, self->n, EPOCHS, RATE) ||
       !r2nn_adam_init(&self->head, self->learner.n_theta, EPOCHS, R2NN_LOSS_HEAD_RATE)))
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u trimmers", self->n);
  if (status == R2NN_OK) status = r2nn_learner_room(&self->learner, self->reduced.spectra->n_clips, error);
  for (uint32_t i = 0; i < self->n && status == R2NN_OK; i++) self->theta[i] = log(self->trims[i].set_ohm);
  return status;
}

/* The board with its trimmers at share of the way from where they stand to theta. */
static void turn(trimming *self, double share) {
  const r2nn_stage *from = &self->board->stages[0];
  r2nn_stage *to = &self->turned->stages[0];
  memcpy(to->nodes, from->nodes, from->n_nodes * sizeof *to->nodes);
  memcpy(to->couplings, from->couplings, from->n_couplings * sizeof *to->couplings);
  memcpy(to->inputs, from->inputs, from->n_inputs * sizeof *to->inputs);
  for (uint32_t i = 0; i < self->n; i++) self->ohm[i] = exp(share * self->theta[i] + (1 - share) * log(self->trims[i].set_ohm));
  r2nn_trims_turn(self->trims, self->n, self->ohm, to);
}

/* By ln ohm of one trimmer: what it makes goes as 1/ohm, and so does what it loads its nodes with beyond that. */
static double slope_of(const trimming *self, uint32_t i) {
  const r2nn_stage *stage = &self->turned->stages[0];
  const r2nn_stage_gradient *by = &self->loss.elements;
  const r2nn_trim *trim = &self->trims[i];
  double g;
  switch (trim->kind) {
  case R2NN_TRIM_GROUND:
    return -by->g[trim->index] * trim->value * trim->ohm / self->ohm[i];
  case R2NN_TRIM_FDNR:
    return -by->d[trim->index] * stage->nodes[trim->index].d;
  case R2NN_TRIM_INPUT:
    g = stage->inputs[trim->index].g;
    return -by->inputs[trim->index] * g - by->g[stage->inputs[trim->index].node] * (fabs(g) - g);
  case R2NN_TRIM_COUPLING: {
    const r2nn_coupling *coupling = &stage->couplings[trim->index];
    return -by->couplings[trim->index] * coupling->g -
           (by->g[coupling->a] + by->g[coupling->b]) * (fabs(coupling->g) - coupling->g);
  }
  case R2NN_N_TRIMS:
    break;
  }
  return 0;
}

/* One step of trimmers and head. */
static double step(trimming *self) {
  double floor = self->board->readout.floor;
  turn(self, 1);
  double loss = r2nn_loss_take(&self->loss, &self->turned->stages[0], &self->learner, &floor);
  if (!(loss < HUGE_VAL)) return loss;
  for (uint32_t i = 0; i < self->n; i++) {
    const r2nn_trim *trim = &self->trims[i];
    double reach = log(trim->high_ohm / trim->low_ohm) / 2;
    self->gradient[i] = slope_of(self, i) + STAY * (self->theta[i] - log(trim->ohm)) / (reach * reach);
  }
  r2nn_adam_step(&self->turns, self->theta, self->gradient);
  r2nn_adam_step(&self->head, self->learner.theta, self->learner.gradient);
  for (uint32_t i = 0; i < self->n; i++)
    self->theta[i] = fmin(fmax(self->theta[i], log(self->trims[i].low_ohm)), log(self->trims[i].high_ohm));
  return loss;
}

static r2nn_status train(trimming *self, r2nn_trainer *trainer, r2nn_error *error) {
  for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
    if (!r2nn_trainer_tell(trainer, "training the trimmers", (double)epoch / EPOCHS)) break;
    if (!(step(self) < HUGE_VAL))
      return r2nn_fail(error, R2NN_BAD_DATA, "the training loss is no longer a number: are some clips extremely loud?");
  }
  for (uint32_t i = 0; i < self->n; i++) { /* as many digits as anybody can set */
    double unit = pow(10, floor(log10(DIGITS * exp(self->theta[i])) + 1)), ohm = round(exp(self->theta[i]) / unit) * unit;
    self->theta[i] = log(fmin(fmax(ohm, self->trims[i].low_ohm), self->trims[i].high_ohm));
  }
  r2nn_error reason = {""};
  double share = 1;
  for (int tries = 0; tries < MOST_TRY; tries++, share /= 2) {
    turn(self, share);
    if (r2nn_model_check(self->turned, &reason) == R2NN_OK) return R2NN_OK;
  }
  return r2nn_fail(error, R2NN_UNSTABLE, "the board as it was found: %.400s", reason.text);
}

/* A head on what the engine puts out behind the turned trimmers. */
static r2nn_status fit_head(trimming *self, double *expected, r2nn_error *error) {
  r2nn_table table = {0};
  r2nn_tally tally = {0};
  r2nn_model *model = self->turned;
  r2nn_engine_def def = r2nn_play_def(model, self->recipe.window_s, self->recipe.hop_s);
  r2nn_status status = R2NN_OK;
  if (model->head.kind != R2NN_HEAD_ENERGY) {
    status = r2nn_play_table(model, &def, &self->train, self->workers, &table, error);
    if (status == R2NN_OK) status = r2nn_learner_fit(&self->learner, &table, R2NN_REFIT_EPOCHS, error);
    r2nn_head head = {0};
    if (status == R2NN_OK) status = r2nn_learner_export(&self->learner, &head, error);
    if (status == R2NN_OK) {
      r2nn_head_free(&model->head);
      model->head = head;
    }
    r2nn_table_free(&table);
  }
  r2nn_novelty_free(&model->novelty);
  if (status == R2NN_OK) status = r2nn_model_check(model, error);
  if (status == R2NN_OK && self->test.n) {
    status = r2nn_tally_init(&tally, model->n_classes, error);
    if (status == R2NN_OK) status = r2nn_play_tally(model, &def, &self->test, self->workers, &tally, error);
    *expected = r2nn_tally_accuracy(&tally);
    r2nn_tally_free(&tally);
  }
  return status;
}

static void forget(trimming *self) {
  r2nn_choice_free(&self->train);
  r2nn_choice_free(&self->test);
  r2nn_windows_free(&self->windows);
  r2nn_reduced_free(&self->reduced);
  r2nn_loss_free(&self->loss);
  r2nn_learner_free(&self->learner);
  r2nn_adam_free(&self->turns);
  r2nn_adam_free(&self->head);
  r2nn_model_free(self->turned);
  free(self->theta);
  free(self->gradient);
  free(self->ohm);
}

r2nn_status r2nn_train_trims(const r2nn_model *board, const r2nn_dataset *dataset, uint64_t seed, const r2nn_workers *workers,
                             r2nn_progress progress, void *progress_context, r2nn_trim *trims, uint32_t n_trims,
                             r2nn_model **trained, double *expected, r2nn_error *error) {
  trimming self = {.board = board, .dataset = dataset, .workers = workers, .seed = seed, .trims = trims, .n = n_trims};
  r2nn_trainer trainer = {.workers = workers, .progress = progress, .progress_context = progress_context, .to = 1};
  *trained = NULL;
  *expected = (double)NAN;
  r2nn_status status = prepare(&self, error);
  if (status == R2NN_OK) status = train(&self, &trainer, error);
  if (status == R2NN_OK) status = fit_head(&self, expected, error);
  for (uint32_t i = 0; i < n_trims && status == R2NN_OK; i++) trims[i].set_ohm = self.ohm[i];
  if (status == R2NN_OK) {
    *trained = self.turned;
    self.turned = NULL;
  }
  forget(&self);
  return status;
}
