/* What a network adds over a readout that has none. */
#ifndef R2NN_TRAIN_CONTRIBUTION_H
#define R2NN_TRAIN_CONTRIBUTION_H

#include "train/build.h"

/* Fill in accuracies and counts of rows and features, see r2nn_train_contribution(). */
r2nn_status r2nn_contribution_find(const r2nn_dataset *dataset, const r2nn_model *model, const r2nn_recipe *recipe,
                                   const r2nn_choice *train, const r2nn_choice *test, r2nn_trainer *trainer,
                                   r2nn_contribution *contribution, r2nn_error *error);

#endif
