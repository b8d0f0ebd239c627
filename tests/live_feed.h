/* Spoken digits played into a live stream by a thread of its own, and what r2nn classify makes of the same samples. */
#ifndef R2NN_TESTS_LIVE_FEED_H
#define R2NN_TESTS_LIVE_FEED_H

#include "digits.h"
#include "live/live.h"
#include "live/sink.h"

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>

enum { FEED_RATE_HZ = 8000, FEED_BLOCK = 64, FEED_MAX_DECISIONS = 256 };

typedef struct feed_decision {
  double start_s, end_s, score, margin;
  char name[32];
} feed_decision;

/* A decision as JSON, as classify and the live sinks write it; false if text is none. */
static inline bool feed_read_decision(const char *text, feed_decision *made) {
  json_t *object = json_loads(text, 0, NULL);
  const char *name = json_string_value(json_object_get(object, "class"));
  if (name) {
    *made =
        (feed_decision){json_real_value(json_object_get(object, "start_s")), json_real_value(json_object_get(object, "end_s")),
                        json_real_value(json_object_get(object, "score")), json_real_value(json_object_get(object, "margin")), ""};
    snprintf(made->name, sizeof made->name, "%s", name);
  }
  json_decref(object);
  return name != NULL;
}

/* n_clips test clips with a second of silence between and around. */
static inline float *feed_new_row(uint32_t n_clips, size_t *n) {
  digits data = digits_read();
  *n = FEED_RATE_HZ;
  for (uint32_t i = 0; i < n_clips; i++) *n += (size_t)data.set.clips[7 * i].n_frames + FEED_RATE_HZ;
  float *row = calloc(*n, sizeof *row), *at = row + FEED_RATE_HZ;
  for (uint32_t i = 0; i < n_clips; i++) {
    assert_true((int)data.set.clips[7 * i].rate_hz == FEED_RATE_HZ);
    memcpy(at, data.set.clips[7 * i].samples, data.set.clips[7 * i].n_frames * sizeof *row);
    at += data.set.clips[7 * i].n_frames + FEED_RATE_HZ;
  }
  digits_free(&data);
  return row;
}

/* What r2nn classify decides on the row, by way of the file path. */
static inline uint32_t feed_classify(const char *path, const float *row, size_t n, feed_decision *made) {
  static char line[65536];
  uint32_t size = (uint32_t)(n * sizeof *row), count = 0;
  const uint32_t head[11] = {0x46464952, size + 36, 0x45564157,    0x20746d66, 16,  1u << 16 | 3,
                             8000,       32000,     32u << 16 | 4, 0x61746164, size};
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  fwrite(head, sizeof head, 1, file);
  fwrite(row, sizeof *row, n, file);
  assert_int_equal(fclose(file), 0);
  snprintf(line, sizeof line, "%s classify -m digits --format json %s", getenv("R2NN"), path);
  file = popen(line, "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file) && count < FEED_MAX_DECISIONS) count += feed_read_decision(line, &made[count]);
  assert_int_equal(pclose(file), 0);
  return count;
}

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
    usleep((useconds_t)(1e6 * FEED_BLOCK / FEED_RATE_HZ / self->speed));
  }
  atomic_store(&self->is_done, true);
  return NULL;
}

static inline void feed_tick(void *context, live *to) {
  feed *self = context;
  if (self->tick) self->tick(self->context, to, (double)atomic_load(&self->at) / FEED_RATE_HZ);
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
  if (live_new(&settings, "test:unit", FEED_RATE_HZ, &self->to, &error) != R2NN_OK) fail_msg("%s", error.text);
  assert_int_equal(pthread_create(&audio, NULL, feed_play, self), 0);
  int code = live_run(self->to, &(live_host){.tick = feed_tick, .context = self});
  pthread_join(audio, NULL);
  assert_int_equal(live_look(self->to)->counters.n_lost_records, 0);
  live_free(self->to);
  return code;
}

#endif
