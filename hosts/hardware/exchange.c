/* Play these samples and hear those. */
#include "hardware/exchange.h"

#include "interrupt.h"
#include "progress.h"
#include "say.h"

#include <stdlib.h>
#include <unistd.h>

enum { MOST_TRIES = 3, PERIOD_US = 4000, STILL_PERIODS = 1250 }; /* 5 s without a cycle: there will be none */

r2nn_status exchange_open(exchange *self, setup *wiring, uint32_t n_channels, uint32_t n_outputs, r2nn_error *error) {
  duplex_def *def = calloc(1, sizeof *def);
  *self = (exchange){.kind = wiring->kind};
  r2nn_status status =
      def ? setup_wire(wiring, n_channels, n_outputs, def, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = self->kind->open(def, &self->host, error);
  if (status == R2NN_OK) {
    self->rate_hz = self->kind->rate(self->host);
    self->n_in = def->n_in;
    self->n_out = def->n_out;
    self->loopback = n_outputs;
    for (uint32_t k = 0; k < wiring->inverted.n_channels; k++) self->is_inverted[wiring->inverted.channels[k]] = true;
    interrupt_watch();
    status = self->kind->start(self->host, exchange_process, self, error);
  }
  free(def);
  if (status != R2NN_OK) exchange_close(self);
  return status;
}

void exchange_close(exchange *self) {
  if (self->host) self->kind->close(self->host);
  self->host = NULL;
}

/* Wait a little for the audio thread; false: it comes no more. */
static bool waits(exchange *self, const char **reason) {
  uint32_t n = atomic_load(&self->n_cycles);
  usleep(PERIOD_US);
  if (self->kind->is_gone(self->host, reason)) return false;
  self->n_still = atomic_load(&self->n_cycles) == n ? self->n_still + 1 : 0;
  *reason = "it has not called for 5 s";
  return self->n_still < STILL_PERIODS;
}

void exchange_set(exchange *self, const exchange_job *job) {
  const char *reason;
  uint32_t before = atomic_load(&self->n_cycles);
  atomic_store(&self->job, job);
  /* one cycle may have begun with what was there before */
  while (atomic_load(&self->n_cycles) - before < 2 && waits(self, &reason)) continue;
}

static r2nn_status wait_for(exchange *self, const char *what, exchange_piece *piece, r2nn_error *error) {
  const char *reason = NULL;
  for (uint32_t at = 0; (at = atomic_load(&piece->at)) < piece->n_frames;) {
    if (what) progress_show(what, (double)at / piece->n_frames);
    bool is_there = waits(self, &reason);
    if (interrupt_read().stop) return r2nn_fail(error, R2NN_BAD_DATA, "stopped before it was done");
    if (!is_there)
      return r2nn_fail(error, R2NN_BAD_DATA, "%s has gone away%s%.200s", self->kind->name, reason ? ": " : "",
                       reason ? reason : "");
  }
  return R2NN_OK;
}

static void turn_back(const exchange *self, float *in, uint32_t n_frames) {
  for (uint32_t o = 0; o < self->loopback; o++)
    for (uint32_t t = 0; t < n_frames && self->is_inverted[o]; t++) in[(size_t)o * n_frames + t] = -in[(size_t)o * n_frames + t];
}

r2nn_status exchange_run(exchange *self, const char *what, const float *play, float *in, uint32_t n_frames, r2nn_error *error) {
  for (int tries = 0; tries < MOST_TRIES; tries++) {
    exchange_piece piece = {.play = play, .in = in, .n_in = self->n_in, .n_out = self->n_out, .n_frames = n_frames};
    exchange_job job = {exchange_play, &piece};
    uint32_t before = self->kind->n_breaks(self->host);
    exchange_set(self, &job);
    r2nn_status status = wait_for(self, what, &piece, error);
    exchange_set(self, NULL);
    if (what) progress_end();
    turn_back(self, in, n_frames);
    if (status != R2NN_OK || self->kind->n_breaks(self->host) == before) return status;
  }
  say_warning("%s was late %d times in a row; what follows may be wrong: give it longer periods", self->kind->name, MOST_TRIES);
  return R2NN_OK;
}
