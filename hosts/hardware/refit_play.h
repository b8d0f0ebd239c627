/* The recordings of a data set through a board and what follows it: features of every clip, and what the model itself decides. */
#ifndef HOSTS_HARDWARE_REFIT_PLAY_H
#define HOSTS_HARDWARE_REFIT_PLAY_H

#include "hardware/measure.h"
#include "r2nn/train.h"

typedef struct refit_play {
  const r2nn_model *model;
  const r2nn_dataset *data;
  exchange line;
  uint32_t latency;           /* frames, whole */
  r2nn_engine *board, *ideal; /* behind the board; all of the model */
  r2nn_refit_rows rows;       /* what came of all clips */
  uint32_t n_room;
  bool *ideal_right; /* [n_clips] */
} refit_play;

/* Measure the board (all is the caller's to free), then play all clips of data to it. R2NN_BAD_DATA: it has troubles, cannot be
 * reached, or runs at another rate than a multiple of the recordings'. Free it in any case. */
r2nn_status refit_play_all(refit_play *self, setup *wiring, measurement *all, r2nn_error *error);
void refit_play_free(refit_play *self);

#endif
