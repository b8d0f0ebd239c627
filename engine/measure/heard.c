/* From a recorded sweep to a frequency response, and what else the recording tells: noise, hum, distortion. */
#include "measure/order.h"
#include "measure/sweep.h"
#include "measure/transform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FADE_LOW 2.0   /* of the frequency at the lower end of the band, over which it is faded: else it rings past BEFORE_S */
#define FADE_TOP 0.05  /* likewise at the upper end */
#define LEAST    0.146 /* the response is told where so much of it is left: from a quarter of the fade on */
#define BEFORE_S 0.1   /* what comes so much before the answer still belongs to it: the band's ends ring both ways */
#define HARMONIC 0.15  /* s after a harmonic's begin that are looked at */
#define RUN      4     /* so many equal largest samples one after the other are a run */
#define LINE     8.0   /* a hum stands out of the noise about it by so much */
#define SETTLE   0.05  /* of the silence, not looked at */
#define LEAST_V2 1e-30 /* V^2: the noise of a perfect silence */

/* 1 within the band, 0 outside, cosines between. */
static double mask_at(const r2nn_sweep *sweep, double hz) {
  double in = (hz - sweep->from_hz) / (FADE_LOW * sweep->from_hz), out = (sweep->to_hz - hz) / (FADE_TOP * sweep->to_hz);
  double edge = fmin(in, out);
  return edge <= 0 ? 0 : edge >= 1 ? 1 : 0.5 - 0.5 * cos(M_PI * edge);
}

/* The amplitude of a sine of hz in n samples, by Hann's window. */
static double line_at(const float *in, uint32_t stride, uint32_t n, double hz, double rate_hz, double mean) {
  double complex sum = 0, turn = cexp(-2 * M_PI * I * hz / rate_hz), at = 1;
  for (uint32_t i = 0; i < n; i++, at *= turn)
    sum += (0.5 - 0.5 * cos(2 * M_PI * i / n)) * ((double)in[(size_t)i * stride] - mean) * at;
  return 4 * cabs(sum) / n;
}

/* The mains: lines at 50 or 60 Hz that stand out of what lies between them. */
static void find_hum(const float *in, uint32_t stride, uint32_t n, double rate_hz, double mean, r2nn_heard *heard) {
  static const double between_hz[] = {33, 37, 43, 67, 73, 83, 91, 107, 113}, mains_hz[] = {50, 60};
  enum { N_BETWEEN = 9, N_MULTIPLES = 4 };
  double others[N_BETWEEN];
  heard->hum_v = heard->hum_hz = 0;
  if (rate_hz < 300 || n < rate_hz / 2) return;
  for (int i = 0; i < N_BETWEEN; i++) others[i] = line_at(in, stride, n, between_hz[i], rate_hz, mean);
  qsort(others, N_BETWEEN, sizeof *others, ascending);
  for (int k = 0; k < 2; k++) {
    double sum = 0, first = line_at(in, stride, n, mains_hz[k], rate_hz, mean);
    for (int m = 1; m <= N_MULTIPLES && m * mains_hz[k] < rate_hz / 2; m++) {
      double line = m == 1 ? first : line_at(in, stride, n, m * mains_hz[k], rate_hz, mean);
      if (line > LINE * others[N_BETWEEN / 2]) sum += line * line / 2;
    }
    if (first > LINE * others[N_BETWEEN / 2] && sqrt(sum) > heard->hum_v) {
      heard->hum_v = sqrt(sum);
      heard->hum_hz = mains_hz[k];
    }
  }
}

/* Largest sample, silence, hum, flat tops. */
static void look_at_samples(const r2nn_sweep *sweep, const float *in, uint32_t stride, uint32_t n, r2nn_heard *heard) {
  uint32_t quiet = (uint32_t)(sweep->quiet_s * sweep->rate_hz), skip = (uint32_t)(SETTLE * quiet);
  double mean = 0, square = 0;
  if (quiet > n) quiet = n;
  for (uint32_t i = skip; i < quiet; i++) mean += (double)in[(size_t)i * stride] / (quiet - skip);
  for (uint32_t i = skip; i < quiet; i++) square += pow((double)in[(size_t)i * stride] - mean, 2) / (quiet - skip);
  find_hum(in + (size_t)skip * stride, stride, quiet - skip, sweep->rate_hz, mean, heard);
  heard->noise_v = sqrt(fmax(square - heard->hum_v * heard->hum_v, 0));
  float peak = 0;
  for (uint32_t i = 0; i < n; i++) peak = fmaxf(peak, fabsf(in[(size_t)i * stride]));
  heard->peak_v = (double)peak;
  uint32_t n_flat = 0, run = 0;
  for (uint32_t i = 0; i < n; i++) {
    run = fabsf(in[(size_t)i * stride]) == peak && peak > 0 ? run + 1 : 0;
    n_flat += run == RUN ? RUN : run > RUN;
  }
  heard->clipped = (double)n_flat / n;
}

/* Energy of an impulse response over from..to, frames that may be negative. */
static double energy_of(const r2nn_transform *fft, double from, double to) {
  double sum = 0;
  for (int64_t i = (int64_t)from; i < (int64_t)to; i++) {
    double x = fft->time[(i % (int64_t)fft->n + (int64_t)fft->n) % (int64_t)fft->n];
    sum += x * x;
  }
  return sum;
}

/* The impulse response stands in fft: what is the answer, how does it stand out, what do its harmonics hold? Then only the answer
 * stays. variance: of the noise in a sample. */
static void gate(const r2nn_sweep *sweep, double variance, r2nn_transform *fft, uint32_t *n_gate, r2nn_heard *heard) {
  double rate = sweep->rate_hz, slow_s = r2nn_sweep_octave(sweep), before = fmin(BEFORE_S, 0.3 * slow_s) * rate;
  double behind = fmin(sweep->ring_s * rate, fft->n - before - 1), length = behind + before;
  double answer = energy_of(fft, -before, behind), harmonics = 0;
  for (int k = 2; k <= 3; k++) {
    double at = -slow_s * log(k) * rate, width = fmin(HARMONIC, 0.35 * slow_s) * rate, lead = 0.1 * width;
    harmonics += fmax(energy_of(fft, at - lead, at + width) - 2 * variance * (lead + width), 0);
  }
  heard->answer_db = 10 * log10(fmax(answer, LEAST_V2) / fmax(variance * length, LEAST_V2));
  heard->distortion = answer > 0 ? sqrt(harmonics / answer) : 0;
  for (uint32_t i = (uint32_t)behind; i < fft->n - (uint32_t)before; i++) fft->time[i] = 0;
  *n_gate = (uint32_t)length;
}

static r2nn_status respond(const r2nn_sweep *sweep, const float *played, const float *in, uint32_t stride, uint32_t n,
                           r2nn_transform *fft, r2nn_heard *heard, r2nn_error *error) {
  uint32_t half = fft->n / 2, n_gate;
  double complex *sent = malloc((half + 1) * sizeof *sent);
  heard->n_bins = half + 1;
  heard->step_hz = sweep->rate_hz / fft->n;
  heard->from_hz = sweep->from_hz * (1 + FADE_LOW / 4);
  heard->to_hz = sweep->to_hz * (1 - 2 * FADE_TOP);
  heard->response = malloc(2 * (half + (size_t)1) * sizeof *heard->response);
  heard->sigma = malloc((half + (size_t)1) * sizeof *heard->sigma);
  if (!sent || !heard->response || !heard->sigma) {
    free(sent);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < fft->n; i++) fft->time[i] = i < n ? (double)played[i] : 0;
  r2nn_transform_forth(fft);
  memcpy(sent, fft->bin, (half + 1) * sizeof *sent);
  for (uint32_t i = 0; i < fft->n; i++) fft->time[i] = i < n ? (double)in[(size_t)i * stride] : 0;
  r2nn_transform_forth(fft);
  double noise = heard->noise_v * heard->noise_v, share = 0;
  for (uint32_t k = 0; k <= half; k++) {
    double mask = mask_at(sweep, k * heard->step_hz), power = creal(sent[k] * conj(sent[k]));
    fft->bin[k] = mask > 0 ? fft->bin[k] * conj(sent[k]) * (mask / power) : 0;
    heard->sigma[k] = mask > 0 ? mask / sqrt(power) : 0;
    share += 2 * heard->sigma[k] * heard->sigma[k];
  }
  r2nn_transform_back(fft);
  gate(sweep, noise * share / fft->n, fft, &n_gate, heard);
  r2nn_transform_forth(fft);
  for (uint32_t k = 0; k <= half; k++) {
    double mask = mask_at(sweep, k * heard->step_hz), whole = mask > LEAST ? 1 / mask : 0;
    heard->response[2 * k] = whole * creal(fft->bin[k]);
    heard->response[2 * k + 1] = whole * cimag(fft->bin[k]);
    heard->sigma[k] *= whole * sqrt(noise * n_gate);
  }
  free(sent);
  return R2NN_OK;
}

r2nn_status r2nn_heard_make(const r2nn_sweep *sweep, const float *played, const float *in, uint32_t stride, uint32_t n,
                            r2nn_heard *heard, r2nn_error *error) {
  r2nn_transform fft;
  *heard = (r2nn_heard){0};
  r2nn_status status = r2nn_transform_init(&fft, n, error);
  if (status != R2NN_OK) return status;
  look_at_samples(sweep, in, stride, n, heard);
  status = respond(sweep, played, in, stride, n, &fft, heard, error);
  r2nn_transform_free(&fft);
  if (status != R2NN_OK) r2nn_heard_free(heard);
  return status;
}

void r2nn_heard_free(r2nn_heard *heard) {
  free(heard->response);
  free(heard->sigma);
  *heard = (r2nn_heard){0};
}
