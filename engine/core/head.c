/* Making and freeing heads, and the sums of conductances of physical ones. */
#include "core/head.h"

#include <math.h>
#include <stdlib.h>

/* Numbers in one weight matrix of a head; a larger one is refused. */
#define MAX_WEIGHTS (1u << 26)

r2nn_head_sizes r2nn_head_sizes_of(r2nn_head_kind kind, uint32_t n_features, uint32_t n_hidden, uint32_t n_classes) {
  r2nn_head_sizes n = {0};
  bool physical = r2nn_head_is_physical(kind), deep = kind == R2NN_HEAD_MLP || (physical && n_hidden > 0);
  size_t n_rows = deep ? n_hidden : n_classes;
  if (kind == R2NN_HEAD_ENERGY) return n;
  n.w1 = n_rows * n_features;
  n.b1 = kind == R2NN_HEAD_CENTROID ? n_features : n_rows;
  if (deep) n.w2 = (size_t)n_classes * n_hidden;
  if (deep) n.b2 = n_classes;
  if (!physical) return n;
  n.inputs = n_features;
  n.ground1 = n.b1;
  n.ground2 = n.b2;
  return n;
}

/* n floats of one value; none where n is 0. */
static float *filled(size_t n, float value, bool *failed) {
  if (!n) return NULL;
  float *values = calloc(n, sizeof *values);
  if (!values) *failed = true;
  for (size_t i = 0; value != 0 && values && i < n; i++) values[i] = value;
  return values;
}

r2nn_status r2nn_head_init(r2nn_head *head, r2nn_head_kind kind, uint32_t n_features, uint32_t n_hidden, uint32_t n_classes,
                           r2nn_error *error) {
  if ((uint32_t)kind >= R2NN_N_HEADS) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "head: unknown kind %d", (int)kind);
  bool is_mlp = kind == R2NN_HEAD_MLP, physical = r2nn_head_is_physical(kind);
  if (n_classes < 1 || n_classes > R2NN_MAX_CLASSES)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "head: classes must be 1 to %u, are %u", R2NN_MAX_CLASSES, n_classes);
  if (n_features < 1 || n_features > R2NN_MAX_NODES)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "head: features must be 1 to %u, are %u", R2NN_MAX_NODES, n_features);
  if (kind == R2NN_HEAD_ENERGY && n_features != n_classes)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "head: an energy head needs %u features, one a class, not %u", n_classes,
                     n_features);
  if ((is_mlp && n_hidden < 1) || ((is_mlp || physical) && n_hidden > R2NN_MAX_NODES))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "head: hidden nodes must be %u to %u, are %u", is_mlp ? 1 : 0, R2NN_MAX_NODES,
                     n_hidden);
  r2nn_head_sizes n = r2nn_head_sizes_of(kind, n_features, n_hidden, n_classes);
  if (n.w1 > MAX_WEIGHTS)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "head: weights must be at most %u, are %zu", MAX_WEIGHTS, n.w1);

  static const double sharpness[R2NN_N_HEADS] = {[R2NN_HEAD_ENERGY] = 2, [R2NN_HEAD_CENTROID] = 1, [R2NN_HEAD_PERCEPTRON] = 1,
                                                 [R2NN_HEAD_MLP] = 1,    [R2NN_HEAD_NPML] = 4,     [R2NN_HEAD_SPML] = 4};
  bool failed = false;
  r2nn_head made = {.kind = kind,
                    .n_features = n_features,
                    .n_hidden = is_mlp || physical ? n_hidden : 0,
                    .n_classes = n_classes,
                    .sharpness = sharpness[kind],
                    .w1 = filled(n.w1, 0, &failed),
                    .b1 = filled(n.b1, kind == R2NN_HEAD_CENTROID || physical ? 1 : 0, &failed),
                    .w2 = filled(n.w2, 0, &failed),
                    .b2 = filled(n.b2, physical ? 1 : 0, &failed),
                    .offset = filled(n.inputs, 0, &failed),
                    .gain = filled(n.inputs, 1, &failed),
                    .ground1 = filled(n.ground1, 0, &failed),
                    .ground2 = filled(n.ground2, 0, &failed)};
  if (failed) {
    r2nn_head_free(&made);
    return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for a head of %zu weights", n.w1);
  }
  *head = made;
  return R2NN_OK;
}

void r2nn_head_free(r2nn_head *head) {
  if (!head) return;
  free(head->w1);
  free(head->b1);
  free(head->w2);
  free(head->b2);
  free(head->offset);
  free(head->gain);
  free(head->ground1);
  free(head->ground2);
  head->w1 = head->b1 = head->w2 = head->b2 = head->offset = head->gain = head->ground1 = head->ground2 = NULL;
}

double r2nn_head_node_sum(const float *row, uint32_t n_in, float constant, float ground) {
  double sum = (double)constant + (double)ground;
  for (uint32_t i = 0; i < n_in; i++) sum += (double)row[i];
  return sum;
}

uint32_t r2nn_head_sums(const r2nn_head *head, double *least, double *largest) {
  double lo = 1, hi = 1;
  uint32_t n_latched = 0, n_hidden = head->n_hidden;
  if (r2nn_head_is_physical(head->kind)) {
    lo = HUGE_VAL;
    hi = -HUGE_VAL;
    for (uint32_t j = 0; j < n_hidden + head->n_classes; j++) {
      bool second = n_hidden && j >= n_hidden;
      uint32_t k = second ? j - n_hidden : j, n_in = second ? n_hidden : head->n_features;
      double sum = r2nn_head_node_sum((second ? head->w2 : head->w1) + (size_t)k * n_in, n_in, (second ? head->b2 : head->b1)[k],
                                      (second ? head->ground2 : head->ground1)[k]);
      lo = fmin(lo, sum);
      hi = fmax(hi, sum);
      n_latched += !(sum > 0);
    }
  }
  if (least) *least = lo;
  if (largest) *largest = hi;
  return n_latched;
}
