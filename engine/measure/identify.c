/* Identifies a board: fits at narrower and narrower widths, then what each value has become. */
#include "core/blas.h"
#include "measure/fit.h"
#include "measure/modes.h"

#include <math.h>
#include <stdlib.h>

#define NARROWER    3.0  /* from one fit to the next */
#define WIDE_FLOOR  0.01 /* of the fits on the way: what a widened response is good for */
#define MOST_LEVELS 12

r2nn_identify_def r2nn_identify_def_default(double tolerance, double rate_hz) {
  return (r2nn_identify_def){.tolerance = tolerance, .gain_tolerance = 0.03, .delay_s = 0.5 / rate_hz, .floor = 3e-4};
}

/* How wide to begin: as wide as the highest resonance may be off, and where to end: narrower than the narrowest. 1/s. */
static r2nn_status find_widths(const r2nn_model *model, double tolerance, double *begin, double *end, r2nn_error *error) {
  uint32_t n;
  double *re, *im;
  r2nn_status status = r2nn_stage_poles(&model->stages[0], &n, &re, &im, error);
  if (status != R2NN_OK) return status;
  *begin = 0;
  *end = INFINITY;
  for (uint32_t k = 0; k < n; k++) {
    *end = fmin(*end, fabs(re[k]));
    if (fabs(re[k]) < 2 * tolerance * im[k]) *begin = fmax(*begin, tolerance * im[k]);
  }
  free(re);
  free(im);
  return R2NN_OK;
}

/* The model as it is believed to be now, fitted at one width. */
static r2nn_status fit_at(r2nn_model *model, r2nn_solver *solver, r2nn_measure_values *values, const r2nn_heard *heard,
                          const r2nn_heard *loopback, double widen, double spread, double floor, double *covariance, double *misfit,
                          double *error_share, r2nn_error *error) {
  r2nn_measured measured;
  double *freq_hz = NULL;
  uint32_t n_points = 0;
  r2nn_status status =
      r2nn_measured_points(model, loopback->from_hz, loopback->to_hz, loopback->step_hz, spread, widen, &n_points, &freq_hz, error);
  if (status != R2NN_OK) return status;
  status = r2nn_measured_make(model, heard, loopback, widen, n_points, freq_hz, &measured, error);
  if (status != R2NN_OK) return status;
  status = r2nn_measure_fit(model, solver, values, &measured, floor, covariance, misfit, error_share, error);
  r2nn_measured_free(&measured);
  return status;
}

static r2nn_status fit_all(r2nn_model *model, r2nn_solver *solver, r2nn_measure_values *values, const r2nn_heard *heard,
                           const r2nn_heard *loopback, const r2nn_identify_def *def, double *covariance,
                           r2nn_identified *identified, r2nn_error *error) {
  double widen, end, spread = def->tolerance;
  r2nn_status status = find_widths(model, def->tolerance, &widen, &end, error);
  for (int level = 0; level < MOST_LEVELS && widen > 0.3 * end && status == R2NN_OK; level++, widen /= NARROWER, spread /= NARROWER)
    status = fit_at(model, solver, values, heard, loopback, widen, spread, WIDE_FLOOR, NULL, NULL, NULL, error);
  for (int pass = 0; pass < 2 && status == R2NN_OK; pass++, spread = 0) /* the second time around what was found */
    status = fit_at(model, solver, values, heard, loopback, 0, spread, def->floor, covariance, &identified->misfit,
                    &identified->error, error);
  return status;
}

static void tell_values(const r2nn_measure_values *values, const double *covariance, r2nn_identified *identified) {
  double wider = fmax(identified->misfit, 1); /* what the structure cannot explain makes every value less sure */
  for (uint32_t i = 0; i < values->n; i++) {
    const r2nn_measure_value *value = &values->values[i];
    double found = r2nn_measure_value_at(value, values->theta[i]), sigma = sqrt(covariance[(size_t)i * values->n + i]);
    identified->values[i] = (r2nn_value){.kind = value->kind,
                                         .index = value->index,
                                         .design = value->start,
                                         .found = found,
                                         .deviation = value->unit != 0 ? values->theta[i] : found / value->start - 1,
                                         .sigma = fmin(wider * sigma, value->spread)};
  }
  identified->n_values = values->n;
}

r2nn_status r2nn_identify(const r2nn_model *design, const r2nn_heard *heard, const r2nn_heard *loopback,
                          const r2nn_identify_def *def, r2nn_identified *identified, r2nn_error *error) {
  r2nn_solver solver = {0};
  r2nn_measure_values values = {0};
  double *covariance = NULL;
  *identified = (r2nn_identified){.model = r2nn_model_copy(design)};
  r2nn_blas_quiet();
  r2nn_status status = identified->model ? r2nn_solver_init(&solver, &identified->model->stages[0], design->n_channels, error)
                                         : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = r2nn_measure_values_init(&values, design, &solver, def, error);
  if (status == R2NN_OK) {
    covariance = malloc((size_t)values.n * values.n * sizeof *covariance);
    identified->values = malloc(values.n * sizeof *identified->values);
    status = covariance && identified->values
                 ? fit_all(identified->model, &solver, &values, heard, loopback, def, covariance, identified, error)
                 : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u values", values.n);
  }
  if (status == R2NN_OK) tell_values(&values, covariance, identified);
  if (status == R2NN_OK) status = r2nn_measure_modes(design, &solver, &values, covariance, identified, error);
  if (status == R2NN_OK) status = r2nn_model_check(identified->model, error);
  r2nn_solver_free(&solver);
  r2nn_measure_values_free(&values);
  free(covariance);
  status = r2nn_blas_settle(status, error);
  if (status != R2NN_OK) r2nn_identified_free(identified);
  return status;
}

void r2nn_identified_free(r2nn_identified *identified) {
  r2nn_model_free(identified->model);
  free(identified->values);
  free(identified->modes);
  *identified = (r2nn_identified){0};
}
