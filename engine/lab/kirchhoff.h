/* Node voltages of a resistor network with some nodes held. */
#ifndef R2NN_LAB_KIRCHHOFF_H
#define R2NN_LAB_KIRCHHOFF_H

#include "r2nn/lab.h"

/* A graph with the nodes that are held; one thread at a time. */
typedef struct r2nn_kirchhoff {
  const r2nn_lab_graph *graph;
  uint32_t n_fixed, n_free;
  uint32_t *place; /* [n_nodes] a free node's row, or n_free + which of the held ones it is */
  double *factor;  /* [n_free][n_free] of L_II */
  double *right;   /* [n_free] */
  double *g;       /* [n_edges] that were factorised */
} r2nn_kirchhoff;

/* false if memory is short. fixed: different nodes, one at least; the graph hangs together. */
bool r2nn_kirchhoff_init(r2nn_kirchhoff *self, const r2nn_lab_graph *graph, uint32_t n_fixed, const uint32_t *fixed);
void r2nn_kirchhoff_free(r2nn_kirchhoff *self);

/* Take conductances g[n_edges] > 0 in; false if L_II is not positive definite (it overflows). */
bool r2nn_kirchhoff_factor(r2nn_kirchhoff *self, const double *g);

/* V of all nodes, v[n_nodes], with fixed_v[n_fixed] at the held ones. */
void r2nn_kirchhoff_solve(r2nn_kirchhoff *self, const double *fixed_v, double *v);

/* The answer v[n_nodes] to a unit current into a free node, all held ones at 0 V: what gradients need. */
void r2nn_kirchhoff_unit(r2nn_kirchhoff *self, uint32_t node, double *v);

#endif
