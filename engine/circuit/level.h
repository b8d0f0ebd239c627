/* The impedance level of every part of a network, and where its nodes resonate. */
#ifndef R2NN_CIRCUIT_LEVEL_H
#define R2NN_CIRCUIT_LEVEL_H

#include "r2nn/model.h"

typedef struct r2nn_level {
  double *level; /* [n_nodes] what all admittances of the node's connected part are multiplied by; changes no voltage */
  double *omega; /* [n_nodes] rad/s: sqrt(K_ii/D), or K_ii/C of a node without FDNR */
  double *self;  /* [n_nodes] K_ii, S */
  bool *wired;   /* [n_nodes] its conductance to ground stands for a wire */
  double lowest_hz, highest_hz; /* of omega */
} r2nn_level;

/* ohm: where the middle (geometric mean) of every part's resistors is to lie; 0: so that the capacitors of its FDNRs are about 10
 * nF, as far as 1/K_ii stays within 1 to 200 kohm and no resistor is over 4.7 Mohm. R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_level_find(const r2nn_stage *stage, double ohm, r2nn_level *level, r2nn_error *error);
void r2nn_level_free(r2nn_level *level);

#endif
