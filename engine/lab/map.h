/* A linear map before the L2 readout, optimised through scores that hang on the classes' means (second paper, III.2). */
#ifndef R2NN_LAB_MAP_H
#define R2NN_LAB_MAP_H

#include "r2nn/lab.h"

/* A[n_features][n_features + 1], a constant 1 behind the features; the score of class k with mean m_k is A x . A m_k, or
 * -|A x - A m_k|^2. */
typedef struct r2nn_map {
  uint32_t n_features, n_classes;
  bool product;
  double *a, *gradient; /* [n_features][n_features + 1] */
  double *mean;         /* [n_classes][n_features + 1] of the training rows */
  double *work;         /* [n_features + 1] and [n_classes][n_features] */
} r2nn_map;

/* A begins as the identity. false if memory is short. */
bool r2nn_map_init(r2nn_map *self, const r2nn_lab_data *train, bool product);
void r2nn_map_free(r2nn_map *self);

/* Mean softmax cross-entropy of the scores, and its gradient over A. *accuracy: the share of rows decided right by it; decided
 * [n_rows] or NULL. */
double r2nn_map_loss(r2nn_map *self, const r2nn_lab_data *data, double *accuracy, uint32_t *decided);

#endif
