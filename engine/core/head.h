/* What a head of each kind holds. */
#ifndef R2NN_CORE_HEAD_H
#define R2NN_CORE_HEAD_H

#include "r2nn/model.h"

/* Floats in a head's arrays, 0 where a kind has none; inputs: in offset and in gain. */
typedef struct r2nn_head_sizes {
  size_t w1, b1, w2, b2, inputs, ground1, ground2;
} r2nn_head_sizes;

/* n_hidden counts for kinds that can have hidden nodes only. Any thread. */
r2nn_head_sizes r2nn_head_sizes_of(r2nn_head_kind kind, uint32_t n_features, uint32_t n_hidden, uint32_t n_classes);

static inline bool r2nn_head_is_physical(r2nn_head_kind kind) {
  return kind == R2NN_HEAD_NPML || kind == R2NN_HEAD_SPML;
}

/* The sum of conductances at a physical node: row [n_in], and those to the constant and to ground, S. Any thread. */
double r2nn_head_node_sum(const float *row, uint32_t n_in, float constant, float ground);

#endif
