/* A row of samples played into a live stream by a thread of its own. */
#ifndef R2NN_TESTS_LIVE_FEED_H
#define R2NN_TESTS_LIVE_FEED_H

#include "live/live.h"
#include "live/sink.h"
#include "row.h"

#include <pthread.h>
#include <stdatomic.h>

enum { FEED_BLOCK = 64, FEED_MAX_DECISIONS = 256 };

typedef struct feed {
  const float *row;
  size_t n;
  double speed;                                                /* 1: in real time */
  void (*tick)(void *context, struct live *to, double time_s); /* on the main thread; NULL allowed */
  void *context;
  live *to;
  _Atomic size_t at;
  _Atomic bool is_done;
} feed;

/* The audio thread. */
static inline void *feed_play(void *argument) {
  feed *self = argument;
  for (size_t at = 0; at < self->n; at += FEED_BLOCK) {
    uint32_t some = self->n - at < FEED_BLOCK ? (uint32_t)(self->n - at) : FEED_BLOCK;
    while (!live_process_has_room(live_audio(self->to))) usleep(100);
    live_process_planar(live_audio(self->to), (const float *const[]){self->row + at}, some);
    atomic_store(&self->at, at);
    usleep((useconds_t)(1e6 * FEED_BLOCK / ROW_RATE_HZ / self->speed));
  }
  atomic_store(&self->is_done, true);
  return NULL;
}

static inline void feed_tick(void *context, live *to) {
  feed *self = context;
  if (self->tick) self->tick(self->context, to, (double)atomic_load(&self->at) / ROW_RATE_HZ);
  if (atomic_load(&self->is_done)) live_stop(to, 0);
}

/* Play the row into a stream "test:unit" with n_sinks sinks; the exit code of the run. */
static inline int feed_run(feed *self, const live_wish *sinks, uint32_t n_sinks) {
  static const char *const formats[] = {"csv"};
  live_settings settings = {.common = {.format = 0, .formats = formats, .n_formats = 1, .model = "digits"},
                            .when = DECIDING_DEFAULT,
                            .n_sinks = n_sinks,
                            .heartbeat_s = 1};
  r2nn_error error = {""};
  pthread_t audio;
  char alert[] = "0";
  assert_true(live_alert_parse(alert, &settings.alerts[settings.n_alerts++], &error));
  memcpy(settings.sinks, sinks, n_sinks * sizeof *sinks);
  if (live_new(&settings, "test:unit", ROW_RATE_HZ, &self->to, &error) != R2NN_OK) fail_msg("%s", error.text);
  assert_int_equal(pthread_create(&audio, NULL, feed_play, self), 0);
  int code = live_run(self->to, &(live_host){.tick = feed_tick, .context = self});
  pthread_join(audio, NULL);
  assert_int_equal(live_look(self->to)->counters.n_lost_records, 0);
  live_free(self->to);
  return code;
}

#endif
