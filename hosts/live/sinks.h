/* The sinks that are open in a live stream. */
#ifndef HOSTS_LIVE_SINKS_H
#define HOSTS_LIVE_SINKS_H

#include "live/live.h"
#include "live/sink.h"

typedef struct live_sinks_open {
  struct {
    const live_sink *kind;
    void *sink;
  } open[LIVE_MAX_SINKS + 1];
  uint32_t n_open;
} live_sinks_open;

/* Open what the settings ask for, standard output first. Ends with live_sinks_end() in any case. */
r2nn_status live_sinks_begin(live_sinks_open *self, live *of, const live_settings *settings, r2nn_error *error);
void live_sinks_hear(const live_sinks_open *self, const live_event *event);
bool live_sinks_tick(const live_sinks_open *self, const live_view *view, r2nn_error *error);
uint32_t live_sinks_watch(const live_sinks_open *self, struct pollfd *fds);

/* Close all; the first error. */
r2nn_status live_sinks_close(live_sinks_open *self, r2nn_error *error);
void live_sinks_end(live_sinks_open *self);

/* The parts of live_run(). */
uint32_t live_watch(const live *self, struct pollfd *fds); /* into fds [LIVE_MAX_SINKS + 1]; how many */
bool live_is_stopped(const live *self);
int live_end(live *self); /* the audio thread has ended: the last decisions, then the sinks; the exit code */

#endif
