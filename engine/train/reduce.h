/* Clips into spectra on a grid that suits them. */
#ifndef R2NN_TRAIN_REDUCE_H
#define R2NN_TRAIN_REDUCE_H

#include "train/data.h"
#include "train/fit.h"

/* How many frequencies suit the resonances of a model that is there, on a grid that is linear below *knee_hz, the lowest of them.
 */
uint32_t r2nn_reduce_bins(const r2nn_model *model, uint32_t n_clips, double fmax_hz, double *knee_hz);

/* Reduce the clips (or windows) on a grid of recipe->n_bins up to half the highest rate of the whole data set. */
r2nn_status r2nn_reduce(const r2nn_recipe *recipe, const r2nn_dataset *dataset, const r2nn_choice *choice,
                        const r2nn_workers *workers, r2nn_reduced *reduced, r2nn_error *error);
void r2nn_reduced_free(r2nn_reduced *reduced);

/* The rows whose fold equals (inverse: differs from) which; a copy. */
r2nn_status r2nn_reduced_fold(const r2nn_reduced *reduced, const uint32_t *fold, uint32_t which, bool inverse, r2nn_reduced *part,
                              r2nn_error *error);

#endif
