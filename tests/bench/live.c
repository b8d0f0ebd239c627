/* How much of a core live streams take: N of them side by side, 48 kHz, periods of 64 frames; the mean and the worst period in
 * processor time of the thread, and how many periods came too late by the clock, with all that the machine did besides. Usage: live
 * [MODEL [N [SECONDS]]] */
#include "live/live.h"

#include "live/sink.h"
#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PERIOD = 64, RATE = 48000, MAX_STREAMS = 64 };

static double worked_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int argc, char **argv) {
  static const char *const formats[] = {"csv"};
  const char *model = argc > 1 ? argv[1] : "digits";
  uint32_t n = argc > 2 ? (uint32_t)atoi(argv[2]) : 10, seconds = argc > 3 ? (uint32_t)atoi(argv[3]) : 10;
  live_settings settings = {.common = {.format = 0, .formats = formats, .n_formats = 1, .model = model}, .when = DECIDING_DEFAULT};
  live *streams[MAX_STREAMS] = {NULL};
  float in[PERIOD];
  if (n > MAX_STREAMS || !freopen("/dev/null", "w", stdout)) return 2;
  for (uint32_t i = 0; i < n; i++) {
    r2nn_error error = {""};
    if (live_new(&settings, "bench", RATE, &streams[i], &error) != R2NN_OK) {
      fprintf(stderr, "%s\n", error.text);
      return 1;
    }
    if (live_audio(streams[i])->player.program->n_channels != 1) return 2;
  }
  double all_s = 0, worst_s = 0, budget_s = (double)PERIOD / RATE;
  uint32_t n_late = 0, n_periods = seconds * RATE / PERIOD, noise = 1;
  for (uint32_t p = 0; p < n_periods; p++) {
    for (int t = 0; t < PERIOD; t++) { /* bursts of noise, half of the time: events */
      noise = noise * 1664525 + 1013904223;
      in[t] = p / 400 % 2 ? 0.3f * (float)(int32_t)noise / 2147483648.0f : 0;
    }
    double begun_s = progress_clock(), before_s = worked_s();
    for (uint32_t i = 0; i < n; i++) live_process_planar(live_audio(streams[i]), (const float *const[]){in}, PERIOD);
    double took_s = worked_s() - before_s;
    all_s += took_s;
    worst_s = fmax(worst_s, took_s);
    n_late += progress_clock() - begun_s > budget_s;
    for (uint32_t i = 0; i < n; i++) live_pump(streams[i]);
  }
  fprintf(stderr, "%u streams of %s: %.1f %% of a core; worst period %.3f ms of %.3f, %u of %u late by the clock\n", n, model,
          100 * all_s / (n_periods * budget_s), 1e3 * worst_s, 1e3 * budget_s, n_late, n_periods);
  for (uint32_t i = 0; i < n; i++) live_free(streams[i]);
  return 0;
}
