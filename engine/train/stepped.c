/* Nodes behind a detector, each stepped exactly between its frames, and the adjoint of the steps. */
#include "train/stepped.h"

#include "core/blas.h"

#include <cblas.h>
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN       64u
#define TINY        1e-20 /* of the complex step: derivatives to the last digit, without a difference of near numbers */
#define NEAR_DOUBLE 1e-4  /* |w^2 - s^2| T^2 below which sin(x)/x and cos(x) are summed as series */

/* One node between two frames, for a unit of input at rest and a unit frame: with w the drive over K_ii,
 *   v[t] = a1 v[t-1] + a2 v[t-2] + b0 w[t] + b1 w[t-1] + b2 w[t-2].
 * H_d = (z-1)^2/z R(z) of the sampled ramp response R: the exact answer to an input of straight lines (first-order hold). */
typedef struct step {
  double a1, a2, b0, b1, b2;
} step;
typedef struct complex_step {
  double complex a1, a2, b0, b1, b2;
} complex_step;

/* cos(x) and sin(x)/x of x^2. */
static void circular(double complex square, double complex *c, double complex *s) {
  if (cabs(square) < NEAR_DOUBLE) {
    *c = 1 - square / 2 * (1 - square / 12 * (1 - square / 30));
    *s = 1 - square / 6 * (1 - square / 20 * (1 - square / 42));
  } else {
    double complex x = csqrt(square);
    *c = ccos(x);
    *s = csin(x) / x;
  }
}

/* A resonator of s = c T/2d and w = K_ii T^2/d: ramp response r(t) = t - 2s/w + e^(-st) (2s/w C(t) + (2s^2/w - 1) S(t)). */
static complex_step resonator(double complex s, double complex w) {
  double complex c1, s1, e = cexp(-s), rest = 2 * s / w;
  circular(w - s * s, &c1, &s1);
  double complex c2 = 2 * c1 * c1 - 1, s2 = 2 * s1 * c1; /* C(2), S(2) */
  double complex r1 = 1 - rest + e * (rest * c1 + (rest * s - 1) * s1);
  double complex r2 = 2 - rest + e * e * (rest * c2 + (rest * s - 1) * s2);
  complex_step to = {.a1 = 2 * e * c1, .a2 = -e * e, .b0 = r1};
  to.b1 = r2 - 2 * r1 - to.a1 * r1;
  to.b2 = 1 - to.a1 - to.a2 - to.b0 - to.b1; /* a constant passes as it is */
  return to;
}

/* An integrator of a = K_ii T/c: r(t) = t - (1 - e^(-at))/a. */
static complex_step integrator(double complex a) {
  double complex keep = cexp(-a), r1 = 1 - (1 - keep) / a;
  return (complex_step){.a1 = keep, .b0 = r1, .b1 = 1 - keep - r1};
}

/* The step of node i, and, unless NULL, its derivatives by s (an integrator's a) and w. */
static step step_of(const r2nn_stepped *stepped, uint32_t i, double rate_hz, step *by_s, step *by_w) {
  const r2nn_node *node = &stepped->stage->nodes[i];
  bool first_order = !(node->d > 0);
  double s = first_order ? stepped->self[i] / (node->c * rate_hz) : node->c / (2 * node->d * rate_hz);
  double w = first_order ? 0 : stepped->self[i] / (node->d * rate_hz * rate_hz);
  complex_step at = first_order ? integrator(s + TINY * I) : resonator(s + TINY * I, w);
  if (by_s) *by_s = (step){cimag(at.a1) / TINY, cimag(at.a2) / TINY, cimag(at.b0) / TINY, cimag(at.b1) / TINY, cimag(at.b2) / TINY};
  if (by_w && !first_order) {
    complex_step along = resonator(s, w + TINY * I);
    *by_w = (step){cimag(along.a1) / TINY, cimag(along.a2) / TINY, cimag(along.b0) / TINY, cimag(along.b1) / TINY,
                   cimag(along.b2) / TINY};
  }
  return (step){creal(at.a1), creal(at.a2), creal(at.b0), creal(at.b1), creal(at.b2)};
}

bool r2nn_stepped_fits(const r2nn_stage *stage) {
  return stage->n_couplings == 0;
}

r2nn_status r2nn_stepped_init(r2nn_stepped *stepped, const r2nn_stage *stage, uint32_t n_channels, r2nn_error *error) {
  *stepped = (r2nn_stepped){.stage = stage, .n_channels = n_channels};
  stepped->b = malloc((size_t)stage->n_nodes * n_channels * sizeof *stepped->b);
  stepped->self = malloc(stage->n_nodes * sizeof *stepped->self);
  r2nn_blas_quiet();
  if (stepped->b && stepped->self) {
    r2nn_stepped_load(stepped);
    return R2NN_OK;
  }
  r2nn_stepped_free(stepped);
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a stage of %u nodes", stage->n_nodes);
}

void r2nn_stepped_free(r2nn_stepped *stepped) {
  free(stepped->b);
  free(stepped->self);
  *stepped = (r2nn_stepped){0};
}

void r2nn_stepped_load(r2nn_stepped *stepped) {
  const r2nn_stage *stage = stepped->stage;
  memset(stepped->b, 0, (size_t)stage->n_nodes * stepped->n_channels * sizeof *stepped->b);
  for (uint32_t i = 0; i < stage->n_nodes; i++) stepped->self[i] = stage->nodes[i].g;
  for (uint32_t e = 0; e < stage->n_inputs; e++) {
    const r2nn_input *input = &stage->inputs[e];
    stepped->b[(size_t)input->node * stepped->n_channels + input->channel] += input->g;
    stepped->self[input->node] += input->g;
  }
}

/* Rows are padded to whole cache lines. */
static size_t row_of(uint32_t n_frames) {
  return ((size_t)n_frames + 7) / 8 * 8;
}

bool r2nn_stepped_room(r2nn_pass *pass, const r2nn_stepped *stepped, uint32_t n_frames, double rate_hz) {
  size_t n = stepped->stage->n_nodes, row = row_of(n_frames);
  size_t doubles = (3 * n + stepped->stage->n_outputs) * row + n * (stepped->n_channels + 1);
  size_t bytes = (doubles * sizeof(double) + ALIGN) / ALIGN * ALIGN;
  if (bytes > pass->n_space) {
    free(pass->memory);
    pass->memory = aligned_alloc(ALIGN, bytes);
    pass->n_space = pass->memory ? bytes : 0;
    if (!pass->memory) return false;
  }
  pass->n_frames = pass->n = n_frames;
  pass->rate_hz = rate_hz;
  pass->x = pass->memory;
  pass->mu = pass->x + n * row;
  pass->v = pass->mu + n * row;
  pass->products = pass->v + stepped->stage->n_outputs * row;
  return true;
}

/* y[t] of a row of drives w, from rest. */
static void run(const step *by, const double *w, uint32_t n, double scale, double *y) {
  double y1 = 0, y2 = 0, w1 = 0, w2 = 0;
  for (uint32_t t = 0; t < n; t++) {
    double w0 = scale * w[t], y0 = by->a1 * y1 + by->a2 * y2 + by->b0 * w0 + by->b1 * w1 + by->b2 * w2;
    y[t] = y0;
    y2 = y1;
    y1 = y0;
    w2 = w1;
    w1 = w0;
  }
}

void r2nn_stepped_forward(const r2nn_stepped *stepped, r2nn_pass *pass, const double *u) {
  const r2nn_stage *stage = stepped->stage;
  int n_nodes = (int)stage->n_nodes, n = (int)pass->n_frames, m = (int)stepped->n_channels;
  size_t row = row_of(pass->n_frames);
  double *w = pass->mu; /* what drives the nodes, A */
  if (!n) return;
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n_nodes, n, m, 1, stepped->b, m, u, n, 0, w, (int)row);
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    step by = step_of(stepped, i, pass->rate_hz, NULL, NULL);
    run(&by, w + i * row, pass->n_frames, 1 / stepped->self[i], pass->x + i * row);
  }
  for (uint32_t o = 0; o < stage->n_outputs; o++)
    memcpy(r2nn_pass_row(pass, o), pass->x + stage->outputs[o] * row, pass->n_frames * sizeof *pass->x);
}

/* The way back through one node: dy[n] (lost) becomes dL/dw; sums are dL by the step's coefficients. Both run past the row's end
 * into nothing. */
static step run_back(const step *by, const double *w, const double *y, uint32_t n, double scale, double *dy) {
  step sum = {0};
  double l1 = 0, l2 = 0;
  for (uint32_t t = n; t-- > 0;) {
    double l0 = dy[t] + by->a1 * l1 + by->a2 * l2;
    dy[t] = scale * (by->b0 * l0 + by->b1 * l1 + by->b2 * l2);
    /* l1 = lambda[t+1] meets y[t] and w[t] as their next frame, l2 as the one after. */
    sum.a1 += l1 * y[t];
    sum.a2 += l2 * y[t];
    sum.b0 += l0 * scale * w[t];
    sum.b1 += l1 * scale * w[t];
    sum.b2 += l2 * scale * w[t];
    l2 = l1;
    l1 = l0;
  }
  return sum;
}

static double dot(const step *a, const step *b) {
  return a->a1 * b->a1 + a->a2 * b->a2 + a->b0 * b->b0 + a->b1 * b->b1 + a->b2 * b->b2;
}

/* dL/dv of node i, in its row of dv, becomes dL/dw; its elements' gradients are added. Returns dL/dK_ii. */
static double node_back(const r2nn_stepped *stepped, const r2nn_pass *pass, uint32_t i, const double *w, const double *v,
                        double *dv, r2nn_stage_gradient *gradient) {
  const r2nn_node *node = &stepped->stage->nodes[i];
  step by_s, by_w = {0}, by = step_of(stepped, i, pass->rate_hz, &by_s, &by_w);
  double self = stepped->self[i], through = 0, rate = pass->rate_hz;
  for (uint32_t t = 0; t < pass->n_frames; t++) through += dv[t] * v[t]; /* v = (G w)/K_ii */
  step sum = run_back(&by, w, v, pass->n_frames, 1 / self, dv);
  double ds = dot(&sum, &by_s), dw = dot(&sum, &by_w), dself = -through / self;
  if (node->d > 0) {
    gradient->c[i] += ds / (2 * node->d * rate);
    gradient->d[i] -= (ds * node->c / (2 * rate) + dw * self / (rate * rate)) / (node->d * node->d);
    dself += dw / (node->d * rate * rate);
  } else {
    gradient->c[i] -= ds * self / (node->c * node->c * rate);
    dself += ds / (node->c * rate);
  }
  gradient->g[i] += dself;
  return dself;
}

void r2nn_stepped_backward(const r2nn_stepped *stepped, r2nn_pass *pass, const double *u, double *du,
                           r2nn_stage_gradient *gradient) {
  const r2nn_stage *stage = stepped->stage;
  int n_nodes = (int)stage->n_nodes, n = (int)pass->n_frames, m = (int)stepped->n_channels;
  size_t row = row_of(pass->n_frames);
  double *dw = pass->products, *db = dw + stage->n_nodes * row, *dself = db + (size_t)stage->n_nodes * stepped->n_channels;
  if (!n) return;
  memset(dw, 0, stage->n_nodes * row * sizeof *dw);
  for (uint32_t o = 0; o < stage->n_outputs; o++) {
    double *to = dw + stage->outputs[o] * row, *from = r2nn_pass_row(pass, o);
    for (uint32_t t = 0; t < pass->n_frames; t++) to[t] += from[t];
  }
  for (uint32_t i = 0; i < stage->n_nodes; i++)
    dself[i] = node_back(stepped, pass, i, pass->mu + i * row, pass->x + i * row, dw + i * row, gradient);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n_nodes, m, n, 1, dw, (int)row, u, n, 0, db, m);
  for (uint32_t e = 0; e < stage->n_inputs; e++) {
    const r2nn_input *input = &stage->inputs[e];
    gradient->inputs[e] += db[(size_t)input->node * stepped->n_channels + input->channel] + dself[input->node];
  }
  if (du) cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, m, n, n_nodes, 1, stepped->b, m, dw, (int)row, 0, du, n);
}
