/* The loss of a head behind one linear stage, on spectra, and its gradient. */
#include "train/loss.h"

#include "train/features.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

r2nn_status r2nn_loss_restart(r2nn_loss *loss, const r2nn_stage *stage, const r2nn_workers *workers, r2nn_error *error) {
  const r2nn_spectra *spectra = loss->data->spectra;
  r2nn_spectral_free(loss->spectral);
  loss->spectral = NULL;
  return r2nn_spectral_new(stage, spectra->n_channels, spectra->freq_hz, spectra->n_bins, workers, &loss->spectral, error);
}

r2nn_status r2nn_loss_init(r2nn_loss *loss, const r2nn_recipe *recipe, const r2nn_reduced *data, const r2nn_stage *stage,
                           const r2nn_workers *workers, r2nn_error *error) {
  const r2nn_spectra *spectra = data->spectra;
  size_t cells = (size_t)spectra->n_clips * stage->n_outputs;
  *loss = (r2nn_loss){.recipe = recipe, .data = data};
  loss->elements.d = malloc(stage->n_nodes * sizeof(double));
  loss->elements.c = malloc(stage->n_nodes * sizeof(double));
  loss->elements.g = malloc(stage->n_nodes * sizeof(double));
  loss->elements.couplings = malloc((stage->n_couplings + (size_t)1) * sizeof(double));
  loss->elements.inputs = malloc((stage->n_inputs + (size_t)1) * sizeof(double));
  loss->energies = malloc(cells * sizeof *loss->energies);
  loss->dx = malloc(cells * sizeof *loss->dx);
  if (!loss->elements.d || !loss->elements.c || !loss->elements.g || !loss->elements.couplings || !loss->elements.inputs ||
      !loss->energies || !loss->dx || !r2nn_table_init(&loss->table, spectra->n_clips, stage->n_outputs))
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for training %u nodes on %u clips", stage->n_nodes, spectra->n_clips);
  memcpy(loss->table.label, data->label, spectra->n_clips * sizeof *data->label);
  return r2nn_loss_restart(loss, stage, workers, error);
}

void r2nn_loss_free(r2nn_loss *loss) {
  r2nn_spectral_free(loss->spectral);
  free(loss->elements.d);
  free(loss->elements.c);
  free(loss->elements.g);
  free(loss->elements.couplings);
  free(loss->elements.inputs);
  r2nn_table_free(&loss->table);
  free(loss->energies);
  free(loss->dx);
  *loss = (r2nn_loss){0};
}

void r2nn_loss_hear(r2nn_loss *loss, const r2nn_stage *stage, double *floor) {
  const double *duration_s = loss->data->spectra->duration_s;
  r2nn_spectral_forward(loss->spectral, stage);
  r2nn_spectral_energies(loss->spectral, loss->data->spectra, loss->energies);
  if (*floor <= 0) *floor = r2nn_features_floor(loss->energies, duration_s, loss->table.n_rows, loss->table.n_features);
  r2nn_features(loss->recipe, loss->energies, duration_s, *floor, &loss->table);
}

double r2nn_loss_take(r2nn_loss *loss, const r2nn_stage *stage, r2nn_learner *learner, double *floor) {
  r2nn_loss_hear(loss, stage, floor);
  r2nn_learner_standardise(learner, &loss->table);
  double value = r2nn_learner_loss(learner, &loss->table, loss->dx);
  if (!(value < HUGE_VAL)) return value;
  r2nn_learner_follow(learner, &loss->table, loss->dx);
  r2nn_features_back(loss->recipe, loss->energies, loss->data->spectra->duration_s, *floor, loss->table.n_rows,
                     loss->table.n_features, loss->dx);
  r2nn_spectral_backward(loss->spectral, stage, loss->data->spectra, loss->dx, &loss->elements);
  return value;
}
