/* How fast sound files are decided, reading included: noise, second by second, by the preset "vowels". */
#include "audio/wav.h"
#include "bench/clock.h"
#include "bench/figures.h"
#include "bench/noise.h"
#include "model_file.h"
#include "progress.h"
#include "stream.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
  double rate_hz;
  const char *format;
} kinds[BENCH_FILES] = {{16000, "WAV"}, {16000, "FLAC"}, {48000, "WAV"}, {48000, "FLAC"}};

static void ignore(void *context, double rate_hz, const r2nn_decision *decision) {
  (void)context;
  (void)rate_hz;
  (void)decision;
}

r2nn_status bench_write_noise(const char *path, const char *format, double rate_hz, uint32_t seconds, r2nn_error *error) {
  uint32_t n = seconds * (uint32_t)rate_hz;
  uint64_t state = 1;
  output out = {0};
  float *noise = malloc(sizeof *noise * n);
  r2nn_status status = noise ? output_open(&out, path, true, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) {
    noise_fill(noise, n, &state);
    status = (strcmp(format, "FLAC") == 0 ? flac_write : wav_write)(&out, noise, n, 1, rate_hz, error);
  }
  if (status == R2NN_OK) status = output_commit(&out, error);
  output_discard(&out);
  free(noise);
  return status;
}

static r2nn_status measure(const r2nn_model *model, const char *folder, uint32_t kind, uint32_t seconds, bench_file *figures,
                           r2nn_error *error) {
  char path[256];
  r2nn_readout readout = model->readout;
  readout.mode = R2NN_MODE_WINDOW;
  readout.window_s = readout.hop_s = 1;
  stream engine;
  stream_result result;
  *figures = (bench_file){.rate_hz = kinds[kind].rate_hz, .format = kinds[kind].format};
  snprintf(path, sizeof path, "%s/%u", folder, kind);
  r2nn_status status = bench_write_noise(path, figures->format, figures->rate_hz, seconds, error);
  if (status == R2NN_OK) status = stream_begin(&engine, model, &readout, NULL, error);
  if (status == R2NN_OK) {
    double begun_s = 0, best_s = (double)INFINITY;
    for (int round = 0; status == R2NN_OK && round < 4; round++) { /* the first makes the engine */
      begun_s = worked_s();
      status = stream_file(&engine, path, ignore, NULL, NULL, &result, error);
      if (round) best_s = fmin(best_s, worked_s() - begun_s);
    }
    figures->times_real = seconds / best_s;
    stream_free(&engine);
  }
  unlink(path);
  return status;
}

r2nn_status bench_measure_files(bool quick, bench_figures *figures, r2nn_error *error) {
  const char *place = getenv("TMPDIR");
  char folder[128];
  r2nn_model *model = NULL;
  if (snprintf(folder, sizeof folder, "%s/r2nn-bench-XXXXXX", place && place[0] ? place : "/tmp") >= (int)sizeof folder ||
      !mkdtemp(folder))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: cannot make a folder for sound files there; TMPDIR names another place",
                     folder);
  r2nn_status status = model_file_read("vowels", &model, error);
  for (uint32_t kind = 0; status == R2NN_OK && kind < BENCH_FILES; kind++) {
    progress_show("sound files", (double)kind / BENCH_FILES);
    status = measure(model, folder, kind, quick ? 10 : BENCH_FILE_S, &figures->files[kind], error);
  }
  if (status == R2NN_OK) status = bench_measure_clips(model, folder, quick, &figures->clips, error);
  progress_end();
  rmdir(folder);
  r2nn_model_free(model);
  return status;
}
