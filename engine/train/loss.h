/* The loss of a head behind one linear stage, on spectra, and its gradient by every value of the stage (system.md §5). */
#ifndef R2NN_TRAIN_LOSS_H
#define R2NN_TRAIN_LOSS_H

#include "train/fit.h"

#define R2NN_LOSS_HEAD_RATE 0.03 /* Adam's first step of a head that is trained with its stage */

typedef struct r2nn_loss {
  const r2nn_recipe *recipe;
  const r2nn_reduced *data;
  r2nn_spectral *spectral;
  r2nn_stage_gradient elements; /* of the last loss */
  r2nn_table table;             /* what the head hears */
  double *energies, *dx;        /* [n_clips][n_outputs] */
} r2nn_loss;

/* For a stage of this structure. In any case free it. R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_loss_init(r2nn_loss *loss, const r2nn_recipe *recipe, const r2nn_reduced *data, const r2nn_stage *stage,
                           const r2nn_workers *workers, r2nn_error *error);
void r2nn_loss_free(r2nn_loss *loss);

/* The structure has changed: other outputs, or fewer couplings. */
r2nn_status r2nn_loss_restart(r2nn_loss *loss, const r2nn_stage *stage, const r2nn_workers *workers, r2nn_error *error);

/* Features behind a stage's values into table; *floor, V^2, is found if it is not > 0. */
void r2nn_loss_hear(r2nn_loss *loss, const r2nn_stage *stage, double *floor);

/* That, the learner standardised on them, its loss (not finite: nothing more) and its gradient, and elements. */
double r2nn_loss_take(r2nn_loss *loss, const r2nn_stage *stage, r2nn_learner *learner, double *floor);

#endif
