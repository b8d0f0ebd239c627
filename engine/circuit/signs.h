/* Where a stage needs op-amps for what is negative in it, and how few will do. */
#ifndef R2NN_CIRCUIT_SIGNS_H
#define R2NN_CIRCUIT_SIGNS_H

#include "r2nn/model.h"

/* A node may carry the negative of its model's voltage: then the signs of all its couplings and inputs turn, which changes nothing
 * else. What stays negative takes one op-amp a node (a negative-resistance stage serves all that is negative at its node) or one
 * a channel (an inverter serves all negative inputs from it). */
typedef struct r2nn_signs {
  int8_t *sign;   /* [n_nodes] +1 or -1: what the node carries */
  bool *staged;   /* [n_nodes] the node has a negative-resistance stage */
  bool *inverted; /* [n_channels] the channel has an inverter */
  double *ground; /* [n_nodes] S: the conductance to ground that is left to build, < 0 only at staged nodes */
  uint32_t n_opamps;
} r2nn_signs;

/* fixed[n_nodes]: nodes that must keep the model's sign. For given signs the choice between stages and inverters is the least there
 * is (a vertex cover); and all signs are tried where that is quick (some twenty nodes), else those that descent from two starts
 * reaches. R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_signs_choose(const r2nn_stage *stage, uint32_t n_channels, const bool *fixed, r2nn_signs *signs,
                              r2nn_error *error);
void r2nn_signs_free(r2nn_signs *signs);

/* Signed as the circuit has them, S. */
double r2nn_signs_coupling(const r2nn_signs *signs, const r2nn_coupling *coupling);
double r2nn_signs_input(const r2nn_signs *signs, const r2nn_input *input);

#endif
