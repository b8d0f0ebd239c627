/* What follows the nodes of a stage: law, RC low-pass, control rate and common-mode removal (system.md §4). */
#include "rt/state.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The node law on n values; the log's own compression comes after the low-pass, and so does that of agc. */
static void apply_law(const r2nn_detector *detector, const float *v, float *y) {
  uint32_t n = detector->n;
  float scale = detector->scale;
  switch (detector->law) {
  case R2NN_LAW_SQUARE:
    for (uint32_t i = 0; i < n; i++) y[i] = v[i] * v[i] / scale;
    break;
  case R2NN_LAW_RECTIFY:
  case R2NN_LAW_LOG:
  case R2NN_LAW_AGC:
    for (uint32_t i = 0; i < n; i++) y[i] = fabsf(v[i]);
    break;
  case R2NN_LAW_SATURATE:
    for (uint32_t i = 0; i < n; i++) y[i] = scale * tanhf(v[i] / scale);
    break;
  case R2NN_LAW_BANDPASS:
    for (uint32_t i = 0; i < n; i++) {
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

/* The RC low-pass. */
static void smooth(r2nn_detector *detector, float *y) {
  double keep = detector->keep, take = 1 - keep;
  for (uint32_t i = 0; i < detector->n; i++) {
    detector->smooth[i] = keep * detector->smooth[i] + take * (double)y[i];
    y[i] = (float)detector->smooth[i];
  }
}

/* A law of a huge voltage stays a number. */
static void clip(float *y, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
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

uint32_t r2nn_detector_run(r2nn_detector *detector, const float *y, uint32_t n, float *frames) {
  uint32_t width = detector->n, count = 0;
  for (uint32_t t = 0; t < n; t++) {
    float *out = frames + (size_t)count * width;
    apply_law(detector, y + (size_t)t * width, out);
    clip(out, width);
    if (detector->keep > 0) smooth(detector, out);
    if (++detector->phase < detector->every) continue;
    detector->phase = 0;
    if (detector->law == R2NN_LAW_LOG)
      for (uint32_t i = 0; i < width; i++) out[i] = logf(out[i] + detector->scale);
    if (detector->law == R2NN_LAW_AGC) compress(detector, out);
    if (detector->suppress) suppress(out, width);
    count++;
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
