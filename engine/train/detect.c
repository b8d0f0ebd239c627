/* Detectors and their adjoints in time. */
#include "train/detect.h"

#include "core/stage.h"

#include <math.h>
#include <string.h>

static double keep_of(const r2nn_stage *stage, double rate_hz) {
  return stage->smooth_s > 0 ? exp(-1 / (stage->smooth_s * rate_hz)) : 0;
}

/* y = law(v) of a row; the log's own compression comes after the low-pass. */
static void apply_law(const r2nn_stage *stage, const double *v, uint32_t n, double *y) {
  double scale = stage->law_scale_v, bias = stage->law_bias_v;
  switch (stage->law) {
  case R2NN_LAW_SQUARE:
    for (uint32_t t = 0; t < n; t++) y[t] = v[t] * v[t] / scale;
    break;
  case R2NN_LAW_RECTIFY:
  case R2NN_LAW_LOG:
  case R2NN_LAW_AGC:
    for (uint32_t t = 0; t < n; t++) y[t] = fabs(v[t]);
    break;
  case R2NN_LAW_SATURATE:
    for (uint32_t t = 0; t < n; t++) y[t] = scale * tanh(v[t] / scale);
    break;
  case R2NN_LAW_BANDPASS:
    for (uint32_t t = 0; t < n; t++) y[t] = exp(-(v[t] - bias) * (v[t] - bias) / (scale * scale));
    break;
  case R2NN_LAW_IDENTITY:
  case R2NN_N_LAWS:
    memcpy(y, v, n * sizeof *y);
    break;
  }
}

/* dL/dy times the law's slope at v, into v. */
static void slope_law(const r2nn_stage *stage, const double *dy, uint32_t n, double *v) {
  double scale = stage->law_scale_v, bias = stage->law_bias_v;
  switch (stage->law) {
  case R2NN_LAW_SQUARE:
    for (uint32_t t = 0; t < n; t++) v[t] = dy[t] * 2 * v[t] / scale;
    break;
  case R2NN_LAW_RECTIFY:
  case R2NN_LAW_LOG:
  case R2NN_LAW_AGC:
    for (uint32_t t = 0; t < n; t++) v[t] = v[t] < 0 ? -dy[t] : dy[t];
    break;
  case R2NN_LAW_SATURATE:
    for (uint32_t t = 0; t < n; t++) {
      double y = tanh(v[t] / scale);
      v[t] = dy[t] * (1 - y * y);
    }
    break;
  case R2NN_LAW_BANDPASS:
    for (uint32_t t = 0; t < n; t++) {
      double z = (v[t] - bias) / scale;
      v[t] = dy[t] * -2 * z / scale * exp(-z * z);
    }
    break;
  case R2NN_LAW_IDENTITY:
  case R2NN_N_LAWS:
    memcpy(v, dy, n * sizeof *v);
    break;
  }
}

/* Take the mean over the rows away from each; its own adjoint. */
static void suppress(double *frames, uint32_t n_outputs, uint32_t n) {
  for (uint32_t t = 0; t < n; t++) {
    double sum = 0;
    for (uint32_t o = 0; o < n_outputs; o++) sum += frames[(size_t)o * n + t];
    for (uint32_t o = 0; o < n_outputs; o++) frames[(size_t)o * n + t] -= sum / n_outputs;
  }
}

static double mean_at(const r2nn_stage *stage, const double *smooth, uint32_t n, uint32_t t) {
  double sum = 0;
  for (uint32_t o = 0; o < stage->n_outputs; o++) sum += smooth[(size_t)o * n + t];
  return sum / stage->n_outputs;
}

/* Frames against the largest mean so far. peak[n]. */
static void compress(const r2nn_stage *stage, double hold, const double *smooth, uint32_t n, double *frames, double *peak) {
  for (uint32_t t = 0; t < n; t++) {
    peak[t] = fmax(fmax(t ? hold * peak[t - 1] : 0, mean_at(stage, smooth, n, t)), R2NN_AGC_LEAST_V);
    for (uint32_t o = 0; o < stage->n_outputs; o++)
      frames[(size_t)o * n + t] = log1p(smooth[(size_t)o * n + t] / (stage->law_scale_v * peak[t]));
  }
}

/* dL/dframes into dL/dsmooth: through each envelope itself, and through the peak that it makes and that later frames keep. */
static void compress_back(const r2nn_stage *stage, double hold, const double *smooth, const double *peak, uint32_t n,
                          double *dframes) {
  double dpeak = 0;
  for (uint32_t t = n; t-- > 0;) {
    for (uint32_t o = 0; o < stage->n_outputs; o++) {
      double e = smooth[(size_t)o * n + t], *d = &dframes[(size_t)o * n + t];
      *d /= stage->law_scale_v * peak[t] + e;
      dpeak -= *d * e / peak[t];
    }
    double kept = t ? hold * peak[t - 1] : 0, mean = mean_at(stage, smooth, n, t);
    if (peak[t] <= R2NN_AGC_LEAST_V) {
      dpeak = 0;
    } else if (mean >= kept) {
      for (uint32_t o = 0; o < stage->n_outputs; o++) dframes[(size_t)o * n + t] += dpeak / stage->n_outputs;
      dpeak = 0;
    } else {
      dpeak *= hold;
    }
  }
}

/* Rows are worked through in pieces that stay in the first-level cache. */
#define PIECE 512u

void r2nn_detect_forward(const r2nn_stage *stage, const r2nn_pass *pass, double *frames, double *smooth) {
  uint32_t every = r2nn_stage_every(stage, pass->rate_hz), n = pass->n_frames / every;
  double keep = keep_of(stage, pass->rate_hz), y[PIECE];
  for (uint32_t o = 0; o < stage->n_outputs; o++) {
    const double *v = r2nn_pass_row(pass, o);
    double *out = frames + (size_t)o * n, *kept = smooth + (size_t)o * n, state = 0;
    uint32_t phase = 0, at = 0;
    for (uint32_t from = 0; from < pass->n_frames; from += PIECE) {
      uint32_t count = pass->n_frames - from < PIECE ? pass->n_frames - from : PIECE;
      apply_law(stage, v + from, count, y);
      for (uint32_t t = 0; t < count; t++) {
        state = keep * state + (1 - keep) * y[t];
        if (++phase < every) continue;
        phase = 0;
        kept[at] = state;
        out[at++] = stage->law == R2NN_LAW_LOG ? log(state + stage->law_scale_v) : state;
      }
    }
  }
  if (stage->law == R2NN_LAW_AGC)
    compress(stage, r2nn_stage_hold(stage, pass->rate_hz), smooth, n, frames, smooth + (size_t)stage->n_outputs * n);
  if (stage->suppress_common) suppress(frames, stage->n_outputs, n);
}

void r2nn_detect_backward(const r2nn_stage *stage, r2nn_pass *pass, double *dframes, const double *smooth) {
  uint32_t every = r2nn_stage_every(stage, pass->rate_hz), n = pass->n_frames / every;
  double keep = keep_of(stage, pass->rate_hz), dy[PIECE];
  if (stage->suppress_common) suppress(dframes, stage->n_outputs, n);
  if (stage->law == R2NN_LAW_AGC)
    compress_back(stage, r2nn_stage_hold(stage, pass->rate_hz), smooth, smooth + (size_t)stage->n_outputs * n, n, dframes);
  for (uint32_t o = 0; o < stage->n_outputs; o++) {
    double *v = r2nn_pass_row(pass, o), *in = dframes + (size_t)o * n, state = 0;
    const double *kept = smooth + (size_t)o * n;
    if (stage->law == R2NN_LAW_LOG)
      for (uint32_t t = 0; t < n; t++) in[t] /= kept[t] + stage->law_scale_v;
    memset(v + pass->n_frames, 0, (pass->n - pass->n_frames) * sizeof *v);
    uint32_t phase = pass->n_frames % every, at = n; /* samples after the last frame */
    for (uint32_t end = pass->n_frames; end > 0;) {
      uint32_t count = end < PIECE ? end : PIECE;
      for (uint32_t t = count; t-- > 0;) {
        state *= keep;
        if (phase == 0) {
          if (at) state += in[--at];
          phase = every;
        }
        phase--;
        dy[t] = (1 - keep) * state;
      }
      end -= count;
      slope_law(stage, dy, count, v + end);
    }
  }
}
