/* Clips through the engine: decisions tallied, or features gathered for a head to be trained on. */
#ifndef R2NN_TRAIN_PLAY_H
#define R2NN_TRAIN_PLAY_H

#include "train/data.h"
#include "train/learner.h"

/* How clips are judged: the model's window, or one decision over each whole clip with its tail. */
r2nn_engine_def r2nn_play_def(const r2nn_model *model, double window_s, double hop_s);

/* Every decision on the clips, as rows of features with their labels. def.rate_hz is set clip by clip. */
r2nn_status r2nn_play_table(const r2nn_model *model, const r2nn_engine_def *def, const r2nn_choice *choice,
                            const r2nn_workers *workers, r2nn_table *table, r2nn_error *error);

/* Every clip's vote, counted. The tally must be empty. */
r2nn_status r2nn_play_tally(const r2nn_model *model, const r2nn_engine_def *def, const r2nn_choice *choice,
                            const r2nn_workers *workers, r2nn_tally *tally, r2nn_error *error);

#endif
