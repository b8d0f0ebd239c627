/* From the energies of a stage's outputs, or of bands, to what the head sees, as the readout makes it; and the gradient back. */
#ifndef R2NN_TRAIN_FEATURES_H
#define R2NN_TRAIN_FEATURES_H

#include "train/learner.h"
#include "train/recipe.h"

/* A floor 60 dB below the mean power of energies[n_rows][n_features], V^2. Features are told apart no further down. */
double r2nn_features_floor(const double *energies, const double *duration_s, uint32_t n_rows, uint32_t n_features);

/* x = ln(E/T + floor), or E/T, without the mean over the features if the recipe says so. energies may be table->x itself. */
void r2nn_features(const r2nn_recipe *recipe, const double *energies, const double *duration_s, double floor, r2nn_table *table);

/* dL/dx [n_rows][n_features] into dL/dE, in place. */
void r2nn_features_back(const r2nn_recipe *recipe, const double *energies, const double *duration_s, double floor, uint32_t n_rows,
                        uint32_t n_features, double *dx);

#endif
