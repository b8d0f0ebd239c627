/* A sound card that the main thread reads. */
#include "audio/sound_queue.h"

#include "r2nn/ring.h"
#include "say.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1024, SLOT_FRAMES = 256 };

typedef struct slot {
  uint32_t n_frames;
  float in[]; /* [n_frames][n_channels] */
} slot;

struct sound_queue {
  portaudio *host;
  r2nn_ring *ring;
  uint32_t n_channels;
  void *memory; /* of the ring */
};

r2nn_status sound_queue_open(const portaudio_def *def, sound_queue **made, r2nn_error *error) {
  sound_queue *self = *made = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  r2nn_status status = portaudio_open(def, &self->host, error);
  if (status == R2NN_OK) {
    self->n_channels = portaudio_n_channels(self->host);
    size_t size = sizeof(slot) + (size_t)SLOT_FRAMES * self->n_channels * sizeof(float);
    self->memory = calloc(1, r2nn_ring_size(SLOTS, size));
    if (self->memory)
      self->ring = r2nn_ring_init(self->memory, SLOTS, size);
    else
      status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  if (status == R2NN_OK) return status;
  sound_queue_close(self);
  *made = NULL;
  return status;
}

void sound_queue_close(sound_queue *self) {
  if (!self) return;
  uint32_t n_lost = self->ring ? r2nn_ring_lost(self->ring) : 0;
  if (n_lost) say_warning("%s: %u pieces of sound were lost", portaudio_name(self->host), n_lost);
  portaudio_close(self->host);
  if (portaudio_is_stuck()) return; /* its thread may still write */
  free(self->memory);
  free(self);
}

double sound_queue_rate(const sound_queue *self) {
  return portaudio_rate(self->host);
}

uint32_t sound_queue_n_channels(const sound_queue *self) {
  return self->n_channels;
}

/* PortAudio's thread. */
static void pass_on(void *context, const float *in, uint32_t n_frames) {
  sound_queue *self = context;
  for (uint32_t n; n_frames; n_frames -= n, in += (size_t)n * self->n_channels) {
    n = n_frames < SLOT_FRAMES ? n_frames : SLOT_FRAMES;
    slot *next = r2nn_ring_reserve(self->ring);
    if (!next) continue; /* the ring counts it */
    next->n_frames = n;
    memcpy(next->in, in, (size_t)n * self->n_channels * sizeof *in);
    r2nn_ring_commit(self->ring);
  }
}

static void xrun(void *context) {
  (void)context;
}

r2nn_status sound_queue_start(sound_queue *self, r2nn_error *error) {
  return portaudio_start(self->host, pass_on, xrun, self, error);
}

r2nn_status sound_queue_read(sound_queue *self, portaudio_hear hear, void *context, r2nn_error *error) {
  for (const slot *next; (next = r2nn_ring_peek(self->ring)); r2nn_ring_release(self->ring))
    hear(context, next->in, next->n_frames);
  if (!portaudio_is_gone(self->host)) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_DATA, "%s has gone away", portaudio_name(self->host));
}
