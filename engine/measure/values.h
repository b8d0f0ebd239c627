/* The values of a first stage that a fit may change: each by theta, 0 where it began. */
#ifndef R2NN_MEASURE_VALUES_H
#define R2NN_MEASURE_VALUES_H

#include "measure/measured.h"
#include "measure/solver.h"

typedef struct r2nn_measure_value {
  r2nn_value_kind kind;
  uint32_t index;
  double start;  /* theta = 0 */
  double unit;   /* 0: value = start e^theta; otherwise value = start + unit theta */
  double spread; /* of theta, as expected */
} r2nn_measure_value;

typedef struct r2nn_measure_values {
  uint32_t n;
  r2nn_measure_value *values; /* [n] those of the parts one after the other, then those of all parts */
  uint32_t *first;            /* [n_parts + 1] of each part */
  double *theta;              /* [n] */
  double *gain;               /* [n_outputs] present value */
  double delay_s;             /* likewise */
} r2nn_measure_values;

/* All values of the model's first stage, of its outputs' gains and of the delay. R2NN_NO_MEMORY, R2NN_BAD_ARGUMENT. */
r2nn_status r2nn_measure_values_init(r2nn_measure_values *self, const r2nn_model *model, const r2nn_solver *solver,
                                     const r2nn_identify_def *def, r2nn_error *error);
void r2nn_measure_values_free(r2nn_measure_values *self);

/* The value that theta makes. */
double r2nn_measure_value_at(const r2nn_measure_value *value, double theta);

/* theta into the model, the gains and the delay. */
void r2nn_measure_values_apply(r2nn_measure_values *self, r2nn_model *model);

/* The derivatives of an output's response y (k-th of its part, for one channel) with respect to the theta of its part's values and,
 * behind them, those of all parts: row[first[part + 1] - first[part] + n - first[n_parts]]. solver has run at s. */
void r2nn_measure_values_row(const r2nn_measure_values *self, const r2nn_model *model, const r2nn_solver *solver, uint32_t part,
                             uint32_t k, uint32_t channel, double complex s, double complex front, double complex y,
                             double complex *row);

#endif
