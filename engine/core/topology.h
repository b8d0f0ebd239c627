/* The layouts a user can ask for: nodes, couplings, inputs and outputs of a stage, every value 0 for the trainer to fill. */
#ifndef R2NN_CORE_TOPOLOGY_H
#define R2NN_CORE_TOPOLOGY_H

#include "r2nn/model.h"

/* All of these fill an empty stage (r2nn_model_new) as r2nn_stage_init does and set its topology name. n_channels is 1 or more,
 * links are at most R2NN_MAX_COUPLINGS. R2NN_BAD_ARGUMENT or R2NN_NO_MEMORY leave it empty. Main thread. */

/* n uncoupled nodes (1 .. R2NN_MAX_NODES), each linked to every channel; every node is an output. */
r2nn_status r2nn_topology_bank(r2nn_stage *stage, uint32_t n, uint32_t n_channels, r2nn_error *error);

/* n nodes (1 .. R2NN_MAX_COMPONENT), all pairs coupled, otherwise as bank. */
r2nn_status r2nn_topology_full(r2nn_stage *stage, uint32_t n, uint32_t n_channels, r2nn_error *error);

/* The lattice of system.md §1, rows x cols cells, both >= 3 and 2*rows*cols <= R2NN_MAX_COMPONENT: outer node row*cols + col, its
 * inner node rows*cols more; couplings between outer neighbours (right, then below, node after node), then outer to inner cell
 * after cell; every channel enters at the outer node in the middle of the top edge; the outputs are the inner nodes in the middle
 * of the left, right and bottom edges. An even side has its middle at size/2. */
r2nn_status r2nn_topology_grid(r2nn_stage *stage, uint32_t rows, uint32_t cols, uint32_t n_channels, r2nn_error *error);

/* The outer nodes in the corners of a grid. */
void r2nn_topology_corners(uint32_t rows, uint32_t cols, uint32_t corners[4]);

/* Ground a node: a short is stated as a ground conductance of R2NN_SHORT times the largest other conductance at the node, so that
 * the node stays below 1/R2NN_SHORT of its neighbours' voltage. Call it whenever the other values have changed. Any thread. */
#define R2NN_SHORT 1e3
void r2nn_topology_ground(r2nn_stage *stage, uint32_t node);

#endif
