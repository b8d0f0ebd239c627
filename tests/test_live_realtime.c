/* A whole run with all sinks on and a new model ten times a second, the audio thread under a trap: it may not allocate, lock, or
 * call the system. ctest-labels: threads data */
#include "digits.h"
#include "live/live.h"
#include "live/sink.h"
#include "say.h"
#include "trap.h"

typedef struct feed {
  live *to;
  const float *row;
  size_t n;
  double rate;
  _Atomic bool is_done, is_deaf; /* is_deaf: no filter could be set */
} feed;

/* The audio thread, in real time; it cannot even end. */
static void *run_feed(void *argument) {
  feed *self = argument;
  double begun_s = now_s();
  if (!forbid_system_calls()) atomic_store(&self->is_deaf, true);
  is_audio = true;
  for (size_t at = 0; at + 64 <= self->n; at += 64) {
    while (now_s() - begun_s < (double)at / self->rate) {
    }
    live_process_planar(live_audio(self->to), (const float *const[]){self->row + at}, 64);
  }
  atomic_store(&self->is_done, true);
  while (atomic_load(&self->is_done)) {
  }
  return NULL;
}

static void tick(void *context, live *self) {
  static double last_s;
  feed *from = context;
  double stream_s = live_look(self)->time_s;
  if (stream_s - last_s >= 0.1) {
    last_s = stream_s;
    if (!live_load(self, NULL)) live_stop(self, 1);
  }
  if (atomic_load(&from->is_done)) live_stop(self, 0);
}

static const live_sink *sink_of(const char *name) {
  for (uint32_t i = 0; i < n_live_sinks; i++)
    if (strcmp(live_sinks[i]->name, name) == 0) return live_sinks[i];
  return NULL;
}

int main(void) {
  static const char *const formats[] = {"text", "json", "csv", "audacity"};
  char folder[] = "/tmp/r2nn-test-XXXXXX", command[64];
  if (!is_trapped) {
    printf("skipped: a sanitizer has its own memory, or this is no glibc\n");
    return 77;
  }
  digits data = digits_read();
  feed from = {.rate = data.set.clips[0].rate_hz};
  for (uint32_t i = 0; i < 10; i++) from.n += data.set.clips[i].n_frames + 8000;
  float *row = calloc(from.n, sizeof *row), *at = row;
  for (uint32_t i = 0; i < 10; i++) {
    memcpy(at + 8000, data.set.clips[i].samples, data.set.clips[i].n_frames * sizeof *row);
    at += 8000 + data.set.clips[i].n_frames;
  }
  from.row = row;
  if (!mkdtemp(folder) || chdir(folder) != 0) return 1;
  live_settings settings = {.common = {.format = 0, .formats = formats, .n_formats = 4, .model = "vowels", .window_s = 0.1},
                            .when = DECIDING_DEFAULT,
                            .alerts = {{.class_name = "unknown"}},
                            .n_alerts = 1,
                            .heartbeat_s = 1,
                            .sinks = {{&live_sink_writer, "day.csv"},
                                      {&live_sink_writer, "day.jsonl"},
                                      {&live_sink_writer, "audacity:day.txt"},
                                      {sink_of("exec"), "true {class}"}},
                            .n_sinks = 4};
  r2nn_error error = {""};
  pthread_t audio;
  say_quiet(true);
  if (live_new(&settings, "test", from.rate, &from.to, &error) != R2NN_OK) {
    printf("%s\n", error.text);
    return 1;
  }
  if (pthread_create(&audio, NULL, run_feed, &from) != 0) return 1;
  live_host host = {.tick = tick, .context = &from};
  int code = live_run(from.to, &host);
  const live_counters *n = &live_look(from.to)->counters;
  printf("%llu decisions, %llu models, %u forbidden calls%s\n", (unsigned long long)n->n_decisions, (unsigned long long)n->n_swaps,
         atomic_load(&n_calls), atomic_load(&from.is_deaf) ? ", system calls not watched" : "");
  uint64_t n_seconds = (uint64_t)((double)from.n / from.rate);
  bool is_right = code == 0 && n->n_decisions >= 9 * n_seconds && n->n_swaps > 2 * n_seconds && n->n_lost_records == 0 &&
                  atomic_load(&n_calls) == 0;
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (chdir("/") != 0 || system(command) != 0) is_right = false;
  fflush(stdout);
  _exit(is_right ? 0 : 1);
}
