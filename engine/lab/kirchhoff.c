/* Kirchhoff's current law at the free nodes: L_II V_I = -L_IB V_B (lab.md), by Cholesky. */
#include "lab/kirchhoff.h"

#include "core/blas.h"

#include <lapacke.h>
#include <stdlib.h>
#include <string.h>

bool r2nn_kirchhoff_init(r2nn_kirchhoff *self, const r2nn_lab_graph *graph, uint32_t n_fixed, const uint32_t *fixed) {
  uint32_t n_free = graph->n_nodes - n_fixed;
  *self = (r2nn_kirchhoff){.graph = graph, .n_fixed = n_fixed, .n_free = n_free};
  self->place = malloc(graph->n_nodes * sizeof *self->place);
  self->factor = malloc(((size_t)n_free * n_free + 1) * sizeof *self->factor);
  self->right = malloc((n_free + 1) * sizeof *self->right);
  self->g = malloc((graph->n_edges + 1) * sizeof *self->g);
  if (!self->place || !self->factor || !self->right || !self->g) {
    r2nn_kirchhoff_free(self);
    return false;
  }
  r2nn_blas_quiet();
  for (uint32_t i = 0; i < graph->n_nodes; i++) self->place[i] = UINT32_MAX;
  for (uint32_t i = 0; i < n_fixed; i++) self->place[fixed[i]] = n_free + i;
  for (uint32_t i = 0, row = 0; i < graph->n_nodes; i++)
    if (self->place[i] == UINT32_MAX) self->place[i] = row++;
  return true;
}

void r2nn_kirchhoff_free(r2nn_kirchhoff *self) {
  free(self->place);
  free(self->factor);
  free(self->right);
  free(self->g);
  *self = (r2nn_kirchhoff){0};
}

bool r2nn_kirchhoff_factor(r2nn_kirchhoff *self, const double *g) {
  size_t n = self->n_free;
  memset(self->factor, 0, n * n * sizeof *self->factor);
  memcpy(self->g, g, self->graph->n_edges * sizeof *g);
  for (uint32_t e = 0; e < self->graph->n_edges; e++) {
    size_t a = self->place[self->graph->edges[e].a], b = self->place[self->graph->edges[e].b];
    if (a < n) self->factor[a * n + a] += g[e];
    if (b < n) self->factor[b * n + b] += g[e];
    if (a < n && b < n) self->factor[a * n + b] -= g[e];
    if (a < n && b < n) self->factor[b * n + a] -= g[e];
  }
  return n == 0 || LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', (lapack_int)n, self->factor, (lapack_int)n) == 0;
}

/* right becomes the free voltages; they and the held ones go where the nodes are. */
static void answer(r2nn_kirchhoff *self, const double *fixed_v, double *v) {
  lapack_int n = (lapack_int)self->n_free;
  if (n > 0) LAPACKE_dpotrs_work(LAPACK_COL_MAJOR, 'L', n, 1, self->factor, n, self->right, n);
  for (uint32_t i = 0; i < self->graph->n_nodes; i++) {
    uint32_t at = self->place[i];
    v[i] = at < self->n_free ? self->right[at] : fixed_v ? fixed_v[at - self->n_free] : 0;
  }
}

void r2nn_kirchhoff_solve(r2nn_kirchhoff *self, const double *fixed_v, double *v) {
  uint32_t n = self->n_free;
  memset(self->right, 0, n * sizeof *self->right);
  for (uint32_t e = 0; e < self->graph->n_edges; e++) {
    uint32_t a = self->place[self->graph->edges[e].a], b = self->place[self->graph->edges[e].b];
    if (a < n && b >= n) self->right[a] += self->g[e] * fixed_v[b - n];
    if (b < n && a >= n) self->right[b] += self->g[e] * fixed_v[a - n];
  }
  answer(self, fixed_v, v);
}

void r2nn_kirchhoff_unit(r2nn_kirchhoff *self, uint32_t node, double *v) {
  memset(self->right, 0, self->n_free * sizeof *self->right);
  self->right[self->place[node]] = 1;
  answer(self, NULL, v);
}
