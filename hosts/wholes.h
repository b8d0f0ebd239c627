/* Clips judged by their spectra (r2nn/whole.h): one a rate and length met, made as they are needed and shared by threads. */
#ifndef HOSTS_WHOLES_H
#define HOSTS_WHOLES_H

#include "r2nn/whole.h"

enum { WHOLES_MOST = 64 }; /* rates and lengths; clips of any others are run */

typedef struct wholes wholes;

/* For engines as def asks for, at any rate; def's and the model's memory must outlive it. NULL if memory is short. */
wholes *wholes_new(const r2nn_model *model, const r2nn_engine_def *def, double max_tail_s);
/* The same for n_clips if that is quicker than to run them and gives what the engine would; *self NULL: it is not. R2NN_NO_MEMORY.
 */
r2nn_status wholes_for(const r2nn_model *model, const r2nn_engine_def *def, double max_tail_s, uint32_t n_clips, wholes **self,
                       r2nn_error *error);
void wholes_free(wholes *self); /* NULL allowed */

/* The one for a clip of n_frames, which depends on its length and rate alone; NULL: run it sample by sample. It stays until
 * wholes_free(). Any thread. */
const r2nn_whole *wholes_at(wholes *self, double rate_hz, uint64_t n_frames);

/* What one thread works in; all zeros to begin. */
typedef struct wholes_room {
  float *samples; /* [n_values] */
  uint64_t n_values;
  uint32_t n_halls;
  struct {
    const r2nn_whole *whole;
    r2nn_hall *hall;
  } halls[WHOLES_MOST];
} wholes_room;

/* Room for a clip of the longest kind: samples and the hall. R2NN_NO_MEMORY. */
r2nn_status wholes_room_at(wholes_room *self, const r2nn_whole *whole, uint32_t n_channels, r2nn_hall **hall, r2nn_error *error);
void wholes_room_free(wholes_room *self);

#endif
