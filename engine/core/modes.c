/* Modes by the eigenvectors of each connected part's state matrix (LAPACK), sorted into modal, fine and dense parts. */
#include "core/modes.h"

#include "core/blas.h"
#include "core/components.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
/* A part's terms may cancel this much before float (24 bits), then double (53 bits) is too short for -60 dB. */
#define FINE_CANCELLATION  3e3
#define DENSE_CANCELLATION 1e6
/* The modal sum must meet a direct solution as well as this, relative to the largest response of the part. */
#define MODAL_ERROR 1e-7
/* A mode that loses less than this share of its amplitude per radian never settles. */
#define UNDAMPED 1e-9

/* No circuit has rates, g/c or c/d, above this, in 1/s: what follows from faster ones overflows. */
#define MOST_RATE 1e100

/* What the parts are built from. */
typedef struct gather {
  const r2nn_stage *stage;
  r2nn_parts parts;
  double *self; /* [n_nodes] K_ii, S */
} gather;

static void gather_free(gather *g) {
  r2nn_parts_free(&g->parts);
  free(g->self);
}

static r2nn_status gather_stage(gather *g, const r2nn_stage *stage, r2nn_modes *modes, r2nn_error *error) {
  *g = (gather){.stage = stage};
  r2nn_status status = r2nn_parts_init(&g->parts, stage, error);
  if (status != R2NN_OK) return status;
  modes->n_parts = g->parts.n_parts;
  g->self = malloc(stage->n_nodes * sizeof *g->self);
  modes->parts = calloc(modes->n_parts, sizeof *modes->parts);
  if (!g->self || !modes->parts) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the modes of %u nodes", stage->n_nodes);
  r2nn_stage_selves(stage, g->self);
  for (uint32_t p = 0; p < modes->n_parts; p++) {
    r2nn_part *part = &modes->parts[p];
    const uint32_t *nodes = g->parts.nodes + g->parts.first_node[p];
    part->n_nodes = g->parts.first_node[p + 1] - g->parts.first_node[p];
    part->nodes = malloc(part->n_nodes * sizeof *part->nodes);
    part->scale = malloc(part->n_nodes * sizeof *part->scale);
    if (!part->nodes || !part->scale)
      return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a part of %u nodes", part->n_nodes);
    memcpy(part->nodes, nodes, part->n_nodes * sizeof *part->nodes);
    for (uint32_t i = 0; i < part->n_nodes; i++) part->n_states += stage->nodes[nodes[i]].d > 0 ? 2 : 1;
  }
  return R2NN_OK;
}

/* Values that are each possible can be out of all proportion to each other; LAPACK is not to see what comes of it. */
static r2nn_status check_finite(const r2nn_part *part, uint32_t n_channels, r2nn_error *error) {
  const size_t s = part->n_states;
  double largest = 0;
  bool good = true;
  for (size_t i = 0; i < s * s && good; i++) {
    good = isfinite(part->a[i]);
    largest = fmax(largest, fabs(part->a[i]));
  }
  for (size_t i = 0; i < s * n_channels && good; i++) good = isfinite(part->b[i]);
  if (good && largest <= MOST_RATE) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_ARGUMENT, "nodes[%u] and what it is coupled to: the values of c, d and g are out of proportion",
                   part->nodes[0]);
}

/* The state matrix of one part in balanced units: x_i = sqrt(K_ii/k) v_i, k the largest K_ii, and, for resonators, w_i = x_i' /
 * w0_i. Then x' = w0 w and w' = -sum_j K_ij x_j / sqrt(d_i K_jj) - (c_i/d_i) w + sum_c B_ic u_c / sqrt(d_i k). */
static r2nn_status state_space(const gather *g, r2nn_part *part, uint32_t index, uint32_t n_channels, r2nn_error *error) {
  const r2nn_stage *stage = g->stage;
  uint32_t n = part->n_nodes, s = part->n_states;
  part->a = calloc((size_t)s * s, sizeof *part->a);
  part->b = calloc((size_t)s * n_channels, sizeof *part->b);
  uint32_t *row = malloc(n * sizeof *row); /* the state that node i's currents drive */
  double *gain = malloc(n * sizeof *gain); /* and what a current does to it */
  double largest = 0;
  if (!part->a || !part->b || !row || !gain) {
    free(row);
    free(gain);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a state matrix of order %u", s);
  }
  for (uint32_t i = 0; i < n; i++) largest = fmax(largest, g->self[part->nodes[i]]);
  for (uint32_t i = 0, w = n; i < n; i++) {
    const r2nn_node *node = &stage->nodes[part->nodes[i]];
    double self = g->self[part->nodes[i]];
    if (!(self > 0)) {
      free(row);
      free(gain);
      return r2nn_fail(error, R2NN_UNSTABLE, "nodes[%u]: its conductances must add up to more than 0 S, add up to %g",
                       part->nodes[i], self);
    }
    part->scale[i] = sqrt(largest / self);
    if (node->d > 0) {
      part->a[(size_t)i * s + w] = sqrt(self / node->d);
      part->a[(size_t)w * s + w] = -node->c / node->d;
      gain[i] = 1 / sqrt(node->d) / sqrt(largest);
      row[i] = w++;
    } else {
      gain[i] = sqrt(self / largest) / node->c;
      row[i] = i;
    }
    part->a[(size_t)row[i] * s + i] += -self * part->scale[i] * gain[i];
  }
  for (uint32_t k = g->parts.first_coupling[index]; k < g->parts.first_coupling[index + 1]; k++) {
    const r2nn_coupling *coupling = &stage->couplings[g->parts.couplings[k]];
    uint32_t i = g->parts.local[coupling->a], j = g->parts.local[coupling->b];
    part->a[(size_t)row[i] * s + j] += coupling->g * part->scale[j] * gain[i];
    part->a[(size_t)row[j] * s + i] += coupling->g * part->scale[i] * gain[j];
  }
  for (uint32_t k = g->parts.first_input[index]; k < g->parts.first_input[index + 1]; k++) {
    const r2nn_input *input = &stage->inputs[g->parts.inputs[k]];
    uint32_t i = g->parts.local[input->node];
    part->b[(size_t)row[i] * n_channels + input->channel] += input->g * gain[i];
  }
  free(row);
  free(gain);
  return check_finite(part, n_channels, error);
}

/* Find the channels that drive the part alike: those with but one entry in b, in the same row. */
static r2nn_status find_drives(r2nn_part *part, uint32_t n_channels, r2nn_error *error) {
  part->drives = malloc(n_channels * sizeof *part->drives);
  part->like = malloc(n_channels * sizeof *part->like);
  part->share = malloc(n_channels * sizeof *part->share);
  uint32_t *drive_at = malloc(part->n_states * sizeof *drive_at); /* of the channels that enter in this row alone */
  bool good = part->drives && part->like && part->share && drive_at;
  for (uint32_t i = 0; i < part->n_states && good; i++) drive_at[i] = R2NN_NO_DRIVE;
  for (uint32_t c = 0; c < n_channels && good; c++) {
    uint32_t n_rows = 0, row = 0, own = R2NN_NO_DRIVE;
    for (uint32_t i = 0; i < part->n_states; i++)
      if (part->b[(size_t)i * n_channels + c] != 0) {
        n_rows++;
        row = i;
      }
    uint32_t *like = n_rows == 1 ? &drive_at[row] : &own;
    part->share[c] = n_rows ? 1 : 0;
    if (n_rows && *like == R2NN_NO_DRIVE) {
      *like = part->n_drives;
      part->drives[part->n_drives++] = c;
    } else if (n_rows)
      part->share[c] = part->b[(size_t)row * n_channels + c] / part->b[(size_t)row * n_channels + part->drives[*like]];
    part->like[c] = *like;
  }
  free(drive_at);
  return good ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a part of %u nodes", part->n_nodes);
}

/* Eigenvalues re + j im, right eigenvectors v (row-major, complex) and their coordinates of b: y with v y = b. False if there is no
 * such y; re, im and v are then still filled, or re[0] is NAN: no eigenvalues were found. */
static bool eigen(const r2nn_part *part, uint32_t n_channels, double *re, double *im, double complex *v, double complex *y) {
  lapack_int n = (lapack_int)part->n_states;
  double *a = malloc((size_t)n * (size_t)n * sizeof *a), *packed = malloc((size_t)n * (size_t)n * sizeof *packed);
  lapack_int *pivot = malloc((size_t)n * sizeof *pivot);
  double complex *lu = malloc((size_t)n * (size_t)n * sizeof *lu);
  bool good = a && packed && pivot && lu;
  if (!good) r2nn_blas_lack();
  re[0] = (double)NAN;
  if (good) {
    memcpy(a, part->a, (size_t)n * (size_t)n * sizeof *a);
    good = LAPACKE_dgeev(LAPACK_ROW_MAJOR, 'N', 'V', n, a, n, re, im, NULL, 1, packed, n) == 0;
    if (!good) re[0] = (double)NAN;
  }
  if (good) {
    for (lapack_int i = 0; i < n; i++)
      for (lapack_int k = 0; k < n; k++) {
        double complex *cell = &v[i * n + k];
        if (im[k] == 0)
          *cell = packed[i * n + k];
        else if (im[k] > 0)
          *cell = CMPLX(packed[i * n + k], packed[i * n + k + 1]);
        else
          *cell = CMPLX(packed[i * n + k - 1], -packed[i * n + k]);
      }
    memcpy(lu, v, (size_t)n * (size_t)n * sizeof *lu);
    for (uint32_t i = 0; i < part->n_states * n_channels; i++) y[i] = part->b[i];
    good = LAPACKE_zgesv(LAPACK_ROW_MAJOR, n, (lapack_int)n_channels, lu, n, pivot, y, (lapack_int)n_channels) == 0;
  }
  free(a);
  free(packed);
  free(pivot);
  free(lu);
  return good;
}

/* How much the terms of sum_k v_ik y_kc / (jw - p_k) cancel, the worst over nodes and drives, at the modes' own frequencies. */
static double cancellation(const r2nn_part *part, uint32_t n_channels, const double *re, const double *im, const double complex *v,
                           const double complex *y) {
  uint32_t s = part->n_states, step = s > 64 ? s / 32 : 1;
  double worst = 0;
  for (uint32_t i = 0; i < part->n_nodes; i++)
    for (uint32_t d = 0; d < part->n_drives; d++) {
      uint32_t c = part->drives[d];
      double largest_sum = 0, largest_terms = 0;
      for (uint32_t at = 0; at < s + step; at += step) {
        double w = at < s ? hypot(re[at], im[at]) : 0, terms = 0;
        double complex sum = 0;
        for (uint32_t k = 0; k < s; k++) {
          double complex term = v[i * s + k] * y[k * n_channels + c] / (CMPLX(-re[k], w - im[k]));
          sum += term;
          terms += cabs(term);
        }
        largest_sum = fmax(largest_sum, cabs(sum));
        largest_terms = fmax(largest_terms, terms);
      }
      if (largest_terms > 0) worst = fmax(worst, largest_terms / fmax(largest_sum, 1e-300));
    }
  return worst;
}

/* x = (jw - a)^-1 b, [n_states][n_channels]; false if memory is short or the matrix is singular. */
static bool dense_solve(const r2nn_part *part, uint32_t n_channels, double w, double complex *x) {
  lapack_int n = (lapack_int)part->n_states, m = (lapack_int)n_channels;
  double complex *lhs = malloc((size_t)n * (size_t)n * sizeof *lhs);
  lapack_int *pivot = malloc((size_t)n * sizeof *pivot);
  bool solved = lhs && pivot;
  if (!solved) r2nn_blas_lack();
  if (solved) {
    for (size_t i = 0; i < (size_t)n * (size_t)n; i++) lhs[i] = -part->a[i];
    for (size_t i = 0; i < (size_t)n; i++) lhs[i * (size_t)n + i] += CMPLX(0, w);
    for (size_t i = 0; i < (size_t)n * (size_t)m; i++) x[i] = part->b[i];
    solved = LAPACKE_zgesv(LAPACK_ROW_MAJOR, n, m, lhs, n, pivot, x, m) == 0;
  }
  free(lhs);
  free(pivot);
  return solved;
}

/* Does the modal sum meet the direct solution at three of the part's own frequencies? */
static bool verified(const r2nn_part *part, uint32_t n_channels, const double *re, const double *im, const double complex *v,
                     const double complex *y) {
  uint32_t s = part->n_states;
  double complex *x = malloc((size_t)s * n_channels * sizeof *x);
  double largest = 0, worst = 0;
  bool good = x != NULL;
  if (!good) r2nn_blas_lack();
  for (uint32_t at = 0; at < 3 && good; at++) {
    uint32_t mode = at * (s - 1) / 2;
    double w = hypot(re[mode], im[mode]);
    good = dense_solve(part, n_channels, w, x);
    for (uint32_t i = 0; i < part->n_nodes && good; i++)
      for (uint32_t d = 0; d < part->n_drives; d++) {
        uint32_t c = part->drives[d];
        double complex sum = 0;
        for (uint32_t k = 0; k < s; k++) {
          if (im[k] < 0) continue; /* a pair is used as one mode and its exact conjugate */
          double complex residue = v[(size_t)i * s + k] * y[(size_t)k * n_channels + c];
          sum += residue / CMPLX(-re[k], w - im[k]);
          if (im[k] > 0) sum += conj(residue) / CMPLX(-re[k], w + im[k]);
        }
        largest = fmax(largest, cabs(x[(size_t)i * n_channels + c]));
        worst = fmax(worst, cabs(sum - x[(size_t)i * n_channels + c]));
      }
  }
  free(x);
  return good && worst <= MODAL_ERROR * largest;
}

/* Refuse a part that never settles; name the node that swings most. */
static r2nn_status check_damping(const r2nn_part *part, const double *re, const double *im, const double complex *v,
                                 r2nn_error *error) {
  for (uint32_t k = 0; k < part->n_states; k++) {
    if (re[k] <= -UNDAMPED * hypot(re[k], im[k])) continue;
    uint32_t most = 0;
    for (uint32_t i = 1; i < part->n_nodes; i++)
      if (cabs(v[i * part->n_states + k]) > cabs(v[most * part->n_states + k])) most = i;
    return r2nn_fail(error, R2NN_UNSTABLE, "nodes[%u].c: the mode at %.6g Hz is undamped; give the node a capacitor",
                     part->nodes[most], fabs(im[k]) / (2 * PI));
  }
  return R2NN_OK;
}

/* Keep the way from modes to states and back: the eigenvectors v and the rows of their inverse. False if it cannot be had. */
static bool keep_states(r2nn_part *part, const double *im, const double complex *v) {
  uint32_t s = part->n_states, n = part->n_modes;
  lapack_int order = (lapack_int)s;
  double complex *lu = malloc((size_t)s * s * sizeof *lu), *inverse = calloc((size_t)s * s, sizeof *inverse);
  lapack_int *pivot = malloc(s * sizeof *pivot);
  part->shapes = malloc((size_t)s * n * sizeof *part->shapes);
  part->coordinates = malloc((size_t)s * n * sizeof *part->coordinates);
  bool good = lu && inverse && pivot && part->shapes && part->coordinates;
  if (!good) r2nn_blas_lack();
  if (good) {
    memcpy(lu, v, (size_t)s * s * sizeof *lu);
    for (uint32_t i = 0; i < s; i++) inverse[(size_t)i * s + i] = 1;
    good = LAPACKE_zgesv(LAPACK_ROW_MAJOR, order, order, lu, order, pivot, inverse, order) == 0;
  }
  for (uint32_t k = 0, at = 0; k < s && good; k++) {
    if (im[k] < 0) continue;
    for (uint32_t i = 0; i < s; i++) {
      part->shapes[(size_t)i * n + at] = v[(size_t)i * s + k] * (im[k] > 0 ? 2 : 1);
      part->coordinates[(size_t)at * s + i] = inverse[(size_t)k * s + i];
    }
    at++;
  }
  free(lu);
  free(inverse);
  free(pivot);
  return good;
}

/* Solve one part and append its modes. */
static r2nn_status solve_part(r2nn_modes *modes, r2nn_part *part, const uint32_t *output_of_row, bool keep, r2nn_error *error) {
  uint32_t s = part->n_states, m = modes->n_channels;
  double *re = malloc(s * sizeof *re), *im = malloc(s * sizeof *im);
  double complex *v = malloc((size_t)s * s * sizeof *v), *y = malloc((size_t)s * m * sizeof *y);
  r2nn_status status = R2NN_OK;
  if (!re || !im || !v || !y)
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the modes of %u states", s);
  else {
    double worst = (double)INFINITY;
    if (eigen(part, m, re, im, v, y) && verified(part, m, re, im, v, y)) worst = cancellation(part, m, re, im, v, y);
    if (isnan(re[0]))
      status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the eigenvalues of %u states", s);
    else
      status = check_damping(part, re, im, v, error);
    part->slowest = re[0];
    for (uint32_t k = 1; k < s; k++) part->slowest = fmax(part->slowest, re[k]);
    part->kind = worst > DENSE_CANCELLATION ? R2NN_PART_DENSE : worst > FINE_CANCELLATION ? R2NN_PART_FINE : R2NN_PART_MODAL;
  }
  if (status == R2NN_OK && part->kind != R2NN_PART_DENSE) {
    part->first_mode = modes->n_modes;
    for (uint32_t k = 0; k < s; k++) {
      if (im[k] < 0) continue;
      uint32_t at = modes->n_modes++;
      modes->pole[at] = CMPLX(re[k], im[k]);
      for (uint32_t c = 0; c < m; c++) modes->in[(size_t)at * m + c] = y[(size_t)k * m + c];
    }
    part->n_modes = modes->n_modes - part->first_mode;
    if (keep && s <= R2NN_KEPT_STATES && !keep_states(part, im, v))
      status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the modes of %u states", s);
    for (uint32_t i = 0; i < part->n_nodes && status == R2NN_OK; i++) {
      uint32_t output = output_of_row[i];
      if (output == UINT32_MAX) continue;
      modes->out[output] = malloc(part->n_modes * sizeof **modes->out);
      if (!modes->out[output]) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the outputs' modes");
      for (uint32_t k = 0, at = 0; k < s && status == R2NN_OK; k++)
        if (im[k] >= 0) modes->out[output][at++] = v[(size_t)i * s + k] * part->scale[i] * (im[k] > 0 ? 2 : 1);
    }
    free(part->a);
    free(part->b);
    part->a = part->b = NULL;
  }
  free(re);
  free(im);
  free(v);
  free(y);
  return status;
}

r2nn_status r2nn_modes_new(const r2nn_stage *stage, uint32_t n_channels, bool keep, r2nn_modes **result, r2nn_error *error) {
  r2nn_blas_quiet();
  r2nn_modes *modes = calloc(1, sizeof *modes);
  if (!modes) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for modes");
  modes->n_channels = n_channels;
  modes->n_outputs = stage->n_outputs;
  gather g;
  r2nn_status status = gather_stage(&g, stage, modes, error);
  uint32_t *output_of_node = malloc(stage->n_nodes * sizeof *output_of_node);
  uint32_t *output_of_row = malloc(stage->n_nodes * sizeof *output_of_row);
  modes->output_part = malloc(stage->n_outputs * sizeof *modes->output_part);
  modes->output_row = malloc(stage->n_outputs * sizeof *modes->output_row);
  modes->out = calloc(stage->n_outputs, sizeof *modes->out);
  modes->by_part = malloc(stage->n_outputs * sizeof *modes->by_part);
  modes->pole = malloc(2 * stage->n_nodes * sizeof *modes->pole);
  modes->in = malloc(2 * (size_t)stage->n_nodes * n_channels * sizeof *modes->in);
  if (status == R2NN_OK && (!output_of_node || !output_of_row || !modes->output_part || !modes->output_row || !modes->out ||
                            !modes->by_part || !modes->pole || !modes->in))
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the modes of %u nodes", stage->n_nodes);
  if (status == R2NN_OK) {
    memset(output_of_node, 0xff, stage->n_nodes * sizeof *output_of_node);
    for (uint32_t o = 0; o < stage->n_outputs; o++) {
      output_of_node[stage->outputs[o]] = o;
      modes->output_part[o] = g.parts.component[stage->outputs[o]];
      modes->output_row[o] = g.parts.local[stage->outputs[o]];
      modes->parts[modes->output_part[o]].n_outputs++;
    }
    uint32_t *at = output_of_row; /* free until the parts are solved, and long enough */
    for (uint32_t p = 0, first = 0; p < modes->n_parts; first += modes->parts[p++].n_outputs)
      modes->parts[p].first_output = at[p] = first;
    for (uint32_t o = 0; o < stage->n_outputs; o++) modes->by_part[at[modes->output_part[o]]++] = o;
  }
  for (uint32_t p = 0; p < modes->n_parts && status == R2NN_OK; p++) {
    r2nn_part *part = &modes->parts[p];
    for (uint32_t i = 0; i < part->n_nodes; i++) output_of_row[i] = output_of_node[part->nodes[i]];
    status = state_space(&g, part, p, n_channels, error);
    if (status == R2NN_OK) status = find_drives(part, n_channels, error);
    if (status == R2NN_OK) status = solve_part(modes, part, output_of_row, keep, error);
    part->first_path = modes->n_paths;
    modes->n_paths += (size_t)part->n_outputs * part->n_drives;
  }
  gather_free(&g);
  free(output_of_node);
  free(output_of_row);
  status = r2nn_blas_settle(status, error);
  if (status != R2NN_OK) {
    r2nn_modes_free(modes);
    modes = NULL;
  }
  *result = modes;
  return status;
}

void r2nn_modes_free(r2nn_modes *modes) {
  if (!modes) return;
  for (uint32_t p = 0; modes->parts && p < modes->n_parts; p++) {
    free(modes->parts[p].nodes);
    free(modes->parts[p].scale);
    free(modes->parts[p].drives);
    free(modes->parts[p].like);
    free(modes->parts[p].share);
    free(modes->parts[p].a);
    free(modes->parts[p].b);
    free(modes->parts[p].shapes);
    free(modes->parts[p].coordinates);
  }
  for (uint32_t o = 0; modes->out && o < modes->n_outputs; o++) free(modes->out[o]);
  free(modes->parts);
  free(modes->out);
  free(modes->by_part);
  free(modes->output_part);
  free(modes->output_row);
  free(modes->pole);
  free(modes->in);
  free(modes);
}
