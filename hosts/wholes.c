/* Clips judged by their spectra. */
#include "wholes.h"

#include <pthread.h>
#include <stdlib.h>

/* Clips of one rate from the shortest to the longest. */
typedef struct kind {
  double rate_hz;
  uint64_t n_least, n_most; /* frames */
  r2nn_whole *whole;        /* NULL: there can be none */
} kind;

struct wholes {
  const r2nn_model *model;
  r2nn_engine_def def;
  double max_tail_s;
  pthread_mutex_t lock;
  uint32_t n;
  kind made[WHOLES_MOST]; /* [n] */
};

wholes *wholes_new(const r2nn_model *model, const r2nn_engine_def *def, double max_tail_s) {
  wholes *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->model = model;
  self->def = *def;
  self->max_tail_s = max_tail_s;
  pthread_mutex_init(&self->lock, NULL);
  return self;
}

/* Making a spectrum's weights takes as long as running some twenty clips, and a set may be of a dozen lengths. */
enum { CLIPS_WORTH_IT = 400 };

r2nn_status wholes_for(const r2nn_model *model, const r2nn_engine_def *def, double max_tail_s, uint32_t n_clips, wholes **self,
                       r2nn_error *error) {
  *self = NULL;
  if (n_clips < CLIPS_WORTH_IT || !r2nn_whole_fits(model, def)) return R2NN_OK;
  *self = wholes_new(model, def, max_tail_s);
  return *self ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
}

void wholes_free(wholes *self) {
  if (!self) return;
  for (uint32_t i = 0; i < self->n; i++) r2nn_whole_free(self->made[i].whole);
  pthread_mutex_destroy(&self->lock);
  free(self);
}

/* Called with the lock held. */
static r2nn_whole *make(wholes *self, double rate_hz, uint64_t n_frames) {
  r2nn_error error = {""};
  r2nn_whole *whole = NULL;
  r2nn_engine_def def = self->def;
  def.rate_hz = rate_hz;
  /* What cannot be made, for its length or its ring, is no error: the engine does it. */
  if (r2nn_whole_new(self->model, &def, n_frames, self->max_tail_s, &whole, &error) != R2NN_OK) whole = NULL;
  kind *made = &self->made[self->n++];
  *made = (kind){.rate_hz = rate_hz, .n_least = n_frames, .n_most = UINT64_MAX, .whole = whole};
  if (whole) made->n_most = r2nn_whole_frames(whole, &made->n_least);
  return whole;
}

const r2nn_whole *wholes_at(wholes *self, double rate_hz, uint64_t n_frames) {
  if (n_frames == 0) return NULL;
  r2nn_whole *whole = NULL;
  pthread_mutex_lock(&self->lock);
  uint32_t i = 0;
  while (i < self->n && (self->made[i].rate_hz != rate_hz || n_frames < self->made[i].n_least || n_frames > self->made[i].n_most))
    i++;
  if (i < self->n)
    whole = self->made[i].whole;
  else if (i < WHOLES_MOST)
    whole = make(self, rate_hz, n_frames);
  pthread_mutex_unlock(&self->lock);
  return whole;
}

r2nn_status wholes_room_at(wholes_room *self, const r2nn_whole *whole, uint32_t n_channels, r2nn_hall **hall, r2nn_error *error) {
  uint64_t n_values = r2nn_whole_frames(whole, NULL) * n_channels;
  if (n_values > self->n_values) {
    free(self->samples);
    self->samples = malloc(n_values * sizeof *self->samples);
    self->n_values = self->samples ? n_values : 0;
    if (!self->samples) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a recording");
  }
  for (uint32_t i = 0; i < self->n_halls; i++)
    if (self->halls[i].whole == whole) {
      *hall = self->halls[i].hall;
      return R2NN_OK;
    }
  r2nn_status status = r2nn_hall_new(whole, hall, error);
  if (status != R2NN_OK) return status;
  self->halls[self->n_halls].whole = whole;
  self->halls[self->n_halls++].hall = *hall;
  return R2NN_OK;
}

void wholes_room_free(wholes_room *self) {
  for (uint32_t i = 0; i < self->n_halls; i++) r2nn_hall_free(self->halls[i].hall);
  free(self->samples);
  *self = (wholes_room){0};
}
