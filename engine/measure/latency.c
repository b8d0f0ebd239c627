/* How late a direct connection is. */
#include "measure/transform.h"
#include "r2nn/measure.h"

#include <math.h>
#include <stdlib.h>

#define LOW_HZ     100.0 /* below it AC couplings turn the phase, */
#define LOW_SHARE  0.01  /* and at low rates below this share of the rate, */
#define HIGH_SHARE 0.42  /* above which converters' filters do */
#define LEAST_DB   20.0  /* an answer that stands out less says nothing of its time */

/* The bins that are looked at: first .. last. */
typedef struct band {
  uint32_t first, last;
} band;

static double complex at(const r2nn_heard *heard, uint32_t k) {
  return CMPLX(heard->response[2 * k], heard->response[2 * k + 1]);
}

/* The phase of a minimum-phase filter with this magnitude, in fft->bin's imaginary parts: the cepstrum of ln|H|, folded onto
 * positive times. Outside the band the magnitude goes on as at its ends. */
static void find_minimum_phase(const r2nn_heard *heard, band in, r2nn_transform *fft) {
  for (uint32_t k = 0; k <= fft->n / 2; k++) {
    uint32_t from = k < in.first ? in.first : k > in.last ? in.last : k;
    fft->bin[k] = log(fmax(cabs(at(heard, from)), 1e-12));
  }
  r2nn_transform_back(fft);
  for (uint32_t i = 1; i < fft->n / 2; i++) {
    fft->time[i] *= 2;
    fft->time[fft->n - i] = 0;
  }
  r2nn_transform_forth(fft);
}

/* The frame at which the impulse response is largest. */
static double find_peak(const r2nn_heard *heard, r2nn_transform *fft) {
  uint32_t best = 0;
  for (uint32_t k = 0; k <= fft->n / 2; k++) fft->bin[k] = at(heard, k);
  r2nn_transform_back(fft);
  for (uint32_t i = 1; i < fft->n; i++)
    if (fabs(fft->time[i]) > fabs(fft->time[best])) best = i;
  return best < fft->n / 2 ? best : (double)best - fft->n;
}

/* The straight line through the excess phase, what the peak explains taken out; turn, rad, is where it meets 0 Hz. */
static double fit_line(const r2nn_heard *heard, band in, double peak, const r2nn_transform *fft, double *turn) {
  double before = 0, lift = 0, n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (uint32_t k = in.first; k <= in.last; k++) {
    double w = 2 * M_PI * k / fft->n, phase = carg(at(heard, k) * cexp(I * (w * peak - cimag(fft->bin[k]))));
    if (k > in.first) lift -= 2 * M_PI * round((phase + lift - before) / (2 * M_PI));
    before = phase + lift;
    n++;
    x += w;
    y += before;
    xx += w * w;
    xy += w * before;
  }
  double slope = (n * xy - x * y) / (n * xx - x * x);
  *turn = (y - slope * x) / n;
  return -slope;
}

r2nn_status r2nn_heard_latency(const r2nn_heard *heard, double rate_hz, double *frames, bool *is_inverted, r2nn_error *error) {
  r2nn_transform fft;
  double low_hz = fmin(LOW_HZ, LOW_SHARE * rate_hz), turn;
  band in = {(uint32_t)ceil(low_hz / heard->step_hz), (uint32_t)(HIGH_SHARE * rate_hz / heard->step_hz)};
  if (heard->answer_db < LEAST_DB)
    return r2nn_fail(error, R2NN_BAD_DATA, "what comes back stands %.1f dB out of the noise, %g are needed", heard->answer_db,
                     LEAST_DB);
  r2nn_status status = r2nn_transform_init(&fft, 2.0 * (heard->n_bins - 1), error);
  if (status != R2NN_OK) return status;
  double peak = find_peak(heard, &fft);
  find_minimum_phase(heard, in, &fft);
  *frames = peak + fit_line(heard, in, peak, &fft, &turn);
  *is_inverted = fabs(remainder(turn, 2 * M_PI)) > M_PI / 2;
  r2nn_transform_free(&fft);
  return R2NN_OK;
}
