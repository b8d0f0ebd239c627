/* Circuits and heads trained together: one linear stage on spectra, cascades clip by clip (system.md §5). */
#ifndef R2NN_TRAIN_FIT_H
#define R2NN_TRAIN_FIT_H

#include "train/checkpoint.h"
#include "train/learner.h"
#include "train/recipe.h"
#include "train/spectral.h"

/* What every part of training is given: workers, and the way to tell progress and hear of a stop. */
typedef struct r2nn_trainer {
  const r2nn_workers *workers;
  r2nn_progress progress; /* may be NULL */
  void *progress_context;
  double from, to;             /* the share of all work that the present part covers */
  bool stopped;                /* the user asked to stop: finish with what there is */
  r2nn_checkpoint *checkpoint; /* NULL = none */
} r2nn_trainer;

/* Let the present part be from..to, 0..1, of what whole covers. */
void r2nn_trainer_span(r2nn_trainer *trainer, const r2nn_trainer *whole, double from, double to);

/* Tell how far the present part is, 0..1; false once the user asked to stop. */
bool r2nn_trainer_tell(r2nn_trainer *trainer, const char *what, double share);

/* Clips or windows reduced to spectra, with their labels. */
typedef struct r2nn_reduced {
  r2nn_spectra *spectra;
  uint32_t *label; /* [n_clips] */
  uint32_t n_classes;
} r2nn_reduced;

/* Trained stages and the head on their features. */
typedef struct r2nn_fitted {
  uint32_t n_stages;
  r2nn_stage stages[R2NN_MAX_STAGES];
  r2nn_learner learner;
  double floor; /* V^2, for the readout's log */
  double loss;
} r2nn_fitted;

/* Train the recipe's one linear stage and head on spectra; the best of its starts by training loss. */
r2nn_status r2nn_fit(const r2nn_recipe *recipe, const r2nn_reduced *data, r2nn_trainer *trainer, r2nn_fitted *fitted,
                     r2nn_error *error);
void r2nn_fitted_free(r2nn_fitted *fitted);

/* The features of the data behind a stage, as the readout makes them. floor <= 0: r2nn_features_floor, which is returned. */
r2nn_status r2nn_fit_table(const r2nn_recipe *recipe, const r2nn_stage *stage, const r2nn_reduced *data,
                           const r2nn_workers *workers, double *floor, r2nn_table *table, r2nn_error *error);

#endif
