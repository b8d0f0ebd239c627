/* How fast whole clips are judged, reading included, against reading and transforming them once by FFTW. */
#include "audio/file.h"
#include "bench/clock.h"
#include "bench/figures.h"
#include "sort.h"
#include "stream.h"

#include <fftw3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RATE_HZ = 16000, CLIPS = 64, MOST_ROUNDS = 31 };

typedef struct plain {
  fftw_plan plan;
  double *row, *transform; /* [RATE_HZ + 2] */
  float *samples;          /* [RATE_HZ] */
} plain;

static void path_of(const char *folder, uint32_t clip, char *path, size_t size) {
  snprintf(path, size, "%s/clip-%u", folder, clip);
}

static bool plain_begin(plain *self) {
  *self = (plain){
      .row = fftw_alloc_real(RATE_HZ), .transform = fftw_alloc_real(RATE_HZ + 2), .samples = fftw_malloc(RATE_HZ * sizeof(float))};
  if (!self->row || !self->transform || !self->samples) return false;
  self->plan = fftw_plan_dft_r2c_1d(RATE_HZ, self->row, (fftw_complex *)self->transform, FFTW_ESTIMATE | FFTW_DESTROY_INPUT);
  return self->plan != NULL;
}

static void plain_free(plain *self) {
  if (self->plan) fftw_destroy_plan(self->plan);
  fftw_free(self->row);
  fftw_free(self->transform);
  fftw_free(self->samples);
}

/* Read and transform a clip: what cannot be done in less. */
static r2nn_status plain_run(plain *self, const char *path, r2nn_error *error) {
  audio_file *file;
  audio_info info;
  uint32_t done = 0;
  r2nn_status status = audio_open(path, NULL, &file, &info, error);
  if (status != R2NN_OK) return status;
  for (uint32_t n = 1; n > 0; done += n) n = audio_read(file, self->samples + done, RATE_HZ - done);
  audio_close(file);
  for (uint32_t t = 0; t < RATE_HZ; t++) self->row[t] = (double)self->samples[t];
  fftw_execute(self->plan);
  return R2NN_OK;
}

static void ignore(void *context, double rate_hz, const r2nn_decision *decision) {
  (void)context;
  (void)rate_hz;
  (void)decision;
}

/* Microseconds a clip for all of them. */
static r2nn_status time_clips(const char *folder, plain *with, stream *engine, double *us, r2nn_error *error) {
  r2nn_status status = R2NN_OK;
  char path[256];
  stream_result result;
  double begun_s = worked_s();
  for (uint32_t i = 0; status == R2NN_OK && i < CLIPS; i++) {
    path_of(folder, i, path, sizeof path);
    status = with ? plain_run(with, path, error) : stream_file(engine, path, ignore, NULL, NULL, &result, error);
  }
  *us = 1e6 * (worked_s() - begun_s) / CLIPS;
  return status;
}

static double median(double *values, uint32_t n) {
  sort_values(values, n);
  return values[n / 2];
}

static r2nn_status time_rounds(const char *folder, plain *with, stream *by_spectrum, stream *run, uint32_t n_rounds,
                               bench_clips *self, r2nn_error *error) {
  double plain_us[MOST_ROUNDS], spectrum_us[MOST_ROUNDS], run_us[MOST_ROUNDS], ratios[MOST_ROUNDS];
  r2nn_status status = R2NN_OK;
  for (uint32_t round = 0; round <= n_rounds; round++) { /* the first warms up */
    uint32_t slot = round ? round - 1 : 0;
    status = time_clips(folder, with, NULL, &plain_us[slot], error);
    if (status == R2NN_OK) status = time_clips(folder, NULL, by_spectrum, &spectrum_us[slot], error);
    if (status == R2NN_OK && round % 4 == 0) status = time_clips(folder, NULL, run, &run_us[slot / 4], error);
    if (status != R2NN_OK) return status;
    ratios[slot] = spectrum_us[slot] / plain_us[slot];
  }
  *self = (bench_clips){.read_us = median(plain_us, n_rounds),
                        .spectrum_us = median(spectrum_us, n_rounds),
                        .run_us = median(run_us, n_rounds / 4 ? n_rounds / 4 : 1),
                        .ratio = median(ratios, n_rounds)};
  return R2NN_OK;
}

r2nn_status bench_measure_clips(const r2nn_model *model, const char *folder, bool quick, bench_clips *self, r2nn_error *error) {
  char path[256];
  plain with;
  stream by_spectrum = {0}, run = {0};
  r2nn_readout readout = model->readout;
  readout.mode = R2NN_MODE_FILE;
  uint32_t n_written = 0;
  r2nn_status status = plain_begin(&with) ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = stream_begin(&by_spectrum, model, &readout, NULL, error);
  if (status == R2NN_OK) status = stream_begin(&run, model, &readout, NULL, error);
  r2nn_engine_def def = stream_engine_def(&run, RATE_HZ);
  if (status == R2NN_OK) by_spectrum.by_spectrum = wholes_new(model, &def, STREAM_TAIL_S);
  if (status == R2NN_OK && !by_spectrum.by_spectrum) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  while (status == R2NN_OK && n_written < CLIPS) {
    path_of(folder, n_written, path, sizeof path);
    status = bench_write_noise(path, "WAV", RATE_HZ, 1, error);
    if (status == R2NN_OK) n_written++;
  }
  if (status == R2NN_OK) status = time_rounds(folder, &with, &by_spectrum, &run, quick ? 5 : MOST_ROUNDS, self, error);
  while (n_written > 0) {
    path_of(folder, --n_written, path, sizeof path);
    unlink(path);
  }
  wholes_free(by_spectrum.by_spectrum);
  stream_free(&by_spectrum);
  stream_free(&run);
  plain_free(&with);
  return status;
}
