/* Sums a part's response over its modes, or solves it densely. */
#include "core/fold.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

void r2nn_fold_free(r2nn_fold *self) {
  free(self->value);
  free(self->terms);
  free(self->lhs);
  free(self->x);
  free(self->pivot);
}

bool r2nn_fold_init(r2nn_fold *self, const r2nn_discrete *discrete, uint32_t part_index) {
  const r2nn_part *part = &discrete->modes->parts[part_index];
  size_t s = part->n_states;
  *self = (r2nn_fold){
      .discrete = discrete, .part = part, .part_index = part_index, .n_paths = (size_t)part->n_outputs * part->n_drives};
  self->value = malloc((self->n_paths + 1) * sizeof *self->value);
  if (part->kind != R2NN_PART_DENSE) {
    self->terms = malloc((part->n_modes + 1) * 2 * sizeof *self->terms);
    return self->value && self->terms;
  }
  self->lhs = malloc(s * s * sizeof *self->lhs);
  self->x = malloc(s * discrete->modes->n_channels * sizeof *self->x);
  self->pivot = malloc(s * sizeof *self->pivot);
  return self->value && self->lhs && self->x && self->pivot;
}

/* Solve (diagonal - factor * matrix) x = b, of order s. */
static void dense_solve(const r2nn_fold *self, const double *matrix, const double *b, uint32_t s, double complex diagonal,
                        double complex factor) {
  uint32_t m = self->discrete->modes->n_channels;
  for (size_t i = 0; i < (size_t)s * s; i++) self->lhs[i] = -factor * matrix[i];
  for (size_t i = 0; i < s; i++) self->lhs[i * s + i] += diagonal;
  for (size_t i = 0; i < (size_t)s * m; i++) self->x[i] = b[i];
  LAPACKE_zgesv(LAPACK_ROW_MAJOR, (lapack_int)s, (lapack_int)m, self->lhs, (lapack_int)s, self->pivot, self->x, (lapack_int)m);
}

/* H of a dense part. */
static void dense_whole(r2nn_fold *self, double complex s) {
  const r2nn_modes *modes = self->discrete->modes;
  const r2nn_part *part = self->part;
  double complex *value = self->value;
  dense_solve(self, part->a, part->b, part->n_states, s, 1);
  for (uint32_t i = 0; i < part->n_outputs; i++) {
    uint32_t row = modes->output_row[modes->by_part[part->first_output + i]];
    for (uint32_t d = 0; d < part->n_drives; d++) *value++ = self->x[row * modes->n_channels + part->drives[d]] * part->scale[row];
  }
}

/* value - H_d of a dense part; unit is exp(-jwT). */
static void dense_subtract(r2nn_fold *self, double complex unit) {
  const r2nn_dense *dense = &self->discrete->dense[self->part_index];
  const r2nn_part *part = self->part;
  double complex *value = self->value;
  if (!dense->n_states) return;
  dense_solve(self, dense->m, dense->b, dense->n_states, 1, unit);
  for (uint32_t i = 0; i < part->n_outputs; i++)
    for (uint32_t d = 0; d < part->n_drives; d++) {
      double complex sampled = 0;
      for (uint32_t k = 0; k < dense->n_states; k++)
        sampled += dense->rows[i * dense->n_states + k] * self->x[k * self->discrete->modes->n_channels + part->drives[d]];
      *value++ -= sampled;
    }
}

/* value = the sum over modes of each path's residue and its conjugate, times their terms. */
static void sum_modes(r2nn_fold *self) {
  const r2nn_modes *modes = self->discrete->modes;
  const r2nn_part *part = self->part;
  const double complex *t = self->terms;
  double complex *value = self->value;
  for (uint32_t i = 0; i < part->n_outputs; i++) {
    const double complex *out = modes->out[modes->by_part[part->first_output + i]];
    for (uint32_t d = 0; d < part->n_drives; d++) {
      const double complex *in = modes->in + (size_t)part->first_mode * modes->n_channels + part->drives[d];
      double complex sum = 0;
      for (uint32_t k = 0; k < part->n_modes; k++) {
        double complex r = out[k] * in[(size_t)k * modes->n_channels];
        sum += t[2 * k] * r + t[2 * k + 1] * conj(r);
      }
      *value++ = sum;
    }
  }
}

void r2nn_fold_whole(r2nn_fold *self, double freq_hz) {
  double complex s = CMPLX(0, 2 * PI * freq_hz);
  if (self->part->kind == R2NN_PART_DENSE) {
    dense_whole(self, s);
    return;
  }
  for (uint32_t k = 0; k < self->part->n_modes; k++) {
    double complex p = self->discrete->modes->pole[self->part->first_mode + k];
    bool is_pair = cimag(p) > 0; /* and its residue doubled */
    self->terms[2 * k] = (is_pair ? 0.5 : 1) / (s - p);
    self->terms[2 * k + 1] = is_pair ? 0.5 / (s - conj(p)) : 0;
  }
  sum_modes(self);
}

void r2nn_fold_error(r2nn_fold *self, double freq_hz) {
  double period = 1 / self->discrete->rate_hz;
  double complex s = CMPLX(0, 2 * PI * freq_hz), unit = cexp(-s * period);
  if (self->part->kind == R2NN_PART_DENSE) {
    dense_whole(self, s);
    dense_subtract(self, unit);
    return;
  }
  for (uint32_t k = 0; k < self->part->n_modes; k++) {
    uint32_t mode = self->part->first_mode + k;
    double complex p = self->discrete->modes->pole[mode], z = self->discrete->z[mode];
    bool is_pair = cimag(p) > 0;
    double share = is_pair ? 0.5 : 1, used = self->discrete->fine[mode] ? share * period : 0;
    self->terms[2 * k] = share / (s - p) - used / (1 - z * unit);
    self->terms[2 * k + 1] = is_pair ? share / (s - conj(p)) - used / (1 - conj(z) * unit) : 0;
  }
  sum_modes(self);
}
