/* Heads of nodes on which signed conductances meet, while they are trained (lab.md, eq. 6 and 7). */
#include "train/physical.h"

#include "rt/random.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

#define HIDDEN_UNIT 2   /* s(2z) is (1 + tanh z) / 2: weights of hidden nodes train and decay as an mlp's do */
#define LAMBDA      1.0 /* of eq. 7: sums stayed within 0.99 .. 1.01 on vowels, braille and fan */
#define LEAST_SUM   0.1 /* S = q of npml goes on below as an exponential: not seen in training, and not fatal */
#define MIDDLE_V    0.5 /* of what hidden nodes put out, 0 .. 1 V: weights and rest train apart from each other */

/* Weights or their gradient: g [n_out][n_in], q [n_out], rest [n_out]; g stands in theta in parts of unit. */
typedef struct layer {
  r2nn_head_kind kind;
  uint32_t n_in, n_out;
  double *g, *q, *rest, unit, middle_v;
} layer;

/* The first or the second layer within values [n_theta]; without hidden nodes the first is all. */
static layer layer_of(const r2nn_learner *learner, double *values, bool second) {
  uint32_t f = learner->n_features, h = learner->n_hidden, n_first = h ? h : learner->n_classes;
  double *start = values + (second ? n_first * f + 2 * n_first : 0);
  layer l = {.kind = learner->kind,
             .n_in = second ? h : f,
             .n_out = second ? learner->n_classes : n_first,
             .g = start,
             .unit = h && !second ? HIDDEN_UNIT : 1,
             .middle_v = second ? MIDDLE_V : 0};
  l.q = start + (size_t)l.n_in * l.n_out;
  l.rest = l.q + l.n_out;
  return l;
}

/* S of a node and, unless NULL, its slope over q: positive for every q. */
static double sum_of(const layer *l, uint32_t j, double *slope) {
  bool tail = l->kind == R2NN_HEAD_NPML && l->q[j] < LEAST_SUM;
  double sum = tail ? LEAST_SUM * exp(l->q[j] / LEAST_SUM - 1) : l->kind == R2NN_HEAD_SPML ? exp(l->q[j]) : l->q[j];
  if (slope) *slope = tail ? sum / LEAST_SUM : l->kind == R2NN_HEAD_SPML ? sum : 1;
  return sum;
}

static void start(const layer *l, double deviation, r2nn_random *random) {
  for (uint32_t j = 0; j < l->n_out; j++) {
    for (uint32_t i = 0; i < l->n_in; i++) l->g[(size_t)j * l->n_in + i] = deviation * r2nn_random_normal(random);
    l->q[j] = l->kind == R2NN_HEAD_SPML ? 0 : 1;
    l->rest[j] = 0;
  }
}

void r2nn_physical_start(r2nn_learner *learner, uint64_t seed) {
  layer first = layer_of(learner, learner->theta, false), second = layer_of(learner, learner->theta, true);
  r2nn_random random = r2nn_random_new(seed, 11);
  bool deep = learner->n_hidden > 0;
  start(&first, deep ? 1 / sqrt(first.n_in) : 0, &random);
  if (deep) start(&second, 0.5 / sqrt(second.n_in), &random);
}

/* Node voltages z [n][n_out] of n rows v [n][n_in]. */
static void forward(const layer *l, const double *v, uint32_t n, double *z) {
  int n_in = (int)l->n_in, n_out = (int)l->n_out;
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, n_out, n_in, 1, v, n_in, l->g, n_in, 0, z, n_out);
  for (uint32_t j = 0; j < l->n_out; j++) {
    double sum = 0, total = sum_of(l, j, NULL);
    for (uint32_t i = 0; i < l->n_in; i++) sum += l->g[(size_t)j * l->n_in + i];
    for (uint32_t r = 0; r < n; r++) {
      double *at = z + (size_t)r * l->n_out + j;
      *at = l->rest[j] + l->unit * (*at - l->middle_v * sum) / total;
    }
  }
}

/* What hidden nodes make of z, in place, and its slope: s(z) (npml) or 2 s(|z|) - 1 (spml; s(|z|) spans half of it and so learns as
 * with half the sharpness, a little worse). */
static void activate(r2nn_head_kind kind, size_t n, double *z, double *slope) {
  bool even = kind == R2NN_HEAD_SPML;
  for (size_t i = 0; i < n; i++) {
    double s = 1 / (1 + exp(even ? -fabs(z[i]) : -z[i]));
    slope[i] = even ? copysign(2 * s * (1 - s), z[i]) : s * (1 - s);
    z[i] = even ? 2 * s - 1 : s;
  }
}

void r2nn_physical_forward(r2nn_learner *learner, uint32_t n) {
  layer first = layer_of(learner, learner->theta, false), second = layer_of(learner, learner->theta, true);
  uint32_t h = learner->n_hidden;
  for (size_t i = 0; i < (size_t)n * first.n_in; i++) learner->x[i] = fmin(fmax(learner->x[i], -R2NN_RAIL_V), R2NN_RAIL_V);
  forward(&first, learner->x, n, h ? learner->hidden : learner->z);
  if (h) activate(learner->kind, (size_t)n * h, learner->hidden, learner->slope);
  if (h) forward(&second, learner->hidden, n, learner->z);
  for (size_t i = 0; i < (size_t)n * learner->n_classes; i++) learner->z[i] *= learner->sharpness;
}

/* From dz [n][n_out], which is overwritten, to the layer's gradient d and, unless NULL, dv [n][n_in]; returns the penalty. */
static double backward(const layer *l, const double *v, uint32_t n, double l2, double *dz, const layer *d, double *dv) {
  int n_in = (int)l->n_in, n_out = (int)l->n_out;
  double penalty = 0;
  for (uint32_t j = 0; j < l->n_out; j++) {
    double total = sum_of(l, j, NULL);
    d->rest[j] = 0;
    for (uint32_t r = 0; r < n; r++) d->rest[j] += dz[(size_t)r * l->n_out + j];
    for (uint32_t r = 0; r < n; r++) dz[(size_t)r * l->n_out + j] *= l->unit / total;
  }
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n_out, n_in, (int)n, 1, dz, n_out, v, n_in, 0, d->g, n_in);
  for (uint32_t j = 0; j < l->n_out; j++) {
    double slope, total = sum_of(l, j, &slope), along = 0;
    for (uint32_t i = 0; i < l->n_in; i++) {
      size_t at = (size_t)j * l->n_in + i;
      double share = l->g[at] / total;
      d->g[at] += l2 * share / total - l->middle_v * l->unit / total * d->rest[j];
      penalty += 0.5 * l2 * share * share;
      along += share * d->g[at];
    }
    /* Only g/S matters so far, so S dL/dS = -g dL/dg. */
    d->q[j] = -along;
    if (l->kind == R2NN_HEAD_NPML) {
      d->q[j] += 2 * LAMBDA * (total - 1);
      penalty += LAMBDA * (total - 1) * (total - 1);
    }
    d->q[j] *= slope;
  }
  if (dv) cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, n_in, n_out, 1, dz, n_out, l->g, n_in, 0, dv, n_in);
  return penalty;
}

double r2nn_physical_backward(r2nn_learner *learner, uint32_t n, double *dx) {
  layer first = layer_of(learner, learner->theta, false), second = layer_of(learner, learner->theta, true);
  layer dfirst = layer_of(learner, learner->gradient, false), dsecond = layer_of(learner, learner->gradient, true);
  uint32_t h = learner->n_hidden;
  double *dz = learner->z, *dhidden = learner->dhidden, penalty = 0;
  for (size_t i = 0; i < (size_t)n * learner->n_classes; i++) dz[i] *= learner->sharpness;
  if (h) penalty = backward(&second, learner->hidden, n, learner->l2, dz, &dsecond, dhidden);
  for (size_t i = 0; i < (size_t)n * h; i++) dhidden[i] *= learner->slope[i];
  penalty += backward(&first, learner->x, n, learner->l2, h ? dhidden : dz, &dfirst, dx);
  for (size_t i = 0; dx && i < (size_t)n * first.n_in; i++)
    if (fabs(learner->x[i]) >= R2NN_RAIL_V) dx[i] = 0;
  return penalty;
}

/* w [n_out][n_in], b [n_out] to the constant, ground [n_out] to 0 V. */
static void export(const layer *l, float *w, float *b, float *ground) {
  for (uint32_t j = 0; j < l->n_out; j++) {
    double total = sum_of(l, j, NULL), sum = 0;
    for (uint32_t i = 0; i < l->n_in; i++) {
      size_t at = (size_t)j * l->n_in + i;
      w[at] = (float)(l->unit * l->g[at]);
      sum += (double)w[at];
    }
    b[j] = (float)(total * l->rest[j] - l->middle_v * sum);
    double left = total - sum - (double)b[j];
    ground[j] = (float)left;
    if ((double)ground[j] < left) ground[j] = nextafterf(ground[j], INFINITY); /* rounding never takes the sum to 0 */
  }
}

void r2nn_physical_export(const r2nn_learner *learner, r2nn_head *head) {
  layer first = layer_of(learner, learner->theta, false), second = layer_of(learner, learner->theta, true);
  for (uint32_t i = 0; i < learner->n_features; i++) {
    head->offset[i] = (float)learner->center[i];
    head->gain[i] = (float)(1 / learner->spread[i]);
  }
  export(&first, head->w1, head->b1, head->ground1);
  if (learner->n_hidden) export(&second, head->w2, head->b2, head->ground2);
}
