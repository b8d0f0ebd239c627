/* A whole run with all sinks on and a new model ten times a second of sound, the audio thread under a trap: it may not allocate,
 * lock, or call the system. ctest-labels: threads data */
#include "digits.h"
#include "live/live.h"
#include "live/sink.h"
#include "say.h"
#include "trap.h"

enum { BLOCK = 64 };
static const double swap_every_s = 0.1, patience_s = 30;

/* The row is heard in real time. Every 0.1 s of it the audio thread wishes for a model; where the one before has not come by then
 * it hears silence instead until it has, so that a busy machine takes longer but swaps as often. */
typedef struct feed {
  live *to;
  const float *row;
  size_t n;
  double rate;
  _Atomic uint32_t n_wished, n_taken; /* models */
  uint32_t n_asked;                   /* of n_wished, by the main thread */
  _Atomic uint32_t n_silent;          /* blocks */
  _Atomic bool is_done, is_deaf;      /* is_deaf: no filter could be set */
} feed;

static void hear(feed *self, const float *block) {
  static double next_s;
  while (now_s() < next_s) {
  }
  next_s = fmax(next_s, now_s() - 0.1) + BLOCK / self->rate;
  live_process_planar(live_audio(self->to), (const float *const[]){block}, BLOCK);
}

/* Until the model that was wished for has come, or never will. */
static bool hear_silence(feed *self) {
  static const float silence[BLOCK];
  uint32_t most = (uint32_t)(patience_s * self->rate / BLOCK);
  for (uint32_t i = 0; atomic_load(&self->n_taken) < atomic_load(&self->n_wished) && i < most; i++) {
    hear(self, silence);
    atomic_fetch_add(&self->n_silent, 1);
  }
  return atomic_load(&self->n_taken) == atomic_load(&self->n_wished);
}

/* The audio thread; it cannot even end. */
static void *run_feed(void *argument) {
  feed *self = argument;
  double swap_at = 0;
  bool goes_on = true;
  if (!forbid_system_calls()) atomic_store(&self->is_deaf, true);
  is_audio = true;
  for (size_t at = 0; at + BLOCK <= self->n && goes_on; at += BLOCK) {
    if ((double)at >= swap_at) {
      goes_on = hear_silence(self);
      atomic_fetch_add(&self->n_wished, 1);
      swap_at += swap_every_s * self->rate;
    }
    hear(self, self->row + at);
  }
  hear_silence(self);
  atomic_store(&self->is_done, true);
  while (atomic_load(&self->is_done)) {
  }
  return NULL;
}

static void tick(void *context, live *self) {
  feed *from = context;
  atomic_store(&from->n_taken, (uint32_t)live_look(self)->counters.n_swaps);
  if (from->n_asked < atomic_load(&from->n_wished)) {
    from->n_asked++;
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
  live_settings settings = {.common = {.format = 0, .formats = formats, .n_formats = 4, .model = "digits", .window_s = 0.05},
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
  uint32_t n_wished = atomic_load(&from.n_wished);
  double row_s = (double)from.n / from.rate;
  printf("%.1f s: %llu decisions, %u models wished for, %llu begun, waited for them %.2f s; %u forbidden calls%s\n", row_s,
         (unsigned long long)n->n_decisions, n_wished, (unsigned long long)n->n_swaps,
         atomic_load(&from.n_silent) * BLOCK / from.rate, atomic_load(&n_calls),
         atomic_load(&from.is_deaf) ? ", system calls not watched" : "");
  bool is_right = code == 0 && (double)n->n_decisions >= 18 * row_s && n_wished >= 10 * row_s - 1 && n->n_swaps == n_wished &&
                  n->n_lost_records == 0 && atomic_load(&n_calls) == 0;
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (chdir("/") != 0 || system(command) != 0) is_right = false;
  fflush(stdout);
  _exit(is_right ? 0 : 1);
}
