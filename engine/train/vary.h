/* Clips as a cascade is trained on them: varied at random, AC-coupled, in rows. */
#ifndef R2NN_TRAIN_VARY_H
#define R2NN_TRAIN_VARY_H

#include "rt/random.h"
#include "train/recipe.h"

/* A clip's samples channel by channel. */
typedef struct r2nn_rows {
  uint32_t n_frames;
  double rate_hz; /* other than the clip's where it is played faster or slower */
  double *x;      /* [n_channels][n_frames] V */
  size_t n_space;
} r2nn_rows;

/* Room for count values, which is kept for the next clip; what was there is lost. false if memory is short. */
bool r2nn_rows_room(r2nn_rows *rows, size_t count);

/* The clip varied as the recipe says with draws from random (NULL: as it is), through the recipe's drive. false if memory is short.
 */
bool r2nn_vary(const r2nn_recipe *recipe, const r2nn_clip *clip, uint32_t n_channels, r2nn_random *random, r2nn_rows *rows);

#endif
