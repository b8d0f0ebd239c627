/* Joint training of circuit and head: energies by spectra, gradients by the adjoint, steps by Adam. */
#include "train/fit.h"

#include "train/adam.h"
#include "train/features.h"
#include "train/layout.h"
#include "train/tolerance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEW_OUTPUTS 8 /* so many are assigned to classes by trying exchanges */

static const double GRID_CENTERS[3] = {1, 1.4, 0.7};

void r2nn_trainer_span(r2nn_trainer *trainer, const r2nn_trainer *whole, double from, double to) {
  trainer->from = whole->from + from * (whole->to - whole->from);
  trainer->to = whole->from + to * (whole->to - whole->from);
}

bool r2nn_trainer_tell(r2nn_trainer *trainer, const char *what, double share) {
  if (trainer->progress && !trainer->stopped)
    trainer->stopped = !trainer->progress(trainer->progress_context, what, trainer->from + (trainer->to - trainer->from) * share);
  return !trainer->stopped;
}

/* The stage's energies on the data, malloc'ed. */
static double *all_energies(r2nn_spectral *spectral, const r2nn_stage *stage, const r2nn_reduced *data) {
  double *energies = malloc((size_t)data->spectra->n_clips * stage->n_outputs * sizeof *energies);
  if (!energies) return NULL;
  r2nn_spectral_forward(spectral, stage);
  r2nn_spectral_energies(spectral, data->spectra, energies);
  return energies;
}

r2nn_status r2nn_fit_table(const r2nn_recipe *recipe, const r2nn_stage *stage, const r2nn_reduced *data,
                           const r2nn_workers *workers, double *floor, r2nn_table *table, r2nn_error *error) {
  r2nn_spectral *spectral;
  *table = (r2nn_table){0};
  r2nn_status status =
      r2nn_spectral_new(stage, data->spectra->n_channels, data->spectra->freq_hz, data->spectra->n_bins, workers, &spectral, error);
  if (status != R2NN_OK) return status;
  double *energies = all_energies(spectral, stage, data);
  if (energies && r2nn_table_init(table, data->spectra->n_clips, stage->n_outputs)) {
    if (*floor <= 0) *floor = r2nn_features_floor(energies, data->spectra->duration_s, table->n_rows, table->n_features);
    memcpy(table->label, data->label, table->n_rows * sizeof *table->label);
    r2nn_features(recipe, energies, data->spectra->duration_s, *floor, table);
  } else {
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u rows of features", data->spectra->n_clips);
  }
  free(energies);
  r2nn_spectral_free(spectral);
  return status;
}

/* Everything one run of training holds. */
typedef struct session {
  const r2nn_recipe *recipe;
  const r2nn_reduced *data;
  r2nn_params params;
  r2nn_stage drawn; /* with parts off by their tolerance */
  r2nn_spectral *spectral;
  r2nn_stage_gradient elements;
  r2nn_table table;
  double *energies, *dx;
  r2nn_adam circuit_adam, head_adam;
} session;

static void run_free(session *s) {
  r2nn_params_free(&s->params);
  r2nn_stage_free(&s->drawn);
  r2nn_spectral_free(s->spectral);
  free(s->elements.d);
  free(s->elements.c);
  free(s->elements.g);
  free(s->elements.couplings);
  free(s->elements.inputs);
  r2nn_table_free(&s->table);
  free(s->energies);
  free(s->dx);
  r2nn_adam_free(&s->circuit_adam);
  r2nn_adam_free(&s->head_adam);
}

static r2nn_status run_init(session *s, r2nn_fitted *fitted, uint64_t seed, const r2nn_workers *workers, r2nn_error *error) {
  const r2nn_recipe *recipe = s->recipe;
  const r2nn_spectra *spectra = s->data->spectra;
  r2nn_stage *stage = &fitted->stages[0];
  r2nn_status status = r2nn_layout_start(recipe, 0, spectra->n_channels, s->data->n_classes, seed, stage, &s->params, error);
  if (status != R2NN_OK) return status;
  status = r2nn_spectral_new(stage, spectra->n_channels, spectra->freq_hz, spectra->n_bins, workers, &s->spectral, error);
  if (status != R2NN_OK) return status;
  size_t cells = (size_t)spectra->n_clips * stage->n_outputs;
  s->elements.d = malloc(stage->n_nodes * sizeof(double));
  s->elements.c = malloc(stage->n_nodes * sizeof(double));
  s->elements.g = malloc(stage->n_nodes * sizeof(double));
  s->elements.couplings = malloc((stage->n_couplings + 1) * sizeof(double));
  s->elements.inputs = malloc((stage->n_inputs + 1) * sizeof(double));
  s->energies = malloc(cells * sizeof *s->energies);
  s->dx = malloc(cells * sizeof *s->dx);
  bool good = s->elements.d && s->elements.c && s->elements.g && s->elements.couplings && s->elements.inputs && s->energies &&
              s->dx && r2nn_table_init(&s->table, spectra->n_clips, stage->n_outputs) &&
              r2nn_learner_init(&fitted->learner, recipe->head, stage->n_outputs, recipe->n_hidden, s->data->n_classes,
                                recipe->head_l2, seed) &&
              r2nn_adam_init(&s->circuit_adam, s->params.n, recipe->n_epochs, recipe->circuit_rate) &&
              r2nn_adam_init(&s->head_adam, fitted->learner.n_theta, recipe->n_epochs, 0.03);
  if (!good)
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for training %u nodes on %u clips", stage->n_nodes, spectra->n_clips);
  fitted->learner.jitter = recipe->head_jitter;
  memcpy(s->table.label, s->data->label, spectra->n_clips * sizeof *s->data->label);
  return r2nn_learner_room(&fitted->learner, spectra->n_clips, error);
}

/* Energies and features of a stage's values; sets the floor once. */
static void refresh(session *s, const r2nn_stage *stage, r2nn_fitted *fitted) {
  r2nn_spectral_forward(s->spectral, stage);
  r2nn_spectral_energies(s->spectral, s->data->spectra, s->energies);
  const double *duration_s = s->data->spectra->duration_s;
  if (fitted->floor <= 0) fitted->floor = r2nn_features_floor(s->energies, duration_s, s->table.n_rows, s->table.n_features);
  r2nn_features(s->recipe, s->energies, duration_s, fitted->floor, &s->table);
}

static void swap_columns(r2nn_table *table, uint32_t a, uint32_t b) {
  for (uint32_t r = 0; r < table->n_rows; r++) {
    double *x = table->x + (size_t)r * table->n_features, keep = x[a];
    x[a] = x[b];
    x[b] = keep;
  }
}

/* Exchange outputs pair by pair while the energy head's loss falls. */
static void assign_by_loss(session *s, r2nn_fitted *fitted) {
  r2nn_stage *stage = &fitted->stages[0];
  double best = r2nn_learner_loss(&fitted->learner, &s->table, NULL);
  for (bool better = true; better;) {
    better = false;
    for (uint32_t a = 0; a < stage->n_outputs; a++)
      for (uint32_t b = a + 1; b < stage->n_outputs; b++) {
        swap_columns(&s->table, a, b);
        double loss = r2nn_learner_loss(&fitted->learner, &s->table, NULL);
        if (loss < best - 1e-9) {
          uint32_t keep = stage->outputs[a];
          stage->outputs[a] = stage->outputs[b];
          stage->outputs[b] = keep;
          best = loss;
          better = true;
        } else {
          swap_columns(&s->table, a, b);
        }
      }
  }
}

/* Many classes: again and again the output and class, both still free, where the class stands out most above the others. */
static bool assign_greedily(session *s, r2nn_fitted *fitted) {
  r2nn_stage *stage = &fitted->stages[0];
  uint32_t n = stage->n_outputs, n_classes = s->data->n_classes;
  double *above = calloc((size_t)n * n_classes, sizeof *above); /* [n][n_classes] mean feature of a class, over all clips' mean */
  uint32_t *count = calloc(n_classes, sizeof *count), *output = malloc(n * sizeof *output);
  bool good = above && count && output;
  for (uint32_t r = 0; r < s->table.n_rows && good; r++) count[s->table.label[r]]++;
  for (uint32_t r = 0; r < s->table.n_rows && good; r++)
    for (uint32_t o = 0; o < n; o++) {
      double x = s->table.x[(size_t)r * n + o];
      above[(size_t)o * n_classes + s->table.label[r]] += x / count[s->table.label[r]];
      for (uint32_t k = 0; k < n_classes; k++) above[(size_t)o * n_classes + k] -= x / s->table.n_rows;
    }
  for (uint32_t done = 0; done < n_classes && good; done++) {
    size_t best = 0;
    for (size_t i = 1; i < (size_t)n * n_classes; i++)
      if (above[i] > above[best]) best = i;
    uint32_t from = (uint32_t)(best / n_classes), class = (uint32_t)(best % n_classes);
    output[class] = stage->outputs[from];
    for (uint32_t i = 0; i < n; i++) above[(size_t)i * n_classes + class] = -HUGE_VAL;
    for (uint32_t i = 0; i < n_classes; i++) above[(size_t)from * n_classes + i] = -HUGE_VAL;
  }
  if (good) memcpy(stage->outputs, output, n * sizeof *output);
  free(above);
  free(count);
  free(output);
  return good;
}

/* Which output stands for which class is free at the start. */
static r2nn_status assign_outputs(session *s, r2nn_fitted *fitted, const r2nn_workers *workers, r2nn_error *error) {
  r2nn_stage *stage = &fitted->stages[0];
  refresh(s, stage, fitted);
  if (stage->n_outputs <= FEW_OUTPUTS)
    assign_by_loss(s, fitted);
  else if (!assign_greedily(s, fitted))
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u outputs", stage->n_outputs);
  r2nn_spectral_free(s->spectral); /* its structure knows the outputs' order */
  s->spectral = NULL;
  return r2nn_spectral_new(stage, s->data->spectra->n_channels, s->data->spectra->freq_hz, s->data->spectra->n_bins, workers,
                           &s->spectral, error);
}

/* One step of everything; with a tolerance by the gradient of one circuit drawn from random. */
static double step(session *s, r2nn_fitted *fitted, r2nn_random *random) {
  r2nn_learner *learner = &fitted->learner;
  const r2nn_stage *nominal = &fitted->stages[0], *stage = s->recipe->tolerance > 0 ? &s->drawn : nominal;
  if (s->recipe->tolerance > 0) r2nn_tolerance_draw(nominal, s->recipe->tolerance, random, &s->drawn);
  refresh(s, stage, fitted);
  r2nn_learner_standardise(learner, &s->table);
  double loss = r2nn_learner_loss(learner, &s->table, s->dx);
  if (!(loss < HUGE_VAL)) return loss;
  r2nn_learner_follow(learner, &s->table, s->dx);
  r2nn_features_back(s->recipe, s->energies, s->data->spectra->duration_s, fitted->floor, s->table.n_rows, s->table.n_features,
                     s->dx);
  r2nn_spectral_backward(s->spectral, stage, s->data->spectra, s->dx, &s->elements);
  if (s->recipe->tolerance > 0) r2nn_tolerance_undraw(nominal, &s->drawn, &s->elements);
  r2nn_params_chain(&s->params, &fitted->stages[0], &s->elements);
  r2nn_adam_step(&s->circuit_adam, s->params.theta, s->params.gradient);
  r2nn_adam_step(&s->head_adam, learner->theta, learner->gradient);
  r2nn_params_clip(&s->params);
  r2nn_params_apply(&s->params, &fitted->stages[0]);
  return loss;
}

/* One start, to the end or until the user stops. */
static r2nn_status fit_once(const r2nn_recipe *recipe, const r2nn_reduced *data, uint64_t seed, uint32_t index,
                            r2nn_trainer *trainer, r2nn_fitted *fitted, r2nn_error *error) {
  session s = {.recipe = recipe, .data = data};
  *fitted = (r2nn_fitted){.n_stages = 1};
  r2nn_status status = run_init(&s, fitted, seed, trainer->workers, error);
  if (status == R2NN_OK && recipe->head == R2NN_HEAD_ENERGY && recipe->train_circuit)
    status = assign_outputs(&s, fitted, trainer->workers, error);
  if (status == R2NN_OK && recipe->tolerance > 0) status = r2nn_tolerance_init(&s.drawn, &fitted->stages[0], error);
  r2nn_random random = r2nn_random_new(seed, 50);
  uint32_t n_epochs = recipe->train_circuit ? recipe->n_epochs : 0;
  for (uint32_t epoch = 0; epoch < n_epochs && status == R2NN_OK; epoch++) {
    double share = (index + (double)epoch / n_epochs) / recipe->n_starts;
    if (!r2nn_trainer_tell(trainer, "training the circuit", share)) break;
    if (!(step(&s, fitted, &random) < HUGE_VAL))
      status = r2nn_fail(error, R2NN_BAD_DATA, "the training loss is no longer a number: are some clips extremely loud?");
  }
  if (status == R2NN_OK) {
    r2nn_layout_prune(recipe, &fitted->stages[0]);
    r2nn_spectral_free(s.spectral);
    s.spectral = NULL;
    status = r2nn_spectral_new(&fitted->stages[0], data->spectra->n_channels, data->spectra->freq_hz, data->spectra->n_bins,
                               trainer->workers, &s.spectral, error);
  }
  if (status == R2NN_OK) {
    refresh(&s, &fitted->stages[0], fitted);
    status = r2nn_learner_fit(&fitted->learner, &s.table, recipe->n_head_epochs, error);
    fitted->loss = r2nn_learner_entropy(&fitted->learner, &s.table);
  }
  run_free(&s);
  if (status != R2NN_OK) r2nn_fitted_free(fitted);
  return status;
}

r2nn_status r2nn_fit(const r2nn_recipe *recipe, const r2nn_reduced *data, r2nn_trainer *trainer, r2nn_fitted *fitted,
                     r2nn_error *error) {
  for (uint32_t start = 0; start < recipe->n_starts; start++) {
    r2nn_fitted attempt;
    if (start && !r2nn_trainer_tell(trainer, "training the circuit", (double)start / recipe->n_starts)) break;
    r2nn_recipe shifted = *recipe;
    if (recipe->stages[0].topology == R2NN_GRID) { /* its nodes start alike: try below and above the middle of the range too */
      shifted.stages[0].fmin_hz *= GRID_CENTERS[start % 3];
      shifted.stages[0].fmax_hz *= GRID_CENTERS[start % 3];
    }
    r2nn_status status =
        fit_once(&shifted, data, recipe->seed + 1000003u * start, start, trainer, start ? &attempt : fitted, error);
    if (status != R2NN_OK) {
      if (start) r2nn_fitted_free(fitted);
      return status;
    }
    if (!start) continue;
    if (attempt.loss < fitted->loss) {
      r2nn_fitted_free(fitted);
      *fitted = attempt;
    } else {
      r2nn_fitted_free(&attempt);
    }
  }
  return R2NN_OK;
}

void r2nn_fitted_free(r2nn_fitted *fitted) {
  for (uint32_t s = 0; s < fitted->n_stages; s++) r2nn_stage_free(&fitted->stages[s]);
  r2nn_learner_free(&fitted->learner);
  *fitted = (r2nn_fitted){0};
}
