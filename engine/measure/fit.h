/* One fit of a first stage to measured responses. */
#ifndef R2NN_MEASURE_FIT_H
#define R2NN_MEASURE_FIT_H

#include "measure/values.h"

/* Levenberg and Marquardt from the present theta on: the least sum of |response - y|^2 / variance + (theta / spread)^2, variance =
 * sigma^2 + (floor peak)^2. model, with which solver and values were made, becomes what was found. covariance [n][n] of theta, row
 * after row; misfit and error as in r2nn_identified. All three may be NULL. R2NN_NO_MEMORY, R2NN_UNSTABLE. */
r2nn_status r2nn_measure_fit(r2nn_model *model, r2nn_solver *solver, r2nn_measure_values *values, const r2nn_measured *measured,
                             double floor, double *covariance, double *misfit, double *error_share, r2nn_error *error);

#endif
