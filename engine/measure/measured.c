/* Frequency responses at chosen points. */
#include "measure/measured.h"

#include "measure/order.h"
#include "measure/solver.h"
#include "measure/transform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BETWEEN     160 /* points between the resonances, spaced evenly on a logarithmic axis */
#define A_WIDTH     4.0 /* points in the width of a resonance */
#define WIDTHS      4.0 /* so many widths to either side */
#define SPREADS     3.0 /* and so many spreads */
#define MOST_A_POLE 400
#define TWO_PI      6.283185307179586

/* Round to the grid, sort, and keep each once. */
static uint32_t tidy(double *hz, uint32_t n, double from_hz, double to_hz, double step_hz) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++) hz[i] = round(hz[i] / step_hz) * step_hz;
  qsort(hz, n, sizeof *hz, ascending);
  for (uint32_t i = 0; i < n; i++)
    if (hz[i] >= from_hz && hz[i] <= to_hz && (!kept || hz[i] > hz[kept - 1] + step_hz / 2)) hz[kept++] = hz[i];
  return kept;
}

r2nn_status r2nn_measured_points(const r2nn_model *model, double from_hz, double to_hz, double step_hz, double spread, double widen,
                                 uint32_t *n_points, double **freq_hz, r2nn_error *error) {
  uint32_t n_poles, n = 0;
  double *re, *im;
  *n_points = 0;
  r2nn_status status = r2nn_stage_poles(&model->stages[0], &n_poles, &re, &im, error);
  if (status != R2NN_OK) return status;
  double *hz = *freq_hz = malloc((BETWEEN + (size_t)n_poles * (MOST_A_POLE + 1)) * sizeof *hz);
  for (uint32_t i = 0; hz && i < BETWEEN; i++) hz[n++] = from_hz * pow(to_hz / from_hz, i / (BETWEEN - 1.0));
  for (uint32_t k = 0; hz && k < n_poles; k++) {
    double at = hypot(re[k], im[k]) / TWO_PI, width = 2 * (fabs(re[k]) + widen) / TWO_PI;
    double side = WIDTHS * width + SPREADS * spread * at, step = fmax(width / A_WIDTH, 2 * side / MOST_A_POLE);
    for (double f = at - side; f <= at + side && n < BETWEEN + (k + 1) * (MOST_A_POLE + 1); f += step) hz[n++] = f;
  }
  free(re);
  free(im);
  if (!hz) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  *n_points = tidy(hz, n, from_hz, to_hz, step_hz);
  if (*n_points) return R2NN_OK;
  free(hz);
  *freq_hz = NULL;
  return r2nn_fail(error, R2NN_BAD_DATA, "nothing was heard between %g and %g Hz", from_hz, to_hz);
}

/* One response for another, bin by bin; widened by way of the impulse response. */
static void divide(const r2nn_heard *heard, const r2nn_heard *loopback, double widen, r2nn_transform *fft) {
  for (uint32_t k = 0; k < heard->n_bins; k++) {
    double complex of = CMPLX(loopback->response[2 * k], loopback->response[2 * k + 1]),
                   y = CMPLX(heard->response[2 * k], heard->response[2 * k + 1]);
    double hz = k * heard->step_hz;
    fft->bin[k] = hz >= loopback->from_hz && hz <= loopback->to_hz ? y / of : 0;
  }
  if (widen == 0) return;
  double step_s = 1 / (heard->step_hz * fft->n);
  r2nn_transform_back(fft);
  for (uint32_t i = 0; i < fft->n; i++) fft->time[i] *= i < fft->n / 2 ? exp(-widen * i * step_s) : 0;
  r2nn_transform_forth(fft);
}

static void take(const r2nn_measured *self, uint32_t output, uint32_t channel, const r2nn_heard *heard, const r2nn_heard *loopback,
                 const r2nn_transform *fft) {
  for (uint32_t p = 0; p < self->n_points; p++) {
    uint32_t k = (uint32_t)lround(self->freq_hz[p] / heard->step_hz);
    size_t to = ((size_t)p * self->n_outputs + output) * self->n_channels + channel;
    double of = hypot(loopback->response[2 * k], loopback->response[2 * k + 1]);
    self->response[to] = fft->bin[k];
    self->sigma[to] = hypot(heard->sigma[k], loopback->sigma[k] * cabs(fft->bin[k])) / of;
    self->peak[output] = fmax(self->peak[output], cabs(fft->bin[k]));
  }
}

r2nn_status r2nn_measured_make(const r2nn_model *model, const r2nn_heard *heard, const r2nn_heard *loopback, double widen,
                               uint32_t n_points, double *freq_hz, r2nn_measured *measured, r2nn_error *error) {
  uint32_t n_outputs = model->stages[0].n_outputs, n_channels = model->n_channels;
  size_t n = (size_t)n_points * n_outputs * n_channels;
  r2nn_transform fft;
  *measured =
      (r2nn_measured){.n_points = n_points, .n_outputs = n_outputs, .n_channels = n_channels, .widen = widen, .freq_hz = freq_hz};
  r2nn_status status = r2nn_transform_init(&fft, 2.0 * (loopback->n_bins - 1), error);
  measured->response = malloc((n + 1) * sizeof *measured->response);
  measured->sigma = malloc((n + 1) * sizeof *measured->sigma);
  measured->peak = calloc(n_outputs, sizeof *measured->peak);
  if (status == R2NN_OK && (!measured->response || !measured->sigma || !measured->peak))
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t c = 0; c < n_channels && status == R2NN_OK; c++)
    for (uint32_t o = 0; o < n_outputs; o++) {
      const r2nn_heard *from = &heard[(size_t)c * n_outputs + o];
      divide(from, loopback, widen, &fft);
      take(measured, o, c, from, loopback, &fft);
    }
  r2nn_transform_free(&fft);
  if (status != R2NN_OK) r2nn_measured_free(measured);
  return status;
}

void r2nn_measured_free(r2nn_measured *measured) {
  free(measured->freq_hz);
  free(measured->response);
  free(measured->sigma);
  free(measured->peak);
  *measured = (r2nn_measured){0};
}

double complex r2nn_measured_highpass(const r2nn_model *model, double complex s) {
  double complex gain = 1, one = s / (s + TWO_PI * model->highpass_hz);
  for (uint32_t k = 0; model->remove_mean && k < model->highpass_order; k++) gain *= one;
  return gain;
}

r2nn_status r2nn_measured_expect(const r2nn_model *model, const r2nn_measured *at, double complex *response, r2nn_error *error) {
  const r2nn_stage *stage = &model->stages[0];
  r2nn_solver solver;
  r2nn_status status = r2nn_solver_init(&solver, stage, model->n_channels, error);
  if (status != R2NN_OK) return status;
  for (uint32_t p = 0; p < at->n_points && status == R2NN_OK; p++) {
    double complex s = CMPLX(at->widen, TWO_PI * at->freq_hz[p]), gain = r2nn_measured_highpass(model, s);
    for (uint32_t part = 0; part < solver.parts.n_parts && status == R2NN_OK; part++) {
      uint32_t first = solver.first_output[part], last = solver.first_output[part + 1];
      if (first == last) continue;
      if (!r2nn_solver_run(&solver, part, s))
        status = r2nn_fail(error, R2NN_UNSTABLE, "no finite response at %.6g Hz", at->freq_hz[p]);
      for (uint32_t k = first; k < last && status == R2NN_OK; k++)
        for (uint32_t c = 0; c < model->n_channels; c++)
          response[((size_t)p * stage->n_outputs + solver.outputs[k]) * model->n_channels + c] =
              gain * r2nn_solver_from(&solver, part, c)[solver.parts.local[stage->outputs[solver.outputs[k]]]];
    }
  }
  r2nn_solver_free(&solver);
  return status;
}
