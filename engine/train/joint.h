/* A cascade and its head trained as one, clip by clip (system.md §5). */
#ifndef R2NN_TRAIN_JOINT_H
#define R2NN_TRAIN_JOINT_H

#include "train/cascade.h"
#include "train/data.h"
#include "train/fit.h"

/* How training went on clips it was not given. */
typedef struct r2nn_validation {
  double accuracy, entropy; /* at best */
  uint32_t n_epochs;        /* after which that was */
  double typical;           /* accuracy towards the end, when nobody picks the epoch: a running mean */
} r2nn_validation;

/* Train the recipe's stages and head on the clips: mini-batches, Adam, every circuit value of every stage through the detectors.
 * The first stage, which costs most, rests at the beginning, and joins in for the last n_joint_epochs. With valid, what did best on
 * it is kept, and training ends early when it gets no better; outcome may be NULL. Memory beyond the clips: their frames at the
 * control rate, and what a mini-batch leaves on its way. */
r2nn_status r2nn_joint_fit(const r2nn_dataset *dataset, const r2nn_recipe *recipe, const r2nn_choice *train,
                           const r2nn_choice *valid, r2nn_trainer *trainer, r2nn_fitted *fitted, r2nn_validation *outcome,
                           r2nn_error *error);

#endif
