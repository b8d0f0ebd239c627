/* A stage to start from: topology, start values and the list of what is trained. */
#ifndef R2NN_TRAIN_LAYOUT_H
#define R2NN_TRAIN_LAYOUT_H

#include "train/params.h"
#include "train/recipe.h"

/* Lay stage index of the recipe out for its n_channels (the last one with the energy head: one output a class) and fill params with
 * its start values, random from seed where the recipe is open. R2NN_BAD_ARGUMENT, R2NN_NO_MEMORY. */
r2nn_status r2nn_layout_start(const r2nn_recipe *recipe, uint32_t index, uint32_t n_channels, uint32_t n_classes, uint64_t seed,
                              r2nn_stage *stage, r2nn_params *params, r2nn_error *error);

/* The frequency of resonator i of n in the range, Hz: evenly spaced on ln(1 + f/knee), linearly, or (slow) by octaves. */
double r2nn_layout_freq(const r2nn_stage_recipe *shape, uint32_t i, uint32_t n);

/* Take out what no resistor of the range can make: couplings and signed inputs below 1/R_high. K_ii and so the tuning stay. */
void r2nn_layout_prune(const r2nn_recipe *recipe, r2nn_stage *stage);

#endif
