/* Heads: from features to class scores (system.md §4). */
#include "rt/state.h"

#include <math.h>

/* z = w x + b, w [n_out][n_in]. */
static void affine(const float *w, const float *b, const float *x, uint32_t n_in, uint32_t n_out, float *z) {
  for (uint32_t k = 0; k < n_out; k++) {
    float sum = b[k];
    for (uint32_t i = 0; i < n_in; i++) sum += w[(size_t)k * n_in + i] * x[i];
    z[k] = sum;
  }
}

/* Scores stay finite for any finite weights: what overflowed counts as the largest or, undefined, the smallest. */
static void softmax(float *z, uint32_t n) {
  float largest = -1e30f, sum = 0;
  for (uint32_t k = 0; k < n; k++) {
    z[k] = fminf(fmaxf(z[k], -1e30f), 1e30f);
    largest = fmaxf(largest, z[k]);
  }
  for (uint32_t k = 0; k < n; k++) sum += z[k] = expf(z[k] - largest);
  for (uint32_t k = 0; k < n; k++) z[k] /= sum;
}

void r2nn_head_scores(const r2nn_head *head, const float *features, float *scores, float *scratch) {
  uint32_t n = head->n_features;
  switch (head->kind) {
  case R2NN_HEAD_ENERGY:
    for (uint32_t k = 0; k < head->n_classes; k++) scores[k] = (float)head->sharpness * features[k];
    break;
  case R2NN_HEAD_CENTROID:
    for (uint32_t k = 0; k < head->n_classes; k++) {
      float sum = 0;
      for (uint32_t i = 0; i < n; i++) {
        float d = (features[i] - head->w1[(size_t)k * n + i]) / head->b1[i];
        sum += d * d;
      }
      scores[k] = -0.5f * (float)head->sharpness * sum;
    }
    break;
  case R2NN_HEAD_MLP:
    affine(head->w1, head->b1, features, n, head->n_hidden, scratch);
    for (uint32_t i = 0; i < head->n_hidden; i++) scratch[i] = tanhf(scratch[i]);
    affine(head->w2, head->b2, scratch, head->n_hidden, head->n_classes, scores);
    break;
  case R2NN_HEAD_PERCEPTRON:
  case R2NN_N_HEADS:
    affine(head->w1, head->b1, features, n, head->n_classes, scores);
    break;
  }
  softmax(scores, head->n_classes);
}
