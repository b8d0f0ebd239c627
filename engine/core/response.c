/* The transfer of a stage at one frequency, by direct solution of (K - w^2 D + jwC) v = B u in every connected part. */
#include "core/blas.h"
#include "core/components.h"

#include <complex.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TWO_PI 6.283185307179586

/* What a solution needs; a and x are as large as the part that needs most. */
typedef struct solver {
  const r2nn_stage *stage;
  r2nn_parts parts;
  double omega;
  double *self;                 /* [n_nodes] K_ii */
  uint32_t *output_of;          /* [n_nodes] first output at a node, or UINT32_MAX */
  uint32_t *column_of;          /* [n_channels] column of x of a channel, or UINT32_MAX */
  uint32_t *channels;           /* [n_channels] channel of a column of x */
  lapack_complex_double *a, *x; /* [n][n]; [n_columns][n] */
  lapack_int *pivots;           /* [n] */
} solver;

/* Give every channel that feeds the part a column, in the order of the inputs; their number. */
static uint32_t assign_columns(solver *s, uint32_t part) {
  uint32_t n = 0;
  for (uint32_t i = s->parts.first_input[part]; i < s->parts.first_input[part + 1]; i++) {
    uint32_t channel = s->stage->inputs[s->parts.inputs[i]].channel;
    if (s->column_of[channel] != UINT32_MAX) continue;
    s->column_of[channel] = n;
    s->channels[n++] = channel;
  }
  return n;
}

static void release_columns(solver *s, uint32_t n_columns) {
  for (uint32_t i = 0; i < n_columns; i++) s->column_of[s->channels[i]] = UINT32_MAX;
}

/* v of every node of the part for 1 V on every channel that feeds it, into x. */
static r2nn_status solve(solver *s, uint32_t part, uint32_t n_columns, r2nn_error *error) {
  const r2nn_parts *parts = &s->parts;
  const r2nn_stage *stage = s->stage;
  uint32_t first = parts->first_node[part], n = parts->first_node[part + 1] - first;
  memset(s->a, 0, (size_t)n * n * sizeof *s->a);
  memset(s->x, 0, (size_t)n * n_columns * sizeof *s->x);
  for (uint32_t i = 0; i < n; i++) {
    const r2nn_node *node = &stage->nodes[parts->nodes[first + i]];
    double re = s->self[parts->nodes[first + i]] - s->omega * s->omega * node->d;
    s->a[(size_t)i * n + i] = CMPLX(re, s->omega * node->c);
  }
  for (uint32_t i = parts->first_coupling[part]; i < parts->first_coupling[part + 1]; i++) {
    const r2nn_coupling *coupling = &stage->couplings[parts->couplings[i]];
    uint32_t a = parts->local[coupling->a], b = parts->local[coupling->b];
    s->a[(size_t)a * n + b] -= coupling->g;
    s->a[(size_t)b * n + a] -= coupling->g;
  }
  for (uint32_t i = parts->first_input[part]; i < parts->first_input[part + 1]; i++) {
    const r2nn_input *input = &stage->inputs[parts->inputs[i]];
    s->x[(size_t)s->column_of[input->channel] * n + parts->local[input->node]] += input->g;
  }

  lapack_int info = 0;
  if (n > 1)
    info = LAPACKE_zsysv(LAPACK_COL_MAJOR, 'L', (lapack_int)n, (lapack_int)n_columns, s->a, (lapack_int)n, s->pivots, s->x,
                         (lapack_int)n);
  else
    for (uint32_t i = 0; i < n_columns; i++) s->x[i] /= s->a[0];
  if (info == LAPACK_WORK_MEMORY_ERROR) return r2nn_fail(error, R2NN_NO_MEMORY, "no memory to solve %u coupled nodes", n);
  bool is_finite = info == 0;
  for (size_t i = 0; i < (size_t)n * n_columns && is_finite; i++) is_finite = isfinite(creal(s->x[i])) && isfinite(cimag(s->x[i]));
  if (is_finite) return R2NN_OK;
  return r2nn_fail(error, R2NN_UNSTABLE, "nodes[%u]: no finite response at %.6g Hz", parts->nodes[first], s->omega / TWO_PI);
}

static r2nn_status respond(solver *s, uint32_t n_channels, double *re, double *im, double *driving, r2nn_error *error) {
  const r2nn_parts *parts = &s->parts;
  for (uint32_t part = 0; part < parts->n_parts; part++) {
    uint32_t first = parts->first_node[part], n = parts->first_node[part + 1] - first;
    uint32_t n_columns = assign_columns(s, part);
    r2nn_status status = n_columns ? solve(s, part, n_columns, error) : R2NN_OK;
    if (status != R2NN_OK) return status;
    for (uint32_t i = 0; i < n; i++) {
      size_t output = s->output_of[parts->nodes[first + i]];
      for (uint32_t k = 0; k < n_columns && output != UINT32_MAX; k++) {
        re[output * n_channels + s->channels[k]] = creal(s->x[(size_t)k * n + i]);
        im[output * n_channels + s->channels[k]] = cimag(s->x[(size_t)k * n + i]);
      }
    }
    for (uint32_t i = parts->first_input[part]; driving && i < parts->first_input[part + 1]; i++) {
      const r2nn_input *input = &s->stage->inputs[parts->inputs[i]];
      size_t at = (size_t)s->column_of[input->channel] * n + parts->local[input->node];
      driving[parts->inputs[i]] = input->g * (1 - creal(s->x[at]));
    }
    release_columns(s, n_columns);
  }
  return R2NN_OK;
}

/* Room for the part that needs most: a column of x a channel, and no more columns than its inputs. */
static bool make_room(solver *s, uint32_t n_channels) {
  size_t n = s->parts.largest, x_size = 1;
  for (uint32_t part = 0; part < s->parts.n_parts; part++) {
    size_t n_columns = s->parts.first_input[part + 1] - s->parts.first_input[part];
    size_t size = (n_columns < n_channels ? n_columns : n_channels) * (s->parts.first_node[part + 1] - s->parts.first_node[part]);
    if (size > x_size) x_size = size;
  }
  s->self = malloc((s->stage->n_nodes + (size_t)1) * sizeof *s->self);
  s->output_of = malloc((s->stage->n_nodes + (size_t)1) * sizeof *s->output_of);
  s->column_of = malloc((n_channels + (size_t)1) * sizeof *s->column_of);
  s->channels = malloc((n_channels + (size_t)1) * sizeof *s->channels);
  s->a = malloc((n * n + 1) * sizeof *s->a);
  s->x = malloc(x_size * sizeof *s->x);
  s->pivots = malloc((n + 1) * sizeof *s->pivots);
  return s->self && s->output_of && s->column_of && s->channels && s->a && s->x && s->pivots;
}

r2nn_status r2nn_stage_response(const r2nn_stage *stage, uint32_t n_channels, double freq_hz, double *re, double *im,
                                double *driving, r2nn_error *error) {
  if (!(freq_hz >= 0) || !isfinite(freq_hz))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "frequency: must be ≥ 0 Hz, is %.6g", freq_hz);
  for (uint32_t i = 0; i < stage->n_inputs; i++)
    if (stage->inputs[i].channel >= n_channels)
      return r2nn_fail(error, R2NN_BAD_ARGUMENT, "inputs[%u][1]: must be below the %u channels, is %u", i, n_channels,
                       stage->inputs[i].channel);
  solver s = {.stage = stage, .omega = TWO_PI * freq_hz};
  r2nn_status status = r2nn_parts_init(&s.parts, stage, error);
  if (status != R2NN_OK) return status;
  if (make_room(&s, n_channels)) {
    r2nn_stage_selves(stage, s.self);
    for (uint32_t i = 0; i < stage->n_nodes; i++) s.output_of[i] = UINT32_MAX;
    for (uint32_t i = 0; i < stage->n_outputs; i++) s.output_of[stage->outputs[i]] = i;
    for (uint32_t i = 0; i < n_channels; i++) s.column_of[i] = UINT32_MAX;
    for (size_t i = 0; i < (size_t)stage->n_outputs * n_channels; i++) re[i] = im[i] = 0;
    status = respond(&s, n_channels, re, im, driving, error);
  } else {
    status = r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the response of %u coupled nodes", s.parts.largest);
  }
  r2nn_parts_free(&s.parts);
  free(s.self);
  free(s.output_of);
  free(s.column_of);
  free(s.channels);
  free(s.a);
  free(s.x);
  free(s.pivots);
  return r2nn_blas_settle(status, error);
}
