/* From a recipe and clips to a whole model: the circuit by spectra, the head on what the engine really puts out. */
#ifndef R2NN_TRAIN_BUILD_H
#define R2NN_TRAIN_BUILD_H

#include "train/data.h"
#include "train/fit.h"

/* Train a model by the recipe on the clips. *model is new; its gate is still the default (calibrate.h). */
r2nn_status r2nn_build(const r2nn_dataset *dataset, const r2nn_recipe *recipe, const r2nn_choice *choice, r2nn_trainer *trainer,
                       r2nn_model **model, r2nn_error *error);

#define R2NN_REFIT_EPOCHS 300 /* of a head alone, on features that stay */

/* The band energies of a part of the data: what there is without a network. floor as in r2nn_fit_table. */
r2nn_status r2nn_build_bands(const r2nn_dataset *dataset, const r2nn_recipe *recipe, uint32_t n_features, const r2nn_choice *choice,
                             double hop_s, const r2nn_workers *workers, double *floor, r2nn_table *table, r2nn_error *error);

/* The recipe of the same network with random couplings that are not trained. */
r2nn_recipe r2nn_build_untrained(const r2nn_recipe *recipe);

/* The four baselines of a recipe whose model has n_features: trained on train, judged on test (system.md §5). own is the accuracy
 * of the recipe's own model on test by window, or below 0 if it is not known: a bank is its own uncoupled baseline and is not
 * trained twice. */
r2nn_status r2nn_build_baselines(const r2nn_dataset *dataset, const r2nn_recipe *recipe, uint32_t n_features, double own,
                                 const r2nn_choice *train, const r2nn_choice *test, r2nn_trainer *trainer,
                                 r2nn_baselines *baselines, r2nn_error *error);

#endif
