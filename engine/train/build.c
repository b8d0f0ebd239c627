/* Models by recipe. */
#include "train/build.h"

#include "train/bands.h"
#include "train/joint.h"
#include "train/perceptron.h"
#include "train/play.h"
#include "train/reduce.h"
#include "train/shape.h"
#include "train/tolerance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RANDOM_SHARE 0.15 /* of the baselines' time, where a bank is trained too */

/* The readout for the last stage's law. */
static void set_readout(const r2nn_recipe *recipe, r2nn_model *model) {
  r2nn_readout *readout = &model->readout;
  r2nn_law law = model->stages[model->n_stages - 1].law;
  readout->energy = r2nn_shape_energy(law);
  readout->scale = law == R2NN_LAW_LOG || law == R2NN_LAW_AGC ? R2NN_SCALE_LINEAR : recipe->scale;
  readout->suppress_common = recipe->suppress_common;
  if (recipe->window_s > 0) {
    readout->mode = R2NN_MODE_WINDOW;
    readout->window_s = recipe->window_s;
    readout->hop_s = recipe->hop_s;
  } else {
    readout->mode = R2NN_MODE_EVENT;
    if (recipe->highpass_order > 1) readout->gate_highpass_hz = recipe->stages[0].fmin_hz;
  }
}

/* Features of the clips as the engine puts them out, of the model and, with a tolerance, of drawn ones. */
static r2nn_status play_all(const r2nn_recipe *recipe, const r2nn_choice *choice, const r2nn_workers *workers,
                            const r2nn_model *model, r2nn_table *all, r2nn_error *error) {
  r2nn_model *drawn = r2nn_model_copy(model);
  r2nn_random random = r2nn_random_new(recipe->seed, 51);
  uint32_t n_draws = 0;
  r2nn_status status = drawn ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a model");
  *all = (r2nn_table){0};
  for (uint32_t k = 0; k <= n_draws && status == R2NN_OK; k++) {
    r2nn_table table;
    r2nn_engine_def def = r2nn_play_def(drawn, recipe->window_s, recipe->train_hop_s);
    if (k) r2nn_tolerance_draw(&model->stages[0], recipe->tolerance, &random, &drawn->stages[0]);
    status = r2nn_play_table(drawn, &def, choice, workers, &table, error);
    if (status != R2NN_OK) break;
    if (k == 0) {
      n_draws = r2nn_tolerance_n_draws(recipe->tolerance, table.n_rows);
      if (!r2nn_table_init(all, table.n_rows * (1 + n_draws), table.n_features))
        status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for features of drawn circuits");
    }
    if (status == R2NN_OK) r2nn_table_put(all, k * table.n_rows, &table);
    r2nn_table_free(&table);
  }
  r2nn_model_free(drawn);
  return status;
}

/* Train the head on what the engine puts out for the clips, starting from the head trained with the circuit. */
static r2nn_status refit_head(const r2nn_recipe *recipe, const r2nn_choice *choice, r2nn_trainer *trainer, r2nn_learner *learner,
                              r2nn_model *model, r2nn_error *error) {
  r2nn_table table;
  r2nn_status status = play_all(recipe, choice, trainer->workers, model, &table, error);
  if (status == R2NN_OK) status = r2nn_learner_fit(learner, &table, R2NN_REFIT_EPOCHS, error);
  if (status == R2NN_OK) {
    r2nn_head_free(&model->head);
    status = r2nn_learner_export(learner, &model->head, error);
  }
  r2nn_table_free(&table);
  return status;
}

/* The model around fitted stages; takes them. */
static r2nn_status assemble(const r2nn_dataset *dataset, const r2nn_recipe *recipe, const r2nn_choice *choice, r2nn_fitted *fitted,
                            r2nn_model **result, r2nn_error *error) {
  r2nn_model *model = *result = r2nn_model_new(dataset->n_channels, dataset->n_classes, fitted->n_stages);
  if (!model) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a model");
  for (uint32_t k = 0; k < dataset->n_classes; k++) {
    model->classes[k] = strdup(dataset->classes[k]);
    if (!model->classes[k]) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for class names");
  }
  memcpy(model->stages, fitted->stages, fitted->n_stages * sizeof *model->stages);
  fitted->n_stages = 0;
  for (uint32_t i = 0; i < choice->n; i++) model->trained_rate_hz = fmax(model->trained_rate_hz, choice->clips[i]->rate_hz);
  model->remove_mean = recipe->highpass_hz > 0;
  model->highpass_hz = recipe->highpass_hz > 0 ? recipe->highpass_hz : 1;
  model->highpass_order = recipe->highpass_order > 0 ? recipe->highpass_order : 1;
  set_readout(recipe, model);
  if (fitted->floor > 0) model->readout.floor = fitted->floor; /* else stopped before the first batch */
  r2nn_status status = r2nn_learner_export(&fitted->learner, &model->head, error);
  return status == R2NN_OK ? r2nn_model_check(model, error) : status;
}

/* One linear stage on spectra. */
static r2nn_status fit_stage(const r2nn_dataset *dataset, const r2nn_recipe *recipe, const r2nn_choice *choice,
                             r2nn_trainer *trainer, r2nn_fitted *fitted, r2nn_error *error) {
  r2nn_reduced reduced = {0};
  r2nn_status status = r2nn_reduce(recipe, dataset, choice, trainer->workers, &reduced, error);
  if (status == R2NN_OK) status = r2nn_fit(recipe, &reduced, trainer, fitted, error);
  if (reduced.spectra) r2nn_reduced_free(&reduced);
  return status;
}

r2nn_status r2nn_build(const r2nn_dataset *dataset, const r2nn_recipe *recipe, const r2nn_choice *choice, r2nn_trainer *trainer,
                       r2nn_model **model, r2nn_error *error) {
  r2nn_windows windows;
  r2nn_fitted fitted = {0};
  bool cascade = r2nn_shape_is_cascade(recipe);
  *model = NULL;
  r2nn_status status = r2nn_windows_cut(choice, dataset->n_channels, recipe->window_s, recipe->train_hop_s, &windows, error);
  if (status == R2NN_OK && cascade)
    status = r2nn_joint_fit(dataset, recipe, &windows.choice, NULL, trainer, &fitted, NULL, error);
  else if (status == R2NN_OK)
    status = fit_stage(dataset, recipe, &windows.choice, trainer, &fitted, error);
  if (status == R2NN_OK) status = assemble(dataset, recipe, choice, &fitted, model, error);
  /* A cascade's head has seen varied clips: it stays. */
  if (status == R2NN_OK && !cascade) status = refit_head(recipe, choice, trainer, &fitted.learner, *model, error);
  r2nn_fitted_free(&fitted);
  r2nn_windows_free(&windows);
  if (status != R2NN_OK) {
    r2nn_model_free(*model);
    *model = NULL;
  }
  return status;
}

/* Accuracy of a recipe's model by window. */
static r2nn_status judge_recipe(const r2nn_dataset *dataset, const r2nn_recipe *recipe, const r2nn_choice *train,
                                const r2nn_choice *test, r2nn_trainer *trainer, double *accuracy, r2nn_error *error) {
  r2nn_model *model;
  r2nn_tally tally = {0};
  r2nn_status status = r2nn_build(dataset, recipe, train, trainer, &model, error);
  if (status != R2NN_OK) return status;
  r2nn_engine_def def = r2nn_play_def(model, recipe->window_s, recipe->hop_s);
  status = r2nn_tally_init(&tally, dataset->n_classes, error);
  if (status == R2NN_OK) status = r2nn_play_tally(model, &def, test, trainer->workers, &tally, error);
  if (status == R2NN_OK) *accuracy = r2nn_tally_window_accuracy(&tally);
  r2nn_tally_free(&tally);
  r2nn_model_free(model);
  return status;
}

r2nn_status r2nn_build_bands(const r2nn_dataset *dataset, const r2nn_recipe *recipe, uint32_t n_features, const r2nn_choice *choice,
                             double hop_s, const r2nn_workers *workers, double *floor, r2nn_table *table, r2nn_error *error) {
  r2nn_windows windows;
  r2nn_reduced reduced = {0};
  *table = (r2nn_table){0};
  r2nn_status status = r2nn_windows_cut(choice, dataset->n_channels, recipe->window_s, hop_s, &windows, error);
  if (status == R2NN_OK) status = r2nn_reduce(recipe, dataset, &windows.choice, workers, &reduced, error);
  if (status == R2NN_OK) status = r2nn_bands_table(recipe, n_features, &reduced, floor, table, error);
  if (reduced.spectra) r2nn_reduced_free(&reduced);
  r2nn_windows_free(&windows);
  return status;
}

/* Without a network: the same head, and a perceptron, on band energies. */
static r2nn_status judge_bands(const r2nn_dataset *dataset, const r2nn_recipe *recipe, uint32_t n_features,
                               const r2nn_choice *train, const r2nn_choice *test, const r2nn_workers *workers,
                               r2nn_baselines *baselines, r2nn_error *error) {
  r2nn_table x, y = {0};
  r2nn_learner learner = {0};
  double floor = 0;
  r2nn_status status = r2nn_build_bands(dataset, recipe, n_features, train, recipe->train_hop_s, workers, &floor, &x, error);
  if (status == R2NN_OK) status = r2nn_build_bands(dataset, recipe, n_features, test, recipe->hop_s, workers, &floor, &y, error);
  if (status == R2NN_OK &&
      !r2nn_learner_init(&learner, recipe->head, x.n_features, recipe->n_hidden, dataset->n_classes, recipe->head_l2, recipe->seed))
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a head");
  learner.jitter = recipe->head_jitter;
  if (status == R2NN_OK) status = r2nn_learner_fit(&learner, &x, R2NN_REFIT_EPOCHS, error);
  if (status == R2NN_OK) status = r2nn_learner_room(&learner, y.n_rows, error);
  if (status == R2NN_OK) {
    baselines->no_network = r2nn_learner_accuracy(&learner, &y);
    r2nn_perceptron_result plain = {0};
    status = r2nn_perceptron(&x, &y, dataset->n_classes, false, recipe->seed, &plain, error);
    baselines->perceptron = plain.accuracy;
  }
  r2nn_learner_free(&learner);
  r2nn_table_free(&x);
  r2nn_table_free(&y);
  return status;
}

r2nn_recipe r2nn_build_untrained(const r2nn_recipe *recipe) {
  r2nn_recipe random = *recipe;
  random.train_circuit = false;
  random.start_coupled = true;
  random.n_starts = 1;
  return random;
}

r2nn_status r2nn_build_baselines(const r2nn_dataset *dataset, const r2nn_recipe *recipe, uint32_t n_features, double own,
                                 const r2nn_choice *train, const r2nn_choice *test, r2nn_trainer *trainer,
                                 r2nn_baselines *baselines, r2nn_error *error) {
  r2nn_recipe random = r2nn_build_untrained(recipe), bank = *recipe;
  bool own_bank = recipe->stages[0].topology == R2NN_BANK && own >= 0;
  bank.stages[0].topology = R2NN_BANK;
  if (recipe->stages[0].topology == R2NN_GRID) { /* as many resonators as outputs, over the whole range, tuned as banks are */
    bank.stages[0].n_rows = n_features;
    bank.stages[0].n_cols = 1;
    bank.circuit_rate = 0.02;
  }
  *baselines = (r2nn_baselines){0};
  r2nn_status status = judge_bands(dataset, recipe, n_features, train, test, trainer->workers, baselines, error);
  r2nn_trainer whole = *trainer;
  if (!own_bank) r2nn_trainer_span(trainer, &whole, 0, RANDOM_SHARE);
  if (status == R2NN_OK) status = judge_recipe(dataset, &random, train, test, trainer, &baselines->random, error);
  r2nn_trainer_span(trainer, &whole, own_bank ? 1 : RANDOM_SHARE, 1);
  if (own_bank)
    baselines->bank = own;
  else if (status == R2NN_OK)
    status = judge_recipe(dataset, &bank, train, test, trainer, &baselines->bank, error);
  r2nn_trainer_span(trainer, &whole, 0, 1);
  return status;
}
