/* What a live stream is made of, for the files that are its main thread's side: live.c makes it, model.c changes its model, news.c
 * tells the sinks what the audio thread says. */
#ifndef HOSTS_LIVE_STREAM_H
#define HOSTS_LIVE_STREAM_H

#include "live/live.h"
#include "live/loader.h"
#include "live/sinks.h"

#include <stdatomic.h>

struct live {
  const live_settings *settings;
  const char *source;
  char *model_name; /* owned: of the newest program */
  live_loader loader;
  uint64_t n_wishes;   /* for models */
  live_process *audio; /* owned */
  void *ring_memory, *exchange_memory;
  live_program *newest; /* of the offered or running programs: the last that was offered */
  double origin_s;
  live_view view;
  float *scores; /* [max_classes], the view's */
  live_alert alerts[LIVE_MAX_ALERTS];
  live_sinks_open sinks;
  double beat_s; /* s of stream: the next heartbeat */
  _Atomic uint32_t n_xruns, n_lost_frames;
  live_counters told; /* what of the counters has been said, */
  double told_s;      /* and when, by the clock */
  bool is_stopped;
  int code;
};

/* Hand an event to all sinks. more: what it has besides kind and time_s; NULL: nothing. */
void live_tell(live *self, live_event_kind kind, double time_s, const live_event *more);

/* Take one thing that the audio thread has said. */
void live_take(live *self, const live_record *record);

/* Say what went wrong since, at most once a second. */
void live_tell_troubles(live *self);

/* Another program is running: show its classes, and say which alerts will never come. */
void live_show_program(live *self, const live_program *program);

/* The audio thread goes on with another program. */
void live_take_swap(live *self, const live_record *record);

/* Offer the audio thread a model that was read since. */
void live_take_loaded(live *self);

#endif
