/* The modes of a fitted stage, and how sure they are. */
#ifndef R2NN_MEASURE_MODES_H
#define R2NN_MEASURE_MODES_H

#include "measure/values.h"

/* Fill identified->modes: those of the design beside those of identified->model, with which solver and values were made; covariance
 * [n][n] of theta. R2NN_NO_MEMORY, R2NN_UNSTABLE. */
r2nn_status r2nn_measure_modes(const r2nn_model *design, r2nn_solver *solver, const r2nn_measure_values *values,
                               const double *covariance, r2nn_identified *identified, r2nn_error *error);

#endif
