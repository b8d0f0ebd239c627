/* Which linear maps a passive network can reach at all: resistances without steps, fitted by their exact gradient. */
#ifndef R2NN_LAB_REACH_H
#define R2NN_LAB_REACH_H

#include "lab/kirchhoff.h"

/* What the error is: mean over outputs and inputs uniform in 0..1 V of (map - wanted) x, squared. */
double r2nn_reach_error(uint32_t n_inputs, uint32_t n_outputs, const double *map, const double *wanted);

typedef struct r2nn_reach {
  const r2nn_lab_linear_def *def;
  const double *wanted; /* [n_outputs][n_inputs] */
  r2nn_kirchhoff law;
  double *g, *v, *unit; /* workspace: [n_edges], [n_inputs][n_nodes], [n_nodes] */
} r2nn_reach;

bool r2nn_reach_init(r2nn_reach *self, const r2nn_lab_linear_def *def, const double *wanted);
void r2nn_reach_free(r2nn_reach *self);

/* The error of theta[n_edges], by ln g = s(theta) ln G, where G = n_levels is the largest conductance in parts of the least; and
 * its gradient [n_edges]. */
double r2nn_reach_loss(r2nn_reach *self, const double *theta, double *gradient);

/* The least error of several starts. false if memory is short. */
bool r2nn_reach_least(r2nn_reach *self, double *least);

#endif
