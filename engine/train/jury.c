/* Judges models on spectra. */
#include "r2nn/jury.h"

#include "rt/random.h"
#include "train/features.h"
#include "train/reduce.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* By which a feature is moved to see what the loss does: scores are in float. */
#define FEATURE_STEP 1e-2

struct r2nn_jury {
  r2nn_model *model;
  r2nn_spectra *spectra;
  uint32_t *label; /* [n_clips] */
  uint32_t n_clips;
  r2nn_recipe recipe; /* of the features */
};

struct r2nn_juror {
  const r2nn_jury *jury;
  r2nn_spectral *spectral;
  r2nn_table table;
  double *energies; /* [n_clips][n_features] */
  double *dx;       /* likewise */
  float *features, *scores, *scratch;
  r2nn_model *at;    /* where the gradients were taken */
  size_t n_values;   /* of a gradient: d, c, g, couplings, inputs */
  double *gradients; /* [1 + R2NN_JURY_DRAWS][n_values] */
};

bool r2nn_jury_fits(const r2nn_model *model) {
  const r2nn_stage *stage = &model->stages[0];
  return model->n_stages == 1 && stage->law == R2NN_LAW_IDENTITY && stage->smooth_s == 0 && stage->rate_hz == 0 &&
         !stage->suppress_common && model->readout.energy == R2NN_ENERGY_SQUARE;
}

r2nn_status r2nn_jury_new(const r2nn_dataset *dataset, const r2nn_model *model, const r2nn_workers *workers, r2nn_jury **jury,
                          r2nn_error *error) {
  *jury = NULL;
  if (!r2nn_jury_fits(model)) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "the model has more than one linear stage");
  if (dataset->n_channels != model->n_channels)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "recordings of %u channels, but the model takes %u", dataset->n_channels,
                     model->n_channels);
  r2nn_jury *made = calloc(1, sizeof *made);
  double rate_hz = 0, knee_hz;
  const r2nn_clip **clips = malloc(dataset->n_clips * sizeof *clips);
  if (made) {
    *made = (r2nn_jury){.model = r2nn_model_copy(model),
                        .label = malloc(dataset->n_clips * sizeof *made->label),
                        .n_clips = dataset->n_clips,
                        .recipe = {.scale = model->readout.scale, .suppress_common = model->readout.suppress_common}};
  }
  for (uint32_t i = 0; i < dataset->n_clips; i++) rate_hz = fmax(rate_hz, dataset->clips[i].rate_hz);
  uint32_t n_bins = r2nn_reduce_bins(model, dataset->n_clips, rate_hz / 2, &knee_hz);
  double *freq_hz = malloc(n_bins * sizeof *freq_hz);
  r2nn_status status = R2NN_OK;
  if (!made || !made->model || !made->label || !clips || !freq_hz) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; i < dataset->n_clips && status == R2NN_OK; i++) {
    clips[i] = &dataset->clips[i];
    made->label[i] = dataset->clips[i].label;
  }
  if (status == R2NN_OK) {
    r2nn_spectral_grid(n_bins, knee_hz, rate_hz / 2, freq_hz);
    status = r2nn_spectra_new(clips, dataset->n_clips, dataset->n_channels, freq_hz, n_bins,
                              model->remove_mean ? model->highpass_hz : 0, model->highpass_order, workers, &made->spectra, error);
  }
  free(clips);
  free(freq_hz);
  if (status == R2NN_OK)
    *jury = made;
  else
    r2nn_jury_free(made);
  return status;
}

void r2nn_jury_free(r2nn_jury *jury) {
  if (!jury) return;
  r2nn_spectra_free(jury->spectra);
  r2nn_model_free(jury->model);
  free(jury->label);
  free(jury);
}

r2nn_status r2nn_juror_new(const r2nn_jury *jury, r2nn_juror **juror, r2nn_error *error) {
  const r2nn_model *model = jury->model;
  const r2nn_stage *stage = &model->stages[0];
  uint32_t n = stage->n_nodes, n_features = stage->n_outputs;
  r2nn_juror *made = *juror = calloc(1, sizeof *made);
  if (!made) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  made->jury = jury;
  made->at = r2nn_model_copy(model);
  made->energies = malloc((size_t)jury->n_clips * n_features * sizeof *made->energies);
  made->dx = malloc((size_t)jury->n_clips * n_features * sizeof *made->dx);
  made->features = malloc(n_features * sizeof *made->features);
  made->scores = malloc(model->n_classes * sizeof *made->scores);
  made->scratch = malloc((model->head.n_hidden + 1) * sizeof *made->scratch);
  made->n_values = 3 * (size_t)n + stage->n_couplings + stage->n_inputs;
  made->gradients = calloc((1 + R2NN_JURY_DRAWS) * made->n_values, sizeof *made->gradients);
  bool enough = r2nn_table_init(&made->table, jury->n_clips, n_features);
  r2nn_status status =
      r2nn_spectral_new(stage, model->n_channels, jury->spectra->freq_hz, jury->spectra->n_bins, NULL, &made->spectral, error);
  if (status == R2NN_OK && (!enough || !made->at || !made->energies || !made->dx || !made->features || !made->scores ||
                            !made->scratch || !made->gradients))
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) return R2NN_OK;
  r2nn_juror_free(made);
  *juror = NULL;
  return status;
}

void r2nn_juror_free(r2nn_juror *juror) {
  if (!juror) return;
  r2nn_spectral_free(juror->spectral);
  r2nn_table_free(&juror->table);
  r2nn_model_free(juror->at);
  free(juror->energies);
  free(juror->dx);
  free(juror->features);
  free(juror->scores);
  free(juror->scratch);
  free(juror->gradients);
  free(juror);
}

/* Features of all clips behind a model. */
static void hear(r2nn_juror *juror, const r2nn_model *model) {
  const r2nn_jury *jury = juror->jury;
  r2nn_spectral_forward(juror->spectral, &model->stages[0]);
  r2nn_spectral_energies(juror->spectral, jury->spectra, juror->energies);
  r2nn_features(&jury->recipe, juror->energies, jury->spectra->duration_s, model->readout.floor, &juror->table);
}

/* The scores behind features x, into juror->scores. */
static void score(r2nn_juror *juror, const r2nn_head *head, const double *x) {
  for (uint32_t i = 0; i < head->n_features; i++) juror->features[i] = (float)x[i];
  r2nn_head_scores(head, juror->features, juror->scores, juror->scratch);
}

/* -ln of the score of a class. */
static double loss_of(const r2nn_juror *juror, uint32_t class) {
  return -log(fmax((double)juror->scores[class], 1e-30));
}

void r2nn_juror_judge(r2nn_juror *juror, const r2nn_model *model, double *accuracy, double *loss) {
  uint32_t n = juror->jury->n_clips, n_right = 0;
  double sum = 0;
  hear(juror, model);
  for (uint32_t r = 0; r < n; r++) {
    uint32_t best = 0, label = juror->jury->label[r];
    score(juror, &model->head, juror->table.x + (size_t)r * juror->table.n_features);
    for (uint32_t k = 1; k < model->n_classes; k++)
      if (juror->scores[k] > juror->scores[best]) best = k;
    sum += loss_of(juror, label) / n;
    n_right += best == label;
  }
  if (accuracy) *accuracy = (double)n_right / n;
  if (loss) *loss = sum;
}

/* What one clip's class and weight are in a draw: the right one in the first, which is the mean loss; else one by the scores. */
static uint32_t draw_class(r2nn_juror *juror, const r2nn_head *head, const double *x, r2nn_random *random) {
  double left = r2nn_random_uniform(random);
  score(juror, head, x);
  for (uint32_t k = 0; k + 1 < head->n_classes; k++)
    if ((left -= (double)juror->scores[k]) < 0) return k;
  return head->n_classes - 1;
}

/* dx = weight * d loss_of(class)/dx of one clip; scores are in float, so the step is not small. */
static void differentiate_clip(r2nn_juror *juror, const r2nn_head *head, double *x, uint32_t class, double weight, double *dx) {
  for (uint32_t i = 0; i < head->n_features; i++) {
    double here = x[i], step = juror->jury->recipe.scale == R2NN_SCALE_LOG ? FEATURE_STEP : FEATURE_STEP * fabs(here) + 1e-30;
    x[i] = here + step;
    score(juror, head, x);
    double over = loss_of(juror, class);
    x[i] = here - step;
    score(juror, head, x);
    dx[i] = weight * (over - loss_of(juror, class)) / (2 * step);
    x[i] = here;
  }
}

/* A gradient's arrays, one behind the other. */
static r2nn_stage_gradient arrays_of(double *values, const r2nn_stage *stage) {
  size_t n = stage->n_nodes;
  return (r2nn_stage_gradient){.d = values,
                               .c = values + n,
                               .g = values + 2 * n,
                               .couplings = values + 3 * n,
                               .inputs = values + 3 * n + stage->n_couplings};
}

void r2nn_juror_differentiate(r2nn_juror *juror, const r2nn_model *model) {
  const r2nn_jury *jury = juror->jury;
  r2nn_stage *at = &juror->at->stages[0];
  const r2nn_stage *stage = &model->stages[0];
  uint32_t n = juror->table.n_features;
  r2nn_random random = r2nn_random_new(1, 62);
  hear(juror, model);
  for (uint32_t draw = 0; draw <= R2NN_JURY_DRAWS; draw++) {
    for (uint32_t r = 0; r < jury->n_clips; r++) {
      double *x = juror->table.x + (size_t)r * n, sign = r2nn_random_bits(&random) & 1 ? 1 : -1;
      uint32_t class = draw ? draw_class(juror, &model->head, x, &random) : jury->label[r];
      differentiate_clip(juror, &model->head, x, class, draw ? sign / sqrt(jury->n_clips) : 1.0 / jury->n_clips,
                         juror->dx + (size_t)r * n);
    }
    r2nn_features_back(&jury->recipe, juror->energies, jury->spectra->duration_s, model->readout.floor, jury->n_clips, n,
                       juror->dx);
    r2nn_stage_gradient gradient = arrays_of(juror->gradients + draw * juror->n_values, stage);
    r2nn_spectral_backward(juror->spectral, stage, jury->spectra, juror->dx, &gradient);
  }
  memcpy(at->nodes, stage->nodes, stage->n_nodes * sizeof *at->nodes);
  memcpy(at->couplings, stage->couplings, stage->n_couplings * sizeof *at->couplings);
  memcpy(at->inputs, stage->inputs, stage->n_inputs * sizeof *at->inputs);
}

/* Along one gradient. */
static double change_along(const r2nn_juror *juror, uint32_t draw, const r2nn_stage *to) {
  const r2nn_stage *from = &juror->at->stages[0];
  r2nn_stage_gradient gradient = arrays_of(juror->gradients + draw * juror->n_values, from);
  double sum = 0;
  for (uint32_t i = 0; i < from->n_nodes; i++)
    sum += gradient.d[i] * (to->nodes[i].d - from->nodes[i].d) + gradient.c[i] * (to->nodes[i].c - from->nodes[i].c) +
           gradient.g[i] * (to->nodes[i].g - from->nodes[i].g);
  for (uint32_t k = 0; k < from->n_couplings; k++) sum += gradient.couplings[k] * (to->couplings[k].g - from->couplings[k].g);
  for (uint32_t k = 0; k < from->n_inputs; k++) sum += gradient.inputs[k] * (to->inputs[k].g - from->inputs[k].g);
  return sum;
}

void r2nn_juror_change(const r2nn_juror *juror, const r2nn_model *to, double *change, double *square) {
  *change = change_along(juror, 0, &to->stages[0]);
  *square = 0;
  for (uint32_t draw = 1; draw <= R2NN_JURY_DRAWS; draw++) {
    double moved = change_along(juror, draw, &to->stages[0]);
    *square += moved * moved / R2NN_JURY_DRAWS;
  }
}
