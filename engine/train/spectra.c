/* Clips reduced once to cross-spectra on a common frequency grid: AC coupling, FFTW, shared out between grid points. */
#include "core/drive.h"
#include "train/spectral.h"

#include <assert.h>
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void r2nn_spectral_grid(uint32_t n_bins, double knee_hz, double fmax_hz, double *freq_hz) {
  assert(n_bins >= 2);
  double step = asinh(fmax_hz / knee_hz) / (n_bins - 1);
  for (uint32_t i = 0; i < n_bins; i++) freq_hz[i] = knee_hz * sinh(i * step);
  freq_hz[n_bins - 1] = fmax_hz;
}

/* One transform size; clips of like length share it. */
typedef struct sized_plan {
  uint32_t n; /* samples of a channel, even */
  fftw_plan plan;
} sized_plan;

/* What the tasks share. */
typedef struct clip_work {
  const r2nn_clip *const *clips;
  r2nn_spectra *spectra;
  double highpass_hz;
  uint32_t highpass_order;
  uint32_t n_transforms;
  sized_plan *transforms; /* [n_transforms] room for one a clip */
  uint32_t *transform_of; /* [n_clips] */
  bool *failed;           /* [n_clips] out of memory */
} clip_work;

/* The smallest 4 to 7 times a power of two that is at least twice the clip and finer than the grid's smallest step; 0: none. */
static uint32_t transform_size(const r2nn_clip *clip, double step_hz) {
  double least = fmax(2 * (double)clip->n_frames, clip->rate_hz / step_hz);
  for (uint32_t octave = 2; octave <= 1u << 27; octave *= 2)
    for (uint32_t part = 4; part < 8; part++)
      if (part * octave >= least) return part * octave;
  return 0;
}

/* Doubles of a channel's row: the samples, then in place the transform; every row is aligned alike. */
static size_t row_size(uint32_t n) {
  return ((size_t)n + 2 + 7) / 8 * 8;
}

/* One channel as the engine couples it. */
static void load_channel(const r2nn_clip *clip, uint32_t n_channels, uint32_t channel, const r2nn_drive *drive, double *row) {
  const float *samples = clip->samples + channel;
  for (size_t t = 0; t < clip->n_frames; t++) row[t] = (double)samples[t * n_channels];
  r2nn_drive_row(drive, row, clip->n_frames);
}

/* Share the energy of every transform bin between its grid neighbours. Two-sided density times T / n, V^2 s. */
static void share_out(const double *rows, uint32_t n, double rate_hz, r2nn_spectra *spectra, double *packed) {
  uint32_t m = spectra->n_channels, n_bins = spectra->n_bins;
  const double *freq_hz = spectra->freq_hz;
  double scale = 1 / (rate_hz * n);
  for (size_t k = 0, below = 0; k <= n / 2; k++) {
    double f = (double)k * rate_hz / n;
    if (f > freq_hz[n_bins - 1]) break;
    while (below + 2 < n_bins && freq_hz[below + 1] <= f) below++;
    double share = (f - freq_hz[below]) / (freq_hz[below + 1] - freq_hz[below]);
    double *low = packed + below * m * m, *high = low + (size_t)m * m;
    double weight = k == 0 || k == n / 2 ? scale : 2 * scale;
    for (uint32_t a = 0; a < m; a++) {
      const double *xa = rows + a * row_size(n) + 2 * k;
      for (uint32_t b = a; b < m; b++) {
        const double *xb = rows + b * row_size(n) + 2 * k;
        double re = weight * (xa[0] * xb[0] + xa[1] * xb[1]), im = weight * (xa[1] * xb[0] - xa[0] * xb[1]);
        low[a * m + b] += (1 - share) * re;
        high[a * m + b] += share * re;
        if (a == b) continue;
        low[b * m + a] += (1 - share) * im;
        high[b * m + a] += share * im;
      }
    }
  }
}

static void clip_task(void *argument, uint32_t index) {
  clip_work *job = argument;
  const r2nn_clip *clip = job->clips[index];
  r2nn_spectra *spectra = job->spectra;
  const sized_plan *transform = &job->transforms[job->transform_of[index]];
  uint32_t m = spectra->n_channels;
  double *rows = fftw_alloc_real(m * row_size(transform->n));
  if (!rows) {
    job->failed[index] = true;
    return;
  }
  r2nn_drive drive = r2nn_drive_design(job->highpass_hz, job->highpass_order, clip->rate_hz);
  for (uint32_t a = 0; a < m; a++) {
    double *row = rows + a * row_size(transform->n);
    load_channel(clip, m, a, &drive, row);
    memset(row + clip->n_frames, 0, (row_size(transform->n) - clip->n_frames) * sizeof *row);
    fftw_execute_dft_r2c(transform->plan, row, (fftw_complex *)row);
  }
  share_out(rows, transform->n, clip->rate_hz, spectra, spectra->packed + index * (size_t)spectra->n_bins * m * m);
  fftw_free(rows);
}

/* Choose and plan every transform; the planner is not thread safe, so all of it happens here. */
static r2nn_status plan_transforms(clip_work *job, r2nn_error *error) {
  const r2nn_spectra *spectra = job->spectra;
  double step_hz = HUGE_VAL;
  uint32_t largest = 0;
  for (uint32_t i = 1; i < spectra->n_bins; i++) step_hz = fmin(step_hz, spectra->freq_hz[i] - spectra->freq_hz[i - 1]);
  for (uint32_t i = 0; i < spectra->n_clips; i++) {
    uint32_t n = transform_size(job->clips[i], step_hz), t = 0;
    if (!n)
      return r2nn_fail(error, R2NN_BAD_DATA, "recording %u is too long for one spectrum (%.0f s at %.0f Hz): cut it into windows",
                       i + 1, spectra->duration_s[i], job->clips[i]->rate_hz);
    while (t < job->n_transforms && job->transforms[t].n != n) t++;
    if (t == job->n_transforms) job->transforms[job->n_transforms++].n = n;
    job->transform_of[i] = t;
    if (n > largest) largest = n;
  }
  double *row = fftw_alloc_real(row_size(largest));
  bool ok = row;
  for (uint32_t t = 0; t < job->n_transforms && ok; t++) {
    sized_plan *transform = &job->transforms[t];
    transform->plan = fftw_plan_dft_r2c_1d((int)transform->n, row, (fftw_complex *)row, FFTW_ESTIMATE);
    ok = transform->plan;
  }
  fftw_free(row);
  return ok ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for transforms of %u samples", largest);
}

static r2nn_status transform_clips(clip_work *job, const r2nn_workers *workers, r2nn_error *error) {
  r2nn_status status = plan_transforms(job, error);
  if (status) return status;
  r2nn_workers_run(workers, job->spectra->n_clips, clip_task, job);
  for (uint32_t i = 0; i < job->spectra->n_clips; i++)
    if (job->failed[i]) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the spectrum of recording %u", i + 1);
  return R2NN_OK;
}

r2nn_status r2nn_spectra_new(const r2nn_clip *const *clips, uint32_t n_clips, uint32_t n_channels, const double *freq_hz,
                             uint32_t n_bins, double highpass_hz, uint32_t highpass_order, const r2nn_workers *workers,
                             r2nn_spectra **spectra, r2nn_error *error) {
  assert(n_clips && n_channels && n_bins >= 2);
  *spectra = NULL;
  size_t n_packed = (size_t)n_bins * n_channels * n_channels;
  r2nn_spectra *s = calloc(1, sizeof *s);
  clip_work job = {.clips = clips, .spectra = s, .highpass_hz = highpass_hz, .highpass_order = highpass_order ? highpass_order : 1};
  job.transforms = calloc(n_clips, sizeof *job.transforms);
  job.transform_of = calloc(n_clips, sizeof *job.transform_of);
  job.failed = calloc(n_clips, sizeof *job.failed);
  if (s) {
    *s = (r2nn_spectra){.n_clips = n_clips, .n_channels = n_channels, .n_bins = n_bins};
    s->freq_hz = malloc(n_bins * sizeof *s->freq_hz);
    s->duration_s = malloc(n_clips * sizeof *s->duration_s);
    s->packed = n_packed > SIZE_MAX / sizeof *s->packed / n_clips ? NULL : calloc(n_clips * n_packed, sizeof *s->packed);
  }
  r2nn_status status;
  if (!s || !s->freq_hz || !s->duration_s || !s->packed || !job.transforms || !job.transform_of || !job.failed) {
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the spectra of %u recordings at %u frequencies", n_clips, n_bins);
  } else {
    memcpy(s->freq_hz, freq_hz, n_bins * sizeof *freq_hz);
    for (uint32_t i = 0; i < n_clips; i++) s->duration_s[i] = (double)clips[i]->n_frames / clips[i]->rate_hz;
    status = transform_clips(&job, workers, error);
  }
  for (uint32_t t = 0; t < job.n_transforms; t++) fftw_destroy_plan(job.transforms[t].plan);
  free(job.transforms);
  free(job.transform_of);
  free(job.failed);
  if (status) {
    r2nn_spectra_free(s);
    return status;
  }
  *spectra = s;
  return R2NN_OK;
}

void r2nn_spectra_free(r2nn_spectra *spectra) {
  if (!spectra) return;
  free(spectra->freq_hz);
  free(spectra->packed);
  free(spectra->duration_s);
  free(spectra);
}
