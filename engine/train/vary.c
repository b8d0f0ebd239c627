/* Speed, level, noise, tilt, and where a clip begins and ends. */
#include "train/vary.h"

#include "core/drive.h"

#include <math.h>
#include <stdlib.h>

#define LEAST_SHARE   0.4 /* of a clip that cutting its ends leaves */
#define LEAST_FRAMES  16u
#define CROP_MORE_DB  25.0
#define NOISE_MORE_DB 30.0
#define WITHOUT       0.3 /* so often each of noise and cutting is left out */

/* Uniform in -1 .. 1. */
static double swing(r2nn_random *random) {
  return 2 * r2nn_random_uniform(random) - 1;
}

/* Mean square over all channels of a frame. */
static double power_at(const r2nn_clip *clip, uint32_t n_channels, uint64_t t) {
  double sum = 0;
  for (uint32_t c = 0; c < n_channels; c++) {
    double x = (double)clip->samples[t * n_channels + c] - (double)clip->samples[c];
    sum += x * x;
  }
  return sum;
}

/* Where the clip's 10 ms level first and last comes within below_db of its highest: *first .. *end - 1. */
static void find_ends(const r2nn_clip *clip, uint32_t n_channels, double below_db, uint64_t *first, uint64_t *end) {
  double keep = exp(-1 / fmax(4, 0.01 * clip->rate_hz)), level = 0, most = 0;
  for (uint64_t t = 0; t < clip->n_frames; t++) {
    level = keep * level + (1 - keep) * power_at(clip, n_channels, t);
    most = fmax(most, level);
  }
  double least = most * pow(10, -below_db / 10);
  bool found = false;
  level = 0;
  for (uint64_t t = 0; t < clip->n_frames; t++) {
    level = keep * level + (1 - keep) * power_at(clip, n_channels, t);
    if (level < least) continue;
    if (!found) *first = t;
    found = true;
    *end = t + 1;
  }
}

/* The part of the clip that is kept. */
static void choose_part(const r2nn_variation *how, const r2nn_clip *clip, uint32_t n_channels, r2nn_random *random, uint64_t *first,
                        uint64_t *end) {
  uint64_t n = clip->n_frames, least = (uint64_t)(LEAST_SHARE * (double)n);
  *first = 0;
  *end = n;
  double crop = r2nn_random_uniform(random), below = r2nn_random_uniform(random);
  double left = r2nn_random_uniform(random), right = r2nn_random_uniform(random);
  if (how->crop_db > 0 && crop > WITHOUT) find_ends(clip, n_channels, how->crop_db + CROP_MORE_DB * below, first, end);
  double shift = how->shift * (double)n;
  uint64_t from = *first + (uint64_t)(shift * left), to = *end - (uint64_t)fmin(shift * right, (double)*end);
  if (to > from && to - from >= least && to - from >= LEAST_FRAMES) {
    *first = from;
    *end = to;
  } else if (*end - *first < least || *end - *first < LEAST_FRAMES) {
    *first = 0;
    *end = n;
  }
}

bool r2nn_rows_room(r2nn_rows *rows, size_t count) {
  if (count <= rows->n_space) return true;
  free(rows->x);
  rows->x = malloc(count * sizeof *rows->x);
  rows->n_space = rows->x ? count : 0;
  return rows->x != NULL;
}

bool r2nn_vary(const r2nn_recipe *recipe, const r2nn_clip *clip, uint32_t n_channels, r2nn_random *random, r2nn_rows *rows) {
  const r2nn_variation *how = &recipe->variation;
  uint64_t first = 0, end = clip->n_frames;
  double speed = 1, gain = 1, tilt = 0, noise = 0;
  if (random) {
    choose_part(how, clip, n_channels, random, &first, &end);
    speed = exp(how->speed * swing(random));
    gain = pow(10, how->level_db * swing(random) / 20);
    tilt = how->tilt * swing(random);
    double with = r2nn_random_uniform(random), below_db = how->noise_db + NOISE_MORE_DB * r2nn_random_uniform(random), power = 0;
    if (how->noise_db > 0 && with > WITHOUT) {
      for (uint64_t t = first; t < end; t++) power += power_at(clip, n_channels, t) / ((double)(end - first) * n_channels);
      noise = sqrt(power) * pow(10, -below_db / 20);
    }
  }
  uint32_t n = (uint32_t)(end - first);
  size_t count = (size_t)n * n_channels;
  if (!r2nn_rows_room(rows, count)) return false;
  rows->n_frames = n;
  rows->rate_hz = clip->rate_hz * speed;
  r2nn_drive drive = r2nn_drive_design(recipe->highpass_hz, recipe->highpass_hz > 0 ? recipe->highpass_order : 0, rows->rate_hz);
  for (uint32_t c = 0; c < n_channels; c++) {
    const float *samples = clip->samples + first * n_channels + c;
    double *row = rows->x + (size_t)c * n, before = (double)samples[0];
    r2nn_drive_state state = {0};
    for (uint32_t t = 0; t < n; t++) {
      double x = (double)samples[(size_t)t * n_channels], y = x - tilt * before;
      before = x;
      if (random && noise > 0) y += noise * r2nn_random_normal(random);
      row[t] = r2nn_drive_step(&drive, &state, gain * y);
    }
  }
  return true;
}
