/* Frequency responses at chosen points: measured ones, without the interface, and those of a model. */
#ifndef R2NN_MEASURE_MEASURED_H
#define R2NN_MEASURE_MEASURED_H

#include "r2nn/measure.h"

#include <complex.h>

typedef struct r2nn_measured {
  uint32_t n_points, n_outputs, n_channels;
  double widen;             /* 1/s: the responses are those at s = widen + j 2 pi f */
  double *freq_hz;          /* [n_points] ascending */
  double complex *response; /* [n_points][n_outputs][n_channels] V/V */
  double *sigma;            /* [n_points][n_outputs][n_channels] V/V: of the noise */
  double *peak;             /* [n_outputs] of |response| */
} r2nn_measured;

/* The widths of a bundle of points: around every pole of the first stage, so that it is seen even if it lies elsewhere by a share
 * of spread, and between them; on the grid of step_hz, within from_hz .. to_hz. malloc'ed. R2NN_NO_MEMORY, R2NN_UNSTABLE. */
r2nn_status r2nn_measured_points(const r2nn_model *model, double from_hz, double to_hz, double step_hz, double spread, double widen,
                                 uint32_t *n_points, double **freq_hz, r2nn_error *error);

/* What heard[n_channels][n_outputs] say, divided by what loopback heard, at freq_hz[n_points], which it takes, also on failure.
 * R2NN_NO_MEMORY. */
r2nn_status r2nn_measured_make(const r2nn_model *model, const r2nn_heard *heard, const r2nn_heard *loopback, double widen,
                               uint32_t n_points, double *freq_hz, r2nn_measured *measured, r2nn_error *error);
void r2nn_measured_free(r2nn_measured *measured);

/* What the model's high-passes do at s. */
double complex r2nn_measured_highpass(const r2nn_model *model, double complex s);

/* What the model's first stage does behind its high-passes at those points: response[n_points][n_outputs][n_channels].
 * R2NN_NO_MEMORY, R2NN_UNSTABLE. */
r2nn_status r2nn_measured_expect(const r2nn_model *model, const r2nn_measured *at, double complex *response, r2nn_error *error);

#endif
