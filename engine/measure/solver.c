/* Solves one connected part of a stage at a complex frequency. */
#include "measure/solver.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

r2nn_status r2nn_solver_init(r2nn_solver *self, const r2nn_stage *stage, uint32_t n_channels, r2nn_error *error) {
  *self = (r2nn_solver){.stage = stage, .n_channels = n_channels};
  r2nn_status status = r2nn_parts_init(&self->parts, stage, error);
  if (status != R2NN_OK) return status;
  size_t n = self->parts.largest;
  self->self = malloc((stage->n_nodes + (size_t)1) * sizeof *self->self);
  self->first_output = calloc(self->parts.n_parts + (size_t)2, sizeof *self->first_output);
  self->outputs = malloc((stage->n_outputs + (size_t)1) * sizeof *self->outputs);
  self->a = malloc((n * n + 1) * sizeof *self->a);
  self->x = malloc((n * (n_channels + n) + 1) * sizeof *self->x);
  self->pivots = malloc((n + 1) * sizeof *self->pivots);
  if (!self->self || !self->first_output || !self->outputs || !self->a || !self->x || !self->pivots) {
    r2nn_solver_free(self);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u nodes", stage->n_nodes);
  }
  for (uint32_t o = 0; o < stage->n_outputs; o++) self->first_output[self->parts.component[stage->outputs[o]] + 2]++;
  for (uint32_t p = 0; p < self->parts.n_parts; p++) self->first_output[p + 2] += self->first_output[p + 1];
  for (uint32_t o = 0; o < stage->n_outputs; o++)
    self->outputs[self->first_output[self->parts.component[stage->outputs[o]] + 1]++] = o;
  r2nn_solver_load(self);
  return R2NN_OK;
}

void r2nn_solver_free(r2nn_solver *self) {
  r2nn_parts_free(&self->parts);
  free(self->self);
  free(self->first_output);
  free(self->outputs);
  free(self->a);
  free(self->x);
  free(self->pivots);
  *self = (r2nn_solver){0};
}

void r2nn_solver_load(r2nn_solver *self) {
  r2nn_stage_selves(self->stage, self->self);
}

/* A of a part at s; its nodes. */
static uint32_t fill(r2nn_solver *self, uint32_t part, double complex s) {
  const r2nn_parts *parts = &self->parts;
  const r2nn_stage *stage = self->stage;
  uint32_t first = parts->first_node[part], n = parts->first_node[part + 1] - first;
  memset(self->a, 0, (size_t)n * n * sizeof *self->a);
  for (uint32_t i = 0; i < n; i++) {
    const r2nn_node *node = &stage->nodes[parts->nodes[first + i]];
    self->a[(size_t)i * n + i] = self->self[parts->nodes[first + i]] + s * (node->c + s * node->d);
  }
  for (uint32_t i = parts->first_coupling[part]; i < parts->first_coupling[part + 1]; i++) {
    const r2nn_coupling *coupling = &stage->couplings[parts->couplings[i]];
    uint32_t a = parts->local[coupling->a], b = parts->local[coupling->b];
    self->a[(size_t)a * n + b] -= coupling->g;
    self->a[(size_t)b * n + a] -= coupling->g;
  }
  return n;
}

/* A^-1 of the columns of x, in their place. */
static bool solve(r2nn_solver *self, uint32_t n, uint32_t n_columns) {
  if (n > 1)
    return LAPACKE_zsysv(LAPACK_COL_MAJOR, 'L', (lapack_int)n, (lapack_int)n_columns, self->a, (lapack_int)n, self->pivots, self->x,
                         (lapack_int)n) == 0;
  for (uint32_t k = 0; k < n_columns; k++) self->x[k] /= self->a[0];
  return isfinite(cabs(self->x[0]));
}

bool r2nn_solver_run(r2nn_solver *self, uint32_t part, double complex s) {
  const r2nn_parts *parts = &self->parts;
  const r2nn_stage *stage = self->stage;
  uint32_t n = fill(self, part, s), first_output = self->first_output[part];
  uint32_t n_outputs = self->first_output[part + 1] - first_output, n_columns = self->n_channels + n_outputs;
  memset(self->x, 0, (size_t)n * n_columns * sizeof *self->x);
  for (uint32_t i = parts->first_input[part]; i < parts->first_input[part + 1]; i++) {
    const r2nn_input *input = &stage->inputs[parts->inputs[i]];
    self->x[(size_t)input->channel * n + parts->local[input->node]] += input->g;
  }
  for (uint32_t k = 0; k < n_outputs; k++)
    self->x[(size_t)(self->n_channels + k) * n + parts->local[stage->outputs[self->outputs[first_output + k]]]] = 1;
  return solve(self, n, n_columns);
}

bool r2nn_solver_shape(r2nn_solver *self, uint32_t part, double complex s) {
  uint32_t n = fill(self, part, s);
  for (uint32_t i = 0; i < n; i++) self->x[i] = cos(1.7 * i); /* no mode is at rest under all of them */
  return solve(self, n, 1);
}

static uint32_t width(const r2nn_solver *self, uint32_t part) {
  return self->parts.first_node[part + 1] - self->parts.first_node[part];
}

const double complex *r2nn_solver_from(const r2nn_solver *self, uint32_t part, uint32_t channel) {
  return self->x + (size_t)channel * width(self, part);
}

const double complex *r2nn_solver_to(const r2nn_solver *self, uint32_t part, uint32_t k) {
  return self->x + (size_t)(self->n_channels + k) * width(self, part);
}
