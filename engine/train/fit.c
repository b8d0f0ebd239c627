/* Joint training of circuit and head: energies by spectra, gradients by the adjoint, steps by Adam. */
#include "train/fit.h"

#include "train/adam.h"
#include "train/features.h"
#include "train/layout.h"
#include "train/loss.h"
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
  r2nn_loss loss;
  r2nn_adam circuit_adam, head_adam;
} session;

static void run_free(session *s) {
  r2nn_params_free(&s->params);
  r2nn_stage_free(&s->drawn);
  r2nn_loss_free(&s->loss);
  r2nn_adam_free(&s->circuit_adam);
  r2nn_adam_free(&s->head_adam);
}

static r2nn_status run_init(session *s, r2nn_fitted *fitted, uint64_t seed, const r2nn_workers *workers, r2nn_error *error) {
  const r2nn_recipe *recipe = s->recipe;
  r2nn_stage *stage = &fitted->stages[0];
  r2nn_status status =
      r2nn_layout_start(recipe, 0, s->data->spectra->n_channels, s->data->n_classes, seed, stage, &s->params, error);
  if (status == R2NN_OK) status = r2nn_loss_init(&s->loss, recipe, s->data, stage, workers, error);
  if (status != R2NN_OK) return status;
  bool good = r2nn_learner_init(&fitted->learner, recipe->head, stage->n_outputs, recipe->n_hidden, s->data->n_classes,
                                recipe->head_l2, seed) &&
              r2nn_adam_init(&s->circuit_adam, s->params.n, recipe->n_epochs, recipe->circuit_rate) &&
              r2nn_adam_init(&s->head_adam, fitted->learner.n_theta, recipe->n_epochs, R2NN_LOSS_HEAD_RATE);
  if (!good)
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for training %u nodes on %u clips", stage->n_nodes,
                     s->data->spectra->n_clips);
  fitted->learner.jitter = recipe->head_jitter;
  return r2nn_learner_room(&fitted->learner, s->data->spectra->n_clips, error);
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
  double best = r2nn_learner_loss(&fitted->learner, &s->loss.table, NULL);
  for (bool better = true; better;) {
    better = false;
    for (uint32_t a = 0; a < stage->n_outputs; a++)
      for (uint32_t b = a + 1; b < stage->n_outputs; b++) {
        swap_columns(&s->loss.table, a, b);
        double loss = r2nn_learner_loss(&fitted->learner, &s->loss.table, NULL);
        if (loss < best - 1e-9) {
          uint32_t keep = stage->outputs[a];
          stage->outputs[a] = stage->outputs[b];
          stage->outputs[b] = keep;
          best = loss;
          better = true;
        } else {
          swap_columns(&s->loss.table, a, b);
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
  for (uint32_t r = 0; r < s->loss.table.n_rows && good; r++) count[s->loss.table.label[r]]++;
  for (uint32_t r = 0; r < s->loss.table.n_rows && good; r++)
    for (uint32_t o = 0; o < n; o++) {
      double x = s->loss.table.x[(size_t)r * n + o];
      above[(size_t)o * n_classes + s->loss.table.label[r]] += x / count[s->loss.table.label[r]];
      for (uint32_t k = 0; k < n_classes; k++) above[(size_t)o * n_classes + k] -= x / s->loss.table.n_rows;
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
  r2nn_loss_hear(&s->loss, stage, &fitted->floor);
  if (stage->n_outputs <= FEW_OUTPUTS)
    assign_by_loss(s, fitted);
  else if (!assign_greedily(s, fitted))
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u outputs", stage->n_outputs);
  return r2nn_loss_restart(&s->loss, stage, workers, error); /* its structure knows the outputs' order */
}

/* One step of everything; with a tolerance by the gradient of one circuit drawn from random. */
static double step(session *s, r2nn_fitted *fitted, r2nn_random *random) {
  r2nn_learner *learner = &fitted->learner;
  const r2nn_stage *nominal = &fitted->stages[0], *stage = s->recipe->tolerance > 0 ? &s->drawn : nominal;
  if (s->recipe->tolerance > 0) r2nn_tolerance_draw(nominal, s->recipe->tolerance, random, &s->drawn);
  double loss = r2nn_loss_take(&s->loss, stage, learner, &fitted->floor);
  if (!(loss < HUGE_VAL)) return loss;
  if (s->recipe->tolerance > 0) r2nn_tolerance_undraw(nominal, &s->drawn, &s->loss.elements);
  r2nn_params_chain(&s->params, &fitted->stages[0], &s->loss.elements);
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
    status = r2nn_loss_restart(&s.loss, &fitted->stages[0], trainer->workers, error);
  }
  if (status == R2NN_OK) {
    r2nn_loss_hear(&s.loss, &fitted->stages[0], &fitted->floor);
    status = r2nn_learner_fit(&fitted->learner, &s.loss.table, recipe->n_head_epochs, error);
    fitted->loss = r2nn_learner_entropy(&fitted->learner, &s.loss.table);
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
