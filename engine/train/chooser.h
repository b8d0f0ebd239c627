/* What choosing works on, and its two parts: the scan of untrained circuits and heads (choose_scan.c), and the comparison of
 * trained circuits (choose_compare.c). Private to these files and choose.c. */
#ifndef R2NN_TRAIN_CHOOSER_H
#define R2NN_TRAIN_CHOOSER_H

#include "train/data.h"
#include "train/fit.h"

#define R2NN_CHOOSE_FOLDS 4u

typedef struct r2nn_chooser {
  const r2nn_dataset *dataset;
  const r2nn_train_spec *spec;
  r2nn_trainer *trainer;
  r2nn_windows windows;
  uint32_t *fold; /* [windows.choice.n] 0..R2NN_CHOOSE_FOLDS-1 */
} r2nn_chooser;

/* What a choice validated to. */
typedef struct r2nn_score {
  double accuracy, entropy;
} r2nn_score;

/* The drive, range, spacing, common mode and head that do best on an untrained bank, into recipe. */
r2nn_status r2nn_choose_scan(r2nn_chooser *c, r2nn_recipe *recipe, r2nn_score *chosen, r2nn_error *error);

/* A trained bank, a trained coupled network, and a cascade on the first: validated, and the best into recipe. why (of size) tells
 * how they did. */
r2nn_status r2nn_choose_compare(r2nn_chooser *c, r2nn_recipe *recipe, char *why, size_t size, r2nn_error *error);

#endif
