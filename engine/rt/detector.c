/* What follows the nodes of a stage: law, RC low-pass, control rate and common-mode removal (system.md §4). */
#include "rt/multiversion.h"
#include "rt/state.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The node law on n values; the log's own compression comes after the low-pass, and so does that of agc. */
R2NN_INLINE void apply_law(const r2nn_detector *detector, const float *v, size_t n, float *y) {
  float scale = detector->scale;
  switch (detector->law) {
  case R2NN_LAW_SQUARE:
    for (size_t i = 0; i < n; i++) y[i] = v[i] * v[i] / scale;
    break;
  case R2NN_LAW_RECTIFY:
  case R2NN_LAW_LOG:
  case R2NN_LAW_AGC:
    for (size_t i = 0; i < n; i++) y[i] = fabsf(v[i]);
    break;
  case R2NN_LAW_SATURATE:
    for (size_t i = 0; i < n; i++) y[i] = scale * tanhf(v[i] / scale);
    break;
  case R2NN_LAW_BANDPASS:
    for (size_t i = 0; i < n; i++) {
      float z = (v[i] - detector->bias) / scale;
      y[i] = expf(-z * z);
    }
    break;
  case R2NN_LAW_IDENTITY:
  case R2NN_N_LAWS:
    memcpy(y, v, n * sizeof *y);
    break;
  }
}

/* The RC low-pass of count outputs over n frames. */
R2NN_INLINE void smooth_some(const r2nn_detector *detector, uint32_t first, const uint32_t count, uint32_t n, float *y) {
  double keep = detector->keep, take = 1 - keep, state[8];
  for (uint32_t i = 0; i < count; i++) state[i] = detector->smooth[first + i];
  for (uint32_t t = 0; t < n; t++) {
    float *row = y + (size_t)t * detector->n + first;
    for (uint32_t i = 0; i < count; i++) {
      state[i] = keep * state[i] + take * (double)row[i];
      row[i] = (float)state[i];
    }
  }
  for (uint32_t i = 0; i < count; i++) detector->smooth[first + i] = state[i];
}

/* The RC low-pass. */
R2NN_INLINE void smooth(const r2nn_detector *detector, uint32_t n, float *y) {
  uint32_t first = 0;
  for (; first + 8 <= detector->n; first += 8) smooth_some(detector, first, 8, n, y);
  for (; first < detector->n; first++) smooth_some(detector, first, 1, n, y);
}

/* A law of a huge voltage stays a number. */
R2NN_INLINE void clip(float *y, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float low = y[i] < R2NN_FRAME_MAX ? y[i] : R2NN_FRAME_MAX;
    y[i] = low > -R2NN_FRAME_MAX ? low : -R2NN_FRAME_MAX;
  }
}

/* Take the mean over the outputs away from each. */
static void suppress(float *y, uint32_t n) {
  float sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += y[i];
  for (uint32_t i = 0; i < n; i++) y[i] -= sum / (float)n;
}

/* A frame of envelopes against the largest mean there was. */
static void compress(r2nn_detector *detector, float *y) {
  float mean = 0;
  for (uint32_t i = 0; i < detector->n; i++) mean += y[i] / (float)detector->n;
  detector->peak = fmaxf(fmaxf(detector->hold * detector->peak, mean), (float)R2NN_AGC_LEAST_V);
  float unit = fmaxf(detector->scale * detector->peak, FLT_MIN);
  for (uint32_t i = 0; i < detector->n; i++) y[i] = log1pf(fminf(y[i] / unit, FLT_MAX));
}

/* What has to be done at the rate of the nodes: law and low-pass of n frames. */
R2NN_MULTIVERSION static void rectify(const r2nn_detector *detector, const float *y, uint32_t n, float *frames) {
  size_t count = (size_t)n * detector->n;
  apply_law(detector, y, count, frames);
  clip(frames, count);
  if (detector->keep > 0) smooth(detector, n, frames);
}

uint32_t r2nn_detector_run(r2nn_detector *detector, const float *y, uint32_t n, float *frames) {
  uint32_t width = detector->n, count = 0;
  rectify(detector, y, n, frames);
  bool is_plain = detector->law != R2NN_LAW_LOG && detector->law != R2NN_LAW_AGC && !detector->suppress;
  if (is_plain && detector->every == 1) return n;
  for (uint32_t t = 0; t < n; t++) {
    if (++detector->phase < detector->every) continue;
    detector->phase = 0;
    float *out = frames + (size_t)count++ * width;
    if (out != frames + (size_t)t * width) memcpy(out, frames + (size_t)t * width, width * sizeof *out);
    if (detector->law == R2NN_LAW_LOG)
      for (uint32_t i = 0; i < width; i++) out[i] = logf(out[i] + detector->scale);
    if (detector->law == R2NN_LAW_AGC) compress(detector, out);
    if (detector->suppress) suppress(out, width);
  }
  return count;
}

void r2nn_detector_begin(r2nn_detector *detector) {
  detector->phase = 0;
  detector->peak = 0;
}

void r2nn_detector_reset(r2nn_detector *detector) {
  r2nn_detector_begin(detector);
  memset(detector->smooth, 0, detector->n * sizeof *detector->smooth);
}
