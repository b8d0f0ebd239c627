/* Layers of nodes: forward, loss and gradient (second paper, eq. 1, 6, 7 and appendix D). */
#ifndef R2NN_LAB_LAYERS_H
#define R2NN_LAB_LAYERS_H

#include "r2nn/lab.h"

/* Numbers lie by column: [n_nodes][n rows], so that a layer is one matrix product. Each layer's inputs end with a row of ones. */
typedef struct r2nn_layers {
  r2nn_lab_layers_def def;
  uint32_t n_layers;   /* hidden ones and the output */
  uint32_t n_nodes[6]; /* [n_layers + 1]: features, hidden, classes */
  uint32_t first[6];   /* [n_layers]: where a layer's weights begin in theta; g [n_out][n_in + 1], then, grounded, q [n_out] */
  uint32_t n_theta;
  double *theta, *gradient; /* [n_theta]; g = bound(theta) */
  uint32_t n_room;          /* rows there is room for */
  double *g;                /* [n_theta] */
  double *v[5];             /* [n_layers]: what a layer is given, v[0] the features, [n_in + 1][n] */
  double *z[5];             /* [n_layers][n_out][n] the output nodes' voltages; of hidden nodes the slope of their law */
  double *dz, *dv;          /* workspace */
} r2nn_layers;

/* Random weights; by eq. 6 with every sum 1, unless the weights are bounded. false if memory is short. */
bool r2nn_layers_init(r2nn_layers *self, const r2nn_lab_layers_def *def, uint32_t n_features, uint32_t n_classes, uint32_t n_rows,
                      uint64_t seed);
void r2nn_layers_free(r2nn_layers *self);

/* The sum S of a node. */
double r2nn_layers_sum(const r2nn_layers *self, uint32_t layer, uint32_t node);

/* Nodes whose S counts (eq. 6, grounded), and those of them with S <= 0. */
void r2nn_layers_count(const r2nn_layers *self, uint32_t *n_nodes, uint32_t *n_unstable);

/* z of the output nodes for rows of x[...][n_features], rows [n] names them (NULL: 0 .. n-1); n <= n_rows. Their order is that of
 * s(z), what the nodes put out. */
const double *r2nn_layers_forward(r2nn_layers *self, const double *x, const uint32_t *rows, uint32_t n);

/* Softmax cross-entropy of the outputs' voltages, mean over the rows, plus eq. 7's penalty. Fills gradient. */
double r2nn_layers_loss(r2nn_layers *self, const double *x, const uint32_t *label, const uint32_t *rows, uint32_t n);

#endif
