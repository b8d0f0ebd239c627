/* The modes of a fitted stage, and how sure they are: dp = -v^T dA v / v^T (C + 2 p D) v, A(p) v = 0. */
#include "measure/modes.h"

#include <math.h>
#include <stdlib.h>

#define NEAR 1e-7 /* of a pole: so near to it, A^-1 of anything is its mode's shape */

/* The share of a value's kind in v^T dA v, for a step of theta. */
static double complex turn(const r2nn_measure_value *value, double theta, const r2nn_stage *stage, const uint32_t *local,
                           const double complex *v, double complex p) {
  double scale = value->unit != 0 ? value->unit : r2nn_measure_value_at(value, theta);
  double complex x;
  switch (value->kind) {
  case R2NN_VALUE_D:
    return scale * p * p * v[local[value->index]] * v[local[value->index]];
  case R2NN_VALUE_C:
    return scale * p * v[local[value->index]] * v[local[value->index]];
  case R2NN_VALUE_G:
    return scale * v[local[value->index]] * v[local[value->index]];
  case R2NN_VALUE_COUPLING:
    x = v[local[stage->couplings[value->index].a]] - v[local[stage->couplings[value->index].b]];
    return scale * x * x;
  case R2NN_VALUE_INPUT:
    x = v[local[stage->inputs[value->index].node]];
    return scale * x * x;
  default:
    return 0;
  }
}

/* The part to which a pole belongs: where A^-1 b grows most beside it. */
static uint32_t part_of(r2nn_solver *solver, double complex p) {
  uint32_t best = 0;
  double most = -1;
  for (uint32_t part = 0; part < solver->parts.n_parts; part++) {
    uint32_t first = solver->parts.first_node[part], n = solver->parts.first_node[part + 1] - first;
    double size = 0, usual = 0;
    if (!r2nn_solver_shape(solver, part, p * (1 + NEAR))) return part;
    for (uint32_t i = 0; i < n; i++) {
      size += cabs(solver->x[i]);
      usual += 1 / solver->self[solver->parts.nodes[first + i]];
    }
    if (size / usual > most) best = part;
    most = fmax(most, size / usual);
  }
  return best;
}

/* Standard deviations of ln f and ln q of a pole. row[n] is scratch. */
static void find_sigma(r2nn_solver *solver, const r2nn_measure_values *values, const double *covariance, double complex p,
                       double *row_f, double *row_q, double *sigma_f, double *sigma_q) {
  const r2nn_stage *stage = solver->stage;
  uint32_t part = part_of(solver, p), first = solver->parts.first_node[part], n = solver->parts.first_node[part + 1] - first;
  r2nn_solver_shape(solver, part, p * (1 + NEAR));
  double complex weight = 0;
  for (uint32_t i = 0; i < n; i++) {
    const r2nn_node *node = &stage->nodes[solver->parts.nodes[first + i]];
    weight += solver->x[i] * solver->x[i] * (node->c + 2 * p * node->d);
  }
  uint32_t begin = values->first[part], end = values->first[part + 1];
  double f = 0, q = 0, square = creal(p) * creal(p) + cimag(p) * cimag(p);
  for (uint32_t i = begin; i < end; i++) {
    double complex dp = -turn(&values->values[i], values->theta[i], stage, solver->parts.local, solver->x, p) / weight;
    row_f[i] = creal(conj(p) * dp) / square;
    row_q[i] = row_f[i] - creal(dp) / creal(p);
  }
  for (uint32_t i = begin; i < end; i++)
    for (uint32_t j = begin; j < end; j++) {
      f += row_f[i] * row_f[j] * covariance[(size_t)i * values->n + j];
      q += row_q[i] * row_q[j] * covariance[(size_t)i * values->n + j];
    }
  *sigma_f = sqrt(fmax(f, 0));
  *sigma_q = sqrt(fmax(q, 0));
}

r2nn_status r2nn_measure_modes(const r2nn_model *design, r2nn_solver *solver, const r2nn_measure_values *values,
                               const double *covariance, r2nn_identified *identified, r2nn_error *error) {
  uint32_t n[2] = {0, 0};
  double *re[2] = {NULL, NULL}, *im[2] = {NULL, NULL}, wider = fmax(identified->misfit, 1);
  double *rows = malloc(2 * (size_t)values->n * sizeof *rows);
  r2nn_status status =
      rows ? r2nn_stage_poles(&design->stages[0], &n[0], &re[0], &im[0], error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = r2nn_stage_poles(&identified->model->stages[0], &n[1], &re[1], &im[1], error);
  identified->n_modes = n[0] < n[1] ? n[0] : n[1];
  if (status == R2NN_OK) identified->modes = malloc((identified->n_modes + (size_t)1) * sizeof *identified->modes);
  if (status == R2NN_OK && !identified->modes) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t k = 0; k < identified->n_modes && status == R2NN_OK; k++) {
    double hz[2], q[2], sigma_f, sigma_q;
    for (int w = 0; w < 2; w++) {
      hz[w] = hypot(re[w][k], im[w][k]) / (2 * M_PI);
      q[w] = im[w][k] > 0 ? -M_PI * hz[w] / re[w][k] : 0;
    }
    find_sigma(solver, values, covariance, CMPLX(re[1][k], im[1][k]), rows, rows + values->n, &sigma_f, &sigma_q);
    identified->modes[k] = (r2nn_mode_found){hz[0], q[0], hz[1], q[1], wider * sigma_f, wider * sigma_q};
  }
  free(rows);
  for (int w = 0; w < 2; w++) {
    free(re[w]);
    free(im[w]);
  }
  return status;
}
