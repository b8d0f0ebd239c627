/* The margin under which an event is unknown, from what the classes and sounds of no class leave (system.md §5). */
#ifndef R2NN_TRAIN_DOUBT_H
#define R2NN_TRAIN_DOUBT_H

#include "train/data.h"
#include "train/learner.h"
#include "train/recipe.h"

/* Set the margin of a model that was trained with strangers; the others keep theirs. table: the features of the clips it was
 * trained on, by event. def: how it listens. R2NN_NO_MEMORY and what playing strangers gives. */
r2nn_status r2nn_doubt(const r2nn_recipe *recipe, const r2nn_choice *choice, const r2nn_table *table, const r2nn_engine_def *def,
                       const r2nn_workers *workers, r2nn_model *model, r2nn_error *error);

#endif
