/* From a recipe and clips to a whole model: the circuit by spectra, the head on what the engine really puts out. */
#ifndef R2NN_TRAIN_BUILD_H
#define R2NN_TRAIN_BUILD_H

#include "train/data.h"
#include "train/fit.h"

/* Train a model by the recipe on the clips. *model is new; its gate is still the default (calibrate.h). */
r2nn_status r2nn_build(const r2nn_dataset *dataset, const r2nn_recipe *recipe, const r2nn_choice *choice, r2nn_trainer *trainer,
                       r2nn_model **model, r2nn_error *error);

/* The four baselines of a recipe whose model has n_features: trained on train, judged on test (system.md §5). own is the accuracy
 * of the recipe's own model on test by window, or below 0 if it is not known: a bank is its own uncoupled baseline and is not
 * trained twice. */
r2nn_status r2nn_build_baselines(const r2nn_dataset *dataset, const r2nn_recipe *recipe, uint32_t n_features, double own,
                                 const r2nn_choice *train, const r2nn_choice *test, r2nn_trainer *trainer,
                                 r2nn_baselines *baselines, r2nn_error *error);

#endif
