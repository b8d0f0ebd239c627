/* Levenberg and Marquardt over all points, part by part: what is not coupled does not share values. */
#include "measure/fit.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ROUNDS 60
#define ENOUGH      1e-7 /* a cost that falls by a smaller share has settled */
#define MOST_STEP   0.5  /* of a theta: no part is off by more in one go */

typedef struct fit {
  r2nn_model *model;
  r2nn_solver *solver;
  r2nn_measure_values *values;
  const r2nn_measured *measured;
  double floor;
  uint32_t n, most;     /* values; the most that one output follows */
  double *hessian;      /* [n][n] of the measurement alone */
  double *gradient;     /* [n] its descent */
  double *factor;       /* [n][n] */
  double *step, *kept;  /* [n] */
  double *rows, *local; /* [2 * outputs * channels of a part][most]; [most][most] */
  double *left;         /* [2 * outputs * channels] */
  double complex *row;  /* [most] */
  double worst;         /* largest error for the peak of its output */
} fit;

/* Where the j-th value that a part follows stands among all. */
static uint32_t place(const fit *self, uint32_t part, uint32_t j) {
  const uint32_t *first = self->values->first;
  uint32_t own = first[part + 1] - first[part];
  return j < own ? first[part] + j : first[self->solver->parts.n_parts] + j - own;
}

/* Add the rows of one part at one point, n of them with m values each, to the sums. */
static void add_rows(fit *self, uint32_t part, uint32_t n, uint32_t m) {
  cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)m, (int)n, 1, self->rows, (int)m, 0, self->local, (int)m);
  for (uint32_t i = 0; i < m; i++) {
    uint32_t to = place(self, part, i);
    for (uint32_t r = 0; r < n; r++) self->gradient[to] += self->rows[(size_t)r * m + i] * self->left[r];
    for (uint32_t j = 0; j <= i; j++) {
      uint32_t other = place(self, part, j);
      size_t at = to >= other ? (size_t)to * self->n + other : (size_t)other * self->n + to;
      self->hessian[at] += self->local[(size_t)i * m + j];
    }
  }
}

/* One part at one point; the sum of squares that is left there. */
static double add_point(fit *self, uint32_t part, uint32_t point, bool derive) {
  const r2nn_measured *measured = self->measured;
  r2nn_solver *solver = self->solver;
  r2nn_measure_values *values = self->values;
  const r2nn_stage *stage = &self->model->stages[0];
  double complex s = CMPLX(measured->widen, 2 * M_PI * measured->freq_hz[point]);
  uint32_t first = solver->first_output[part], n_outputs = solver->first_output[part + 1] - first, n_rows = 0;
  uint32_t m = values->first[part + 1] - values->first[part] + values->n - values->first[solver->parts.n_parts];
  if (!n_outputs) return 0;
  if (!r2nn_solver_run(solver, part, s)) return INFINITY;
  double complex all = r2nn_measured_highpass(self->model, s) * cexp(-s * values->delay_s);
  double sum = 0;
  for (uint32_t k = 0; k < n_outputs; k++)
    for (uint32_t c = 0; c < measured->n_channels; c++) {
      uint32_t output = solver->outputs[first + k];
      size_t at = ((size_t)point * measured->n_outputs + output) * measured->n_channels + c;
      double complex front = all * values->gain[output];
      double complex y = front * r2nn_solver_from(solver, part, c)[solver->parts.local[stage->outputs[output]]];
      double complex off = measured->response[at] - y;
      double weight = 1 / hypot(measured->sigma[at], self->floor * measured->peak[output]);
      sum += weight * weight * (creal(off) * creal(off) + cimag(off) * cimag(off));
      self->worst = fmax(self->worst, cabs(off) / measured->peak[output]);
      if (!derive) continue;
      r2nn_measure_values_row(values, self->model, solver, part, k, c, s, front, y, self->row);
      for (uint32_t j = 0; j < m; j++) {
        self->rows[(size_t)n_rows * m + j] = weight * creal(self->row[j]);
        self->rows[(size_t)(n_rows + 1) * m + j] = weight * cimag(self->row[j]);
      }
      self->left[n_rows++] = weight * creal(off);
      self->left[n_rows++] = weight * cimag(off);
    }
  if (derive) add_rows(self, part, n_rows, m);
  return sum;
}

/* What is left at the present theta, with what the parts' deviations cost; the sums for a step. */
static double look(fit *self, bool derive, double *squares) {
  r2nn_measure_values_apply(self->values, self->model);
  r2nn_solver_load(self->solver);
  if (derive) {
    memset(self->hessian, 0, (size_t)self->n * self->n * sizeof *self->hessian);
    memset(self->gradient, 0, self->n * sizeof *self->gradient);
  }
  self->worst = 0;
  double sum = 0;
  for (uint32_t part = 0; part < self->solver->parts.n_parts; part++)
    for (uint32_t point = 0; point < self->measured->n_points; point++) sum += add_point(self, part, point, derive);
  if (squares) *squares = sum;
  for (uint32_t i = 0; i < self->n; i++) sum += pow(self->values->theta[i] / self->values->values[i].spread, 2);
  return sum;
}

/* The factor of hessian + what is expected, its diagonal times 1 + lift. */
static bool factorise(fit *self, double lift) {
  memcpy(self->factor, self->hessian, (size_t)self->n * self->n * sizeof *self->factor);
  for (uint32_t i = 0; i < self->n; i++) {
    double *at = &self->factor[(size_t)i * self->n + i];
    *at = (*at + pow(self->values->values[i].spread, -2)) * (1 + lift);
  }
  return LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (lapack_int)self->n, self->factor, (lapack_int)self->n) == 0;
}

static bool find_step(fit *self, double lift) {
  if (!factorise(self, lift)) return false;
  double largest = 0;
  for (uint32_t i = 0; i < self->n; i++)
    self->step[i] = self->gradient[i] - self->values->theta[i] * pow(self->values->values[i].spread, -2);
  LAPACKE_dpotrs(LAPACK_ROW_MAJOR, 'L', (lapack_int)self->n, 1, self->factor, (lapack_int)self->n, self->step, 1);
  for (uint32_t i = 0; i < self->n; i++)
    if (self->values->values[i].unit == 0) largest = fmax(largest, fabs(self->step[i]));
  for (uint32_t i = 0; i < self->n && largest > MOST_STEP; i++) self->step[i] *= MOST_STEP / largest;
  return true;
}

static void descend(fit *self) {
  double *theta = self->values->theta, lift = 1e-3, cost = look(self, true, NULL);
  for (int round = 0; round < MOST_ROUNDS && lift < 1e8;) {
    memcpy(self->kept, theta, self->n * sizeof *theta);
    double next = INFINITY;
    if (find_step(self, lift)) {
      for (uint32_t i = 0; i < self->n; i++) theta[i] += self->step[i];
      next = look(self, false, NULL);
    }
    if (next < cost) {
      bool settled = cost - next < ENOUGH * cost;
      lift = fmax(lift / 5, 1e-9);
      cost = look(self, true, NULL);
      round++;
      if (settled) return;
    } else {
      memcpy(theta, self->kept, self->n * sizeof *theta);
      lift *= 10;
    }
  }
  look(self, true, NULL);
}

static bool make_room(fit *self) {
  const r2nn_measure_values *values = self->values;
  const r2nn_solver *solver = self->solver;
  uint32_t rows = 0, n_parts = solver->parts.n_parts;
  for (uint32_t part = 0; part < n_parts; part++) {
    uint32_t own = values->first[part + 1] - values->first[part] + values->n - values->first[n_parts];
    uint32_t n = 2 * (solver->first_output[part + 1] - solver->first_output[part]) * self->measured->n_channels;
    if (own > self->most) self->most = own;
    if (n > rows) rows = n;
  }
  size_t n = self->n, most = self->most;
  self->hessian = malloc(n * n * sizeof *self->hessian);
  self->factor = malloc(n * n * sizeof *self->factor);
  self->gradient = malloc(n * sizeof *self->gradient);
  self->step = malloc(n * sizeof *self->step);
  self->kept = malloc(n * sizeof *self->kept);
  self->rows = malloc((rows * most + 1) * sizeof *self->rows);
  self->left = malloc((rows + (size_t)1) * sizeof *self->left);
  self->local = malloc((most * most + 1) * sizeof *self->local);
  self->row = malloc(most * sizeof *self->row);
  return self->hessian && self->factor && self->gradient && self->step && self->kept && self->rows && self->left && self->local &&
         self->row;
}

/* The inverse of hessian + what is expected. */
static bool invert(fit *self, double *covariance) {
  if (!factorise(self, 0)) return false;
  if (LAPACKE_dpotri(LAPACK_ROW_MAJOR, 'L', (lapack_int)self->n, self->factor, (lapack_int)self->n) != 0) return false;
  for (uint32_t i = 0; i < self->n; i++)
    for (uint32_t j = 0; j <= i; j++)
      covariance[(size_t)i * self->n + j] = covariance[(size_t)j * self->n + i] = self->factor[(size_t)i * self->n + j];
  return true;
}

r2nn_status r2nn_measure_fit(r2nn_model *model, r2nn_solver *solver, r2nn_measure_values *values, const r2nn_measured *measured,
                             double floor, double *covariance, double *misfit, double *error_share, r2nn_error *error) {
  fit self = {.model = model, .solver = solver, .values = values, .measured = measured, .floor = floor, .n = values->n};
  r2nn_status status = R2NN_OK;
  if (make_room(&self)) {
    double squares;
    descend(&self);
    look(&self, true, &squares);
    if (!isfinite(squares)) status = r2nn_fail(error, R2NN_UNSTABLE, "no values explain what was measured");
    if (misfit) *misfit = sqrt(squares / ((double)measured->n_points * measured->n_outputs * measured->n_channels));
    if (error_share) *error_share = self.worst;
    if (status == R2NN_OK && covariance && !invert(&self, covariance))
      status = r2nn_fail(error, R2NN_UNSTABLE, "what was measured does not fix the values");
  } else
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u values", values->n);
  free(self.hessian);
  free(self.factor);
  free(self.gradient);
  free(self.step);
  free(self.kept);
  free(self.rows);
  free(self.left);
  free(self.local);
  free(self.row);
  return status;
}
