/* What one has without a network: band energies of the raw input (system.md §5). */
#ifndef R2NN_TRAIN_BANDS_H
#define R2NN_TRAIN_BANDS_H

#include "train/fit.h"

/* The logarithms of the energies in bands of every channel, about n_features in all (exactly, with one channel;
 * with the energy head the channels are added up), spaced as the recipe's
 * resonators; with the recipe's common-mode removal. floor as in r2nn_fit_table. */
r2nn_status r2nn_bands_table(const r2nn_recipe *recipe, uint32_t n_features, const r2nn_reduced *data, double *floor,
                             r2nn_table *table, r2nn_error *error);

#endif
