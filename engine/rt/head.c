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

/* s(v) = 1/(1+exp(-v)); both ends are reached without a NaN. */
static float logistic(float v) {
  return 1 / (1 + expf(-v));
}

/* The input stage of a physical head: the voltage of a feature. What is not a number goes to the lower rail. */
static double volts(const r2nn_head *head, const float *x, uint32_t i) {
  float v = head->gain[i] * (x[i] - head->offset[i]);
  return (double)fminf(fmaxf(v, -R2NN_RAIL_V), R2NN_RAIL_V);
}

/* The voltage of node j, eq. 6, of weighted = sum g V and sum = sum g; in double, because signed conductances cancel. */
static float node(double weighted, double sum) {
  double v = weighted / sum;
  return v > 1e30 ? 1e30f : v < -1e30 ? -1e30f : (float)v;
}

static void physical(const r2nn_head *head, const float *x, float *scores, float *hidden) {
  uint32_t n = head->n_features, h = head->n_hidden, n_first = h ? h : head->n_classes;
  float *first = h ? hidden : scores;
  for (uint32_t j = 0; j < n_first; j++) {
    double weighted = (double)head->b1[j], sum = weighted + (double)head->ground1[j];
    for (uint32_t i = 0; i < n; i++) {
      double g = (double)head->w1[(size_t)j * n + i];
      weighted += g * volts(head, x, i);
      sum += g;
    }
    first[j] = node(weighted, sum);
  }
  for (uint32_t j = 0; j < h; j++)
    hidden[j] = head->kind == R2NN_HEAD_SPML ? 2 * logistic(fabsf(hidden[j])) - 1 : logistic(hidden[j]);
  for (uint32_t k = 0; h && k < head->n_classes; k++) {
    double weighted = (double)head->b2[k], sum = weighted + (double)head->ground2[k];
    for (uint32_t j = 0; j < h; j++) {
      double g = (double)head->w2[(size_t)k * h + j];
      weighted += g * (double)hidden[j];
      sum += g;
    }
    scores[k] = node(weighted, sum);
  }
  for (uint32_t k = 0; k < head->n_classes; k++) scores[k] *= (float)head->sharpness;
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
  case R2NN_HEAD_NPML:
  case R2NN_HEAD_SPML:
    physical(head, features, scores, scratch);
    break;
  case R2NN_HEAD_PERCEPTRON:
  case R2NN_N_HEADS:
    affine(head->w1, head->b1, features, n, head->n_classes, scores);
    break;
  }
  softmax(scores, head->n_classes);
}
