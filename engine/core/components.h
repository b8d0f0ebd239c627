/* The connected parts of a stage: nodes that no coupling joins do not feel each other, so each part is solved alone. */
#ifndef R2NN_CORE_COMPONENTS_H
#define R2NN_CORE_COMPONENTS_H

#include "r2nn/model.h"

/* The connected part of every node, component[n_nodes], numbered 0.. in the order of their first nodes; the number of parts.
 * A coupling of 0 S connects too. Indices must be in range. Any thread. */
uint32_t r2nn_components(const r2nn_stage *stage, uint32_t *component);

/* A stage's elements sorted by part; part p owns entries first[p] .. first[p + 1] - 1 of each list, in the stage's own order. */
typedef struct r2nn_parts {
  uint32_t n_parts, largest;                           /* nodes of the largest part */
  uint32_t *component;                                 /* [n_nodes] part of a node */
  uint32_t *local;                                     /* [n_nodes] place of a node within its part */
  uint32_t *first_node, *first_coupling, *first_input; /* [n_parts + 1] */
  uint32_t *nodes;                                     /* [n_nodes] */
  uint32_t *couplings;                                 /* [n_couplings] */
  uint32_t *inputs;                                    /* [n_inputs] */
} r2nn_parts;

/* Sort a stage by parts; R2NN_NO_MEMORY leaves nothing to free. Main thread. */
r2nn_status r2nn_parts_init(r2nn_parts *parts, const r2nn_stage *stage, r2nn_error *error);
void r2nn_parts_free(r2nn_parts *parts);

/* K_ii of every node of the stage, self[n_nodes], S: all of r2nn_stage_self at once, in O(nodes + couplings + inputs). Any thread.
 */
void r2nn_stage_selves(const r2nn_stage *stage, double *self);

/* K of part p, k[n][n] of its nodes, S; self[n_nodes of the stage] as r2nn_stage_selves() makes it. Any thread. */
void r2nn_parts_conductances(const r2nn_parts *parts, const r2nn_stage *stage, const double *self, uint32_t p, double *k);

#endif
