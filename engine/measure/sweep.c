/* The exponential sweep. */
#include "measure/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define QUIET_S      1.0  /* in which 50 and 60 Hz are told apart */
#define SWEEP_S      3.0  /* long enough for 60 dB more than a click of the same level */
#define FROM_HZ      12.0 /* a share of the rate at low rates */
#define FROM         (1 / 1000.0)
#define TO           0.46
#define RING         9.21 /* time constants: 80 dB */
#define RING_LEAST_S 0.2
#define RING_MOST_S  30.0
#define FADE         0.01 /* of the sweep, at either end */

r2nn_sweep r2nn_sweep_usual(double rate_hz, double ring_s, double level_v) {
  return (r2nn_sweep){.rate_hz = rate_hz,
                      .from_hz = fmin(FROM_HZ, FROM * rate_hz),
                      .to_hz = TO * rate_hz,
                      .quiet_s = fmax(QUIET_S, 64 / rate_hz),
                      .sweep_s = fmax(SWEEP_S, 2000 / rate_hz),
                      .ring_s = ring_s,
                      .level_v = level_v};
}

r2nn_status r2nn_sweep_for(const r2nn_model *model, double rate_hz, double late_s, double level_v, r2nn_sweep *sweep,
                           r2nn_error *error) {
  uint32_t n;
  double *re, *im, slowest = INFINITY;
  r2nn_status status = r2nn_stage_poles(&model->stages[0], &n, &re, &im, error);
  if (status != R2NN_OK) return status;
  for (uint32_t k = 0; k < n; k++) slowest = fmin(slowest, fabs(re[k]));
  free(re);
  free(im);
  *sweep = r2nn_sweep_usual(rate_hz, late_s + fmin(fmax(RING / slowest, RING_LEAST_S), RING_MOST_S), level_v);
  return R2NN_OK;
}

uint32_t r2nn_sweep_frames(const r2nn_sweep *sweep) {
  return (uint32_t)ceil((sweep->quiet_s + sweep->sweep_s + sweep->ring_s) * sweep->rate_hz);
}

double r2nn_sweep_octave(const r2nn_sweep *sweep) {
  return sweep->sweep_s / log(sweep->to_hz / sweep->from_hz);
}

/* sin of the phase 2 pi f0 L (e^(t/L) - 1), L = T/ln(f1/f0). */
void r2nn_sweep_make(const r2nn_sweep *sweep, float *out) {
  uint32_t n = r2nn_sweep_frames(sweep), first = (uint32_t)round(sweep->quiet_s * sweep->rate_hz);
  uint32_t n_sweep = (uint32_t)round(sweep->sweep_s * sweep->rate_hz);
  double slow_s = r2nn_sweep_octave(sweep);
  memset(out, 0, n * sizeof *out);
  for (uint32_t i = 0; i < n_sweep && first + i < n; i++) {
    double t = i / sweep->rate_hz, edge = fmin(i, n_sweep - 1 - i) / (FADE * n_sweep);
    double fade = edge < 1 ? 0.5 - 0.5 * cos(M_PI * edge) : 1;
    out[first + i] = (float)(sweep->level_v * fade * sin(2 * M_PI * sweep->from_hz * slow_s * expm1(t / slow_s)));
  }
}
