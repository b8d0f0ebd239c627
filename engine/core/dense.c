/* Nearly defective parts: eigenvectors are of no use there, but the invariant subspace of the poles that the rate can carry is. The
 * real Schur form A = Q T Q', with those poles first, and the solution of T11 X - X T22 = -T12 part the states into two that do not
 * feel each other: w1' = T11 w1 + (z1 - X z2) u with z = Q' b, and x = Q1 w1 + what is left out. */
#include "core/dense.h"

#include "core/expm.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the splitting needs, all of order n. */
typedef struct splitter {
  lapack_int n;
  double *t, *q, *re, *im, *x;
  lapack_logical *slow;
} splitter;

static void splitter_free(splitter *s) {
  free(s->t);
  free(s->q);
  free(s->re);
  free(s->im);
  free(s->x);
  free(s->slow);
}

/* The ordered Schur form; *n_slow poles come first. */
static bool order_schur(splitter *s, const r2nn_part *part, double rate_hz, double most_turn, double most_decay,
                        lapack_int *n_slow) {
  size_t n = part->n_states;
  lapack_int unused;
  *s = (splitter){.n = (lapack_int)n,
                  .t = malloc(n * n * sizeof(double)),
                  .q = malloc(n * n * sizeof(double)),
                  .re = malloc(n * sizeof(double)),
                  .im = malloc(n * sizeof(double)),
                  .x = malloc(n * n * sizeof(double)),
                  .slow = malloc(n * sizeof(lapack_logical))};
  if (!s->t || !s->q || !s->re || !s->im || !s->x || !s->slow) return false;
  memcpy(s->t, part->a, n * n * sizeof *s->t);
  if (LAPACKE_dgees(LAPACK_ROW_MAJOR, 'V', 'N', NULL, s->n, s->t, s->n, &unused, s->re, s->im, s->q, s->n) != 0) return false;
  *n_slow = 0;
  for (size_t k = 0; k < n; k++) {
    s->slow[k] = fabs(s->im[k]) < most_turn * rate_hz && -s->re[k] < most_decay * rate_hz;
    *n_slow += s->slow[k] ? 1 : 0;
  }
  if (*n_slow == s->n || *n_slow == 0) return true;
  /* LAPACKE_dtrsen() hands a NULL iwork to LAPACK for job N, which writes to it all the same: the work space must be ours. */
  double condition, apart;
  lapack_int whole_work;
  return LAPACKE_dtrsen_work(LAPACK_ROW_MAJOR, 'N', 'V', s->slow, s->n, s->t, s->n, s->q, s->n, s->re, s->im, n_slow, &condition,
                             &apart, s->x, s->n, &whole_work, 1) == 0;
}

/* x [n_slow][n - n_slow] of T11 X - X T22 = -T12. */
static bool part_states(splitter *s, lapack_int n_slow) {
  lapack_int n = s->n, n_fast = n - n_slow;
  double scale = 1;
  for (lapack_int i = 0; i < n_slow; i++)
    for (lapack_int j = 0; j < n_fast; j++) s->x[i * n_fast + j] = -s->t[i * n + n_slow + j];
  const double *t22 = s->t + n_slow * n + n_slow;
  if (LAPACKE_dtrsyl(LAPACK_ROW_MAJOR, 'N', 'N', -1, n_slow, n_fast, s->t, n, t22, n, s->x, n_fast, &scale) != 0) return false;
  for (lapack_int i = 0; i < n_slow * n_fast; i++) s->x[i] /= scale;
  return true;
}

/* The slow states alone. */
static bool fill_slow(r2nn_dense *dense, splitter *s, const r2nn_modes *modes, const r2nn_part *part, double rate_hz) {
  size_t n = part->n_states, slow = dense->n_states, fast = n - slow, n_channels = modes->n_channels;
  if (!part_states(s, (lapack_int)slow)) return false;
  for (size_t c = 0; c < n_channels; c++) {
    double *z = s->re; /* free by now, and long enough */
    for (size_t i = 0; i < n; i++) {
      z[i] = 0;
      for (size_t j = 0; j < n; j++) z[i] += s->q[j * n + i] * part->b[j * n_channels + c];
    }
    for (size_t i = 0; i < slow; i++) {
      double sum = z[i];
      for (size_t j = 0; j < fast; j++) sum -= s->x[i * fast + j] * z[slow + j];
      dense->b[i * n_channels + c] = sum / rate_hz;
    }
  }
  for (uint32_t o = 0; o < part->n_outputs; o++) {
    size_t row = modes->output_row[modes->by_part[part->first_output + o]];
    for (size_t j = 0; j < slow; j++) dense->rows[o * slow + j] = s->q[row * n + j] * part->scale[row];
  }
  for (size_t i = 0; i < slow; i++) memmove(s->t + i * slow, s->t + i * n, slow * sizeof *s->t);
  return r2nn_expm(s->t, dense->n_states, 1 / rate_hz, dense->m);
}

/* All states as they are. */
static bool fill_all(r2nn_dense *dense, const r2nn_modes *modes, const r2nn_part *part, double rate_hz) {
  size_t n = part->n_states;
  for (size_t i = 0; i < n * modes->n_channels; i++) dense->b[i] = part->b[i] / rate_hz;
  for (uint32_t o = 0; o < part->n_outputs; o++) {
    size_t row = modes->output_row[modes->by_part[part->first_output + o]];
    dense->rows[o * n + row] = part->scale[row];
  }
  return r2nn_expm(part->a, part->n_states, 1 / rate_hz, dense->m);
}

bool r2nn_dense_init(r2nn_dense *dense, const r2nn_modes *modes, const r2nn_part *part, double rate_hz, double most_turn,
                     double most_decay) {
  splitter s;
  lapack_int n_slow = 0;
  *dense = (r2nn_dense){0};
  bool good = order_schur(&s, part, rate_hz, most_turn, most_decay, &n_slow);
  if (good) {
    size_t n = (size_t)n_slow;
    *dense = (r2nn_dense){.n_states = (uint32_t)n_slow,
                          .m = calloc(n * n + 1, sizeof *dense->m),
                          .b = calloc(n * modes->n_channels + 1, sizeof *dense->b),
                          .rows = calloc(n * part->n_outputs + 1, sizeof *dense->rows)};
    good = dense->m && dense->b && dense->rows;
  }
  if (good && n_slow == s.n)
    good = fill_all(dense, modes, part, rate_hz);
  else if (good && n_slow > 0)
    good = fill_slow(dense, &s, modes, part, rate_hz);
  splitter_free(&s);
  return good;
}

void r2nn_dense_free(r2nn_dense *dense) {
  free(dense->m);
  free(dense->b);
  free(dense->rows);
}
