/* Makes the program that a live stream goes on with; in a thread of its own, for it takes up to a second. */
#ifndef HOSTS_LIVE_LOADER_H
#define HOSTS_LIVE_LOADER_H

#include "live/program.h"
#include "live/settings.h"

#include <pthread.h>
#include <stdatomic.h>

/* How many channels the model takes, before any device is opened. False: said why it cannot be read. Main thread. */
bool live_model_channels(const char *name, uint32_t *n_channels);

/* Read a model and make it ready to run at rate_hz, here and now. */
r2nn_status live_program_load(const live_settings *settings, const char *name, double rate_hz, live_program **program,
                              r2nn_error *error);

/* All zero but settings at the start. Main thread. */
typedef struct live_loader {
  const live_settings *settings;
  bool is_busy;
  _Atomic bool is_done; /* set by the thread, last */
  char *name, *next;    /* owned: what is being read; what was wished for meanwhile, NULL for nothing */
  uint64_t wish, next_wish;
  double rate_hz;
  live_program *program; /* NULL: failed, error says why */
  r2nn_error error;
  pthread_t thread;
} live_loader;

/* Begin to read name, or remember it until what is being read is done: the last wish counts. False: no memory or no thread. */
bool live_loader_begin(live_loader *self, const char *name, double rate_hz, uint64_t wish);

/* Is something done? Then the program is the caller's, NULL if it failed, and name and error stay until the next call of begin. */
bool live_loader_take(live_loader *self, live_program **program);

/* Wait for the thread and forget what it made. */
void live_loader_end(live_loader *self);

#endif
