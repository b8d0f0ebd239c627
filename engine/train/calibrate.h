/* What a trained model must know of its clips to decide in a stream: how loud they are, how long events last and how far features
 * may stray. */
#ifndef R2NN_TRAIN_CALIBRATE_H
#define R2NN_TRAIN_CALIBRATE_H

#include "train/data.h"
#include "train/recipe.h"

/* From the clips that a model was trained on: the level that opens its gate; and, for a model that decides by event, the shortest
 * and longest event, the least margin, and novelty (system.md §4) by the features that it puts out itself, with a limit beyond
 * nearly all of their distances. One that decides by window gets no limits: each of its windows wants a decision. R2NN_NO_MEMORY.
 */
r2nn_status r2nn_calibrate(const r2nn_recipe *recipe, const r2nn_choice *choice, const r2nn_workers *workers, r2nn_model *model,
                           r2nn_error *error);

#endif
