/* What the user left open is chosen by validation inside the training part. */
#ifndef R2NN_TRAIN_CHOOSE_H
#define R2NN_TRAIN_CHOOSE_H

#include "train/data.h"
#include "train/fit.h"

/* Fill recipe from spec, choosing what spec leaves open on the clips of choice alone: first range, spacing, level and head on an
 * untrained bank, then whether trained circuits do better and which. why (of size) tells it in a line. */
r2nn_status r2nn_choose(const r2nn_dataset *dataset, const r2nn_train_spec *spec, const r2nn_choice *choice, r2nn_trainer *trainer,
                        r2nn_recipe *recipe, char *why, size_t size, r2nn_error *error);

#endif
