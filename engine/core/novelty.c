/* Making and freeing what tells novelty. */
#include "r2nn/model.h"

#include <stdlib.h>

r2nn_status r2nn_novelty_init(r2nn_novelty *novelty, uint32_t n_features, uint32_t n_classes, r2nn_error *error) {
  if (n_classes < 1 || n_classes > R2NN_MAX_CLASSES)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "novelty: classes must be 1 to %u, are %u", R2NN_MAX_CLASSES, n_classes);
  if (n_features < 1 || n_features > R2NN_MAX_NODES)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "novelty: features must be 1 to %u, are %u", R2NN_MAX_NODES, n_features);
  r2nn_novelty made = {.n_features = n_features,
                       .n_classes = n_classes,
                       .means = calloc((size_t)n_classes * n_features, sizeof *made.means),
                       .spread = calloc(n_features, sizeof *made.spread)};
  if (!made.means || !made.spread) {
    r2nn_novelty_free(&made);
    return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the means of %u classes", n_classes);
  }
  for (uint32_t i = 0; i < n_features; i++) made.spread[i] = 1;
  *novelty = made;
  return R2NN_OK;
}

void r2nn_novelty_free(r2nn_novelty *novelty) {
  if (!novelty) return;
  free(novelty->means);
  free(novelty->spread);
  *novelty = (r2nn_novelty){0};
}
