/* FFT, solution of the circuit bin by bin, and the adjoint of both. */
#include "train/linear.h"

#include "core/blas.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TWO_PI 6.28318530717958647692
#define ALIGN  64u

static uint32_t bins(uint32_t n) {
  return n / 2 + 1;
}

/* A half spectrum padded to whole groups of lanes and to the alignment of rows. */
static uint32_t stride_of(uint32_t n) {
  return (bins(n) + 7) / 8 * 8;
}

/* ---- transforms ---- */

r2nn_status r2nn_transforms_init(r2nn_transforms *transforms, double longest, r2nn_error *error) {
  *transforms = (r2nn_transforms){0};
  if (longest > (double)(1u << 28))
    return r2nn_fail(error, R2NN_BAD_DATA, "a recording is too long to train on: cut it into windows");
  uint32_t last = 0;
  for (uint32_t octave = 4; last < longest; octave *= 2)
    for (uint32_t part = 4; part < 8 && last < longest && transforms->n_lengths < R2NN_MAX_TRANSFORMS; part++)
      transforms->length[transforms->n_lengths++] = last = part * octave;
  double *row = fftw_alloc_real(last), *spectrum = fftw_alloc_real(2 * (size_t)stride_of(last));
  bool good = row && spectrum;
  for (uint32_t t = 0; t < transforms->n_lengths && good; t++) {
    uint32_t n = transforms->length[t], stride = stride_of(n);
    fftw_iodim size = {.n = (int)n, .is = 1, .os = 1};
    transforms->forward[t] = fftw_plan_guru_split_dft_r2c(1, &size, 0, NULL, row, spectrum, spectrum + stride, FFTW_ESTIMATE);
    transforms->inverse[t] = fftw_plan_guru_split_dft_c2r(1, &size, 0, NULL, spectrum, spectrum + stride, row, FFTW_ESTIMATE);
    good = transforms->forward[t] && transforms->inverse[t];
  }
  fftw_free(row);
  fftw_free(spectrum);
  if (good) return R2NN_OK;
  r2nn_transforms_free(transforms);
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for transforms of %.0f samples", longest);
}

void r2nn_transforms_free(r2nn_transforms *transforms) {
  for (uint32_t t = 0; t < transforms->n_lengths; t++) {
    if (transforms->forward[t]) fftw_destroy_plan(transforms->forward[t]);
    if (transforms->inverse[t]) fftw_destroy_plan(transforms->inverse[t]);
  }
  *transforms = (r2nn_transforms){0};
}

/* ---- the stage ---- */

r2nn_status r2nn_linear_init(r2nn_linear *linear, const r2nn_stage *stage, uint32_t n_channels, r2nn_error *error) {
  *linear = (r2nn_linear){.stage = stage, .n_nodes = stage->n_nodes, .n_channels = n_channels, .n_outputs = stage->n_outputs};
  r2nn_status status = r2nn_ldl_init(&linear->ldl, stage, error);
  if (status != R2NN_OK) return status;
  uint32_t n_rows = linear->ldl.n_rows;
  linear->k = calloc(linear->ldl.n_entries + 1, sizeof *linear->k);
  linear->d = calloc(n_rows, sizeof *linear->d);
  linear->c = calloc(n_rows, sizeof *linear->c);
  linear->b = calloc((size_t)n_rows * n_channels, sizeof *linear->b);
  r2nn_blas_quiet();
  if (linear->k && linear->d && linear->c && linear->b) {
    r2nn_linear_load(linear);
    return R2NN_OK;
  }
  r2nn_linear_free(linear);
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a stage of %u nodes", stage->n_nodes);
}

void r2nn_linear_free(r2nn_linear *linear) {
  r2nn_ldl_free(&linear->ldl);
  free(linear->k);
  free(linear->d);
  free(linear->c);
  free(linear->b);
  *linear = (r2nn_linear){0};
}

void r2nn_linear_load(r2nn_linear *linear) {
  const r2nn_stage *stage = linear->stage;
  const r2nn_ldl *ldl = &linear->ldl;
  r2nn_ldl_load(ldl, stage, linear->k, linear->d, linear->c);
  memset(linear->b, 0, (size_t)ldl->n_rows * linear->n_channels * sizeof *linear->b);
  for (uint32_t e = 0; e < stage->n_inputs; e++)
    linear->b[(size_t)ldl->row[stage->inputs[e].node] * linear->n_channels + stage->inputs[e].channel] += stage->inputs[e].g;
  linear->ring_s = 0;
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    uint32_t row = ldl->row[i];
    double self = linear->k[r2nn_ldl_entry(ldl, row, row)], c = linear->c[row], d = linear->d[row];
    double tau = c > 0 ? fmax(2 * d / c, fmin(c / self, 1e3)) : 0;
    linear->ring_s = fmax(linear->ring_s, log(100) * tau);
  }
}

/* ---- a clip's memory ---- */

bool r2nn_pass_room(r2nn_pass *pass, const r2nn_linear *linear, const r2nn_transforms *transforms, uint32_t n_frames,
                    double rate_hz, bool back) {
  double least = n_frames + fmin(linear->ring_s * rate_hz + 2, 4.0 * n_frames + 64);
  uint32_t t = 0;
  while (t + 1 < transforms->n_lengths && transforms->length[t] < least) t++;
  uint32_t n = transforms->length[t], stride = stride_of(n), n_rows = linear->ldl.n_rows;
  if (n < n_frames) return false;
  size_t spectrum = 2 * (size_t)stride, row = (n + 7) / 8 * 8;
  size_t n_u = linear->n_channels * spectrum, n_x = n_rows * spectrum, n_v = linear->n_outputs * row;
  size_t n_products =
      !back ? 0 : (size_t)n_rows * (linear->stage->n_couplings && n_rows > linear->n_channels ? n_rows : linear->n_channels);
  size_t doubles = n_u + (back ? 2 : 1) * n_x + n_v + n_products;
  size_t vectors = (linear->ldl.n_entries + n_rows + 1) * sizeof(r2nn_complex);
  size_t bytes = doubles * sizeof(double) + vectors + ALIGN;
  if (bytes > pass->n_space) {
    free(pass->memory);
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    pass->memory = aligned_alloc(ALIGN, bytes);
    pass->n_space = pass->memory ? bytes : 0;
    if (!pass->memory) return false;
  }
  pass->n_frames = n_frames;
  pass->transform = t;
  pass->n = n;
  pass->stride = stride;
  pass->rate_hz = rate_hz;
  pass->factor = pass->memory;
  pass->side = pass->factor + linear->ldl.n_entries;
  pass->u = (double *)(pass->side + n_rows + 1);
  pass->x = pass->u + n_u;
  pass->v = pass->x + n_x;
  pass->mu = back ? pass->v + n_v : NULL;
  pass->products = back ? pass->mu + n_x : NULL;
  return true;
}

void r2nn_pass_free(r2nn_pass *pass) {
  free(pass->memory);
  *pass = (r2nn_pass){0};
}

/* ---- forward and back ---- */

/* Row r of spectra. */
static double *row_of(const r2nn_pass *pass, double *spectra, uint32_t r) {
  return spectra + (size_t)r * 2 * pass->stride;
}

double *r2nn_pass_row(const r2nn_pass *pass, uint32_t output) {
  return pass->v + (size_t)output * ((pass->n + 7) / 8 * 8);
}

/* The transform of a row of n samples; the padding of the spectrum is zeroed. The row is lost. */
static void transform(const r2nn_transforms *transforms, const r2nn_pass *pass, double *row, double *spectrum) {
  uint32_t from = bins(pass->n), pad = pass->stride - from;
  fftw_execute_split_dft_r2c(transforms->forward[pass->transform], row, spectrum, spectrum + pass->stride);
  memset(spectrum + from, 0, pad * sizeof *spectrum);
  memset(spectrum + pass->stride + from, 0, pad * sizeof *spectrum);
}

/* x = A^-1 x for every bin, in place; x is [n_rows] spectra. */
static void solve(const r2nn_linear *linear, const r2nn_pass *pass, double *x) {
  const r2nn_ldl *ldl = &linear->ldl;
  double step = TWO_PI * pass->rate_hz / pass->n;
  uint32_t last = bins(pass->n) - 1;
  for (uint32_t k = 0; k <= last; k += R2NN_LANES) {
    r2nn_lanes omega;
    for (uint32_t i = 0; i < R2NN_LANES; i++) omega[i] = step * (k + i < last ? k + i : last);
    r2nn_ldl_factor(ldl, linear->k, linear->d, linear->c, &omega, pass->factor);
    for (uint32_t r = 0; r < ldl->n_rows; r++) {
      const double *from = x + (size_t)r * 2 * pass->stride + k;
      memcpy(&pass->side[r].re, from, sizeof(r2nn_lanes));
      memcpy(&pass->side[r].im, from + pass->stride, sizeof(r2nn_lanes));
    }
    r2nn_ldl_solve(ldl, pass->factor, pass->side, 1);
    for (uint32_t r = 0; r < ldl->n_rows; r++) {
      double *to = x + (size_t)r * 2 * pass->stride + k;
      memcpy(to, &pass->side[r].re, sizeof(r2nn_lanes));
      memcpy(to + pass->stride, &pass->side[r].im, sizeof(r2nn_lanes));
    }
  }
}

void r2nn_linear_forward(const r2nn_linear *linear, const r2nn_transforms *transforms, r2nn_pass *pass, const double *u) {
  int spectrum = (int)(2 * pass->stride), n_rows = (int)linear->ldl.n_rows, m = (int)linear->n_channels;
  double *row = pass->v; /* free until the end */
  for (uint32_t c = 0; c < linear->n_channels; c++) {
    memcpy(row, u + (size_t)c * pass->n_frames, pass->n_frames * sizeof *row);
    memset(row + pass->n_frames, 0, (pass->n - pass->n_frames) * sizeof *row);
    transform(transforms, pass, row, row_of(pass, pass->u, c));
  }
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n_rows, spectrum, m, 1, linear->b, m, pass->u, spectrum, 0, pass->x,
              spectrum);
  solve(linear, pass, pass->x);
  for (uint32_t o = 0; o < linear->n_outputs; o++) {
    /* The inverse transform destroys what it reads. */
    const double *x = row_of(pass, pass->x, linear->ldl.row[linear->stage->outputs[o]]);
    double *copy = (double *)pass->mu, *v = r2nn_pass_row(pass, o);
    if (!copy) copy = pass->u;
    memcpy(copy, x, 2 * (size_t)pass->stride * sizeof *copy);
    fftw_execute_split_dft_c2r(transforms->inverse[pass->transform], copy, copy + pass->stride, v);
    for (uint32_t t = 0; t < pass->n_frames; t++) v[t] /= pass->n;
  }
}

/* 1/n sum_w over the whole spectrum of Re(a b), w^2 Re(a b) and w Im(a b), from its half. */
typedef struct sums {
  double re, square, im;
} sums;

static sums correlate(const r2nn_pass *pass, const double *a, const double *b) {
  const double *ai = a + pass->stride, *bi = b + pass->stride;
  double step = TWO_PI * pass->rate_hz / pass->n, re = 0, square = 0, im = 0;
  uint32_t n = bins(pass->n);
  for (uint32_t k = 1; k < n; k++) {
    double product = a[k] * b[k] - ai[k] * bi[k], w = step * k;
    re += product;
    square += w * w * product;
    im += w * (a[k] * bi[k] + ai[k] * b[k]);
  }
  /* The lengths are even: the first and the last bin stand once in the whole spectrum, the others twice. */
  double last = a[n - 1] * b[n - 1] - ai[n - 1] * bi[n - 1], w = step * (n - 1);
  double last_im = a[n - 1] * bi[n - 1] + ai[n - 1] * b[n - 1];
  double first = a[0] * b[0] - ai[0] * bi[0];
  return (sums){(2 * re - last + first) / pass->n, (2 * square - w * w * last) / pass->n, (2 * im - w * last_im) / pass->n};
}

/* Rows of spectra made ready for products with others: 1/n Re(a b) over the whole spectrum is then the plain scalar product. */
static void make_dual(const r2nn_pass *pass, double *spectra, uint32_t n_rows) {
  uint32_t last = bins(pass->n) - 1;
  for (uint32_t r = 0; r < n_rows; r++) {
    double *re = row_of(pass, spectra, r), *im = re + pass->stride;
    for (uint32_t k = 0; k <= last; k++) {
      double weight = (k == 0 || k == last ? 1.0 : 2.0) / pass->n;
      re[k] *= weight;
      im[k] *= -weight;
    }
  }
}

void r2nn_linear_backward(const r2nn_linear *linear, const r2nn_transforms *transforms, r2nn_pass *pass, double *du,
                          r2nn_stage_gradient *gradient) {
  const r2nn_stage *stage = linear->stage;
  const r2nn_ldl *ldl = &linear->ldl;
  int spectrum = (int)(2 * pass->stride), n_rows = (int)ldl->n_rows, m = (int)linear->n_channels;
  double *mu = pass->mu;
  memset(mu, 0, (size_t)ldl->n_rows * 2 * pass->stride * sizeof *mu);
  for (uint32_t o = 0; o < linear->n_outputs; o++) {
    double *row = row_of(pass, mu, ldl->row[stage->outputs[o]]);
    transform(transforms, pass, r2nn_pass_row(pass, o), row);
    for (uint32_t k = pass->stride; k < 2 * pass->stride; k++) row[k] = -row[k];
  }
  solve(linear, pass, mu);

  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    uint32_t r = ldl->row[i];
    sums s = correlate(pass, row_of(pass, mu, r), row_of(pass, pass->x, r));
    gradient->d[i] += s.square;
    gradient->c[i] += s.im;
    gradient->g[i] -= s.re;
    pass->side[r].re[0] = s.re; /* for the inputs below */
  }
  double *products = pass->products;
  if (stage->n_couplings) {
    make_dual(pass, pass->x, ldl->n_rows);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n_rows, n_rows, spectrum, 1, mu, spectrum, pass->x, spectrum, 0, products,
                n_rows);
    for (uint32_t e = 0; e < stage->n_couplings; e++) {
      size_t a = ldl->row[stage->couplings[e].a], b = ldl->row[stage->couplings[e].b], n = ldl->n_rows;
      gradient->couplings[e] -= products[a * n + a] + products[b * n + b] - products[a * n + b] - products[b * n + a];
    }
  }
  make_dual(pass, pass->u, linear->n_channels);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n_rows, m, spectrum, 1, mu, spectrum, pass->u, spectrum, 0, products, m);
  for (uint32_t e = 0; e < stage->n_inputs; e++) {
    size_t r = ldl->row[stage->inputs[e].node];
    gradient->inputs[e] += products[r * linear->n_channels + stage->inputs[e].channel] - pass->side[r].re[0];
  }
  if (!du) return;
  /* conj(B^T mu) is the transform of dL/du; it takes the place of U. */
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, m, spectrum, n_rows, 1, linear->b, m, mu, spectrum, 0, pass->u, spectrum);
  for (uint32_t c = 0; c < linear->n_channels; c++) {
    double *row = row_of(pass, pass->u, c), *back = pass->v;
    for (uint32_t k = pass->stride; k < 2 * pass->stride; k++) row[k] = -row[k];
    fftw_execute_split_dft_c2r(transforms->inverse[pass->transform], row, row + pass->stride, back);
    for (uint32_t t = 0; t < pass->n_frames; t++) du[(size_t)c * pass->n_frames + t] = back[t] / pass->n;
  }
}
