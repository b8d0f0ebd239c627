/* One linear stage solved at every frequency of a grid, the energies of its outputs, and their exact gradient by the adjoint. */
#include "train/spectral.h"

#include "core/blas.h"
#include "rt/multiversion.h"
#include "train/ldl.h"

#include <assert.h>
#include <cblas.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TWO_PI 6.28318530717958647692
/* Factors are kept for the backward pass up to this size; beyond it they are made again. */
#define KEEP_BYTES ((size_t)256 << 20)
/* The work is cut by sizes alone, so that its result is the same whatever runs it. */
#define MAX_TASKS         32u
#define MAX_SCRATCH_BYTES ((size_t)64 << 20)
#define CLIPS_PER_TASK    64u
/* Groups of frequencies whose adjoints are held together: with their transfers 32 kB at 32 nodes, one core's first-level cache. */
#define CHUNK 8u

struct r2nn_spectral {
  r2nn_workers workers;
  r2nn_ldl ldl;
  uint32_t n_nodes, n_couplings, n_inputs, n_outputs, n_channels, n_bins;
  uint32_t n_groups; /* of R2NN_LANES bins; the last is filled up with copies of the last bin */
  uint32_t n_tasks;
  size_t n_columns;     /* of a clip's spectra: n_bins * n_channels^2 */
  size_t n_sums;        /* values of a gradient */
  r2nn_lanes *omega;    /* [n_groups] rad/s */
  double *k, *d, *c;    /* [n_entries], [n_rows], [n_rows]: the values of the last forward */
  r2nn_complex *h;      /* [n_groups][n_rows][n_channels] transfers of the last forward */
  r2nn_complex *factor; /* [n_groups][n_entries] when kept, else [n_tasks][n_entries] */
  bool keeps_factors;
  r2nn_complex *lambda; /* [n_tasks][CHUNK][n_rows][n_channels] adjoints */
  double *q;            /* [n_outputs][n_columns] energy of an output for a unit of each packed spectrum */
  double *w;            /* [n_outputs][n_columns] dL/dq */
  double *sums;         /* [n_tasks][n_sums]: d, c, g, couplings, inputs */
};

/* ---- making ---- */

/* Zeroed memory for vectors. */
static void *lanes_new(size_t n, size_t size) {
  const size_t line = sizeof(r2nn_lanes);
  if (n > SIZE_MAX / size - line) return NULL;
  void *memory = aligned_alloc(line, (n * size / line + 1) * line);
  if (memory) memset(memory, 0, n * size);
  return memory;
}

r2nn_status r2nn_spectral_new(const r2nn_stage *structure, uint32_t n_channels, const double *freq_hz, uint32_t n_bins,
                              const r2nn_workers *workers, r2nn_spectral **spectral, r2nn_error *error) {
  *spectral = NULL;
  size_t n_columns = (size_t)n_bins * n_channels * n_channels;
  if (n_columns > INT_MAX)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%u frequencies and %u channels are too many: at most 2^31 cross-spectra", n_bins,
                     n_channels);
  r2nn_spectral *s = calloc(1, sizeof *s);
  if (!s) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the spectral solver");
  r2nn_status status = r2nn_ldl_init(&s->ldl, structure, error);
  if (status) {
    free(s);
    return status;
  }
  if (workers) s->workers = *workers;
  s->n_nodes = structure->n_nodes;
  s->n_couplings = structure->n_couplings;
  s->n_inputs = structure->n_inputs;
  s->n_outputs = structure->n_outputs;
  s->n_channels = n_channels;
  s->n_bins = n_bins;
  s->n_groups = (n_bins + R2NN_LANES - 1) / R2NN_LANES;
  s->n_columns = n_columns;
  s->n_sums = 3 * (size_t)s->n_nodes + s->n_couplings + s->n_inputs;

  size_t n_rows = s->ldl.n_rows, n_entries = s->ldl.n_entries, group = n_rows * n_channels;
  s->keeps_factors = n_entries <= KEEP_BYTES / sizeof *s->factor / s->n_groups;
  size_t scratch = CHUNK * group * sizeof *s->lambda + s->n_sums * sizeof *s->sums;
  if (!s->keeps_factors) scratch += n_entries * sizeof *s->factor;
  size_t n_tasks = MAX_SCRATCH_BYTES / scratch;
  s->n_tasks = n_tasks > MAX_TASKS ? MAX_TASKS : n_tasks ? (uint32_t)n_tasks : 1;
  if (s->n_tasks > s->n_groups) s->n_tasks = s->n_groups;

  s->omega = lanes_new(s->n_groups, sizeof *s->omega);
  s->k = lanes_new(n_entries, sizeof *s->k);
  s->d = lanes_new(n_rows, sizeof *s->d);
  s->c = lanes_new(n_rows, sizeof *s->c);
  s->h = lanes_new(s->n_groups * group, sizeof *s->h);
  s->factor = lanes_new((s->keeps_factors ? s->n_groups : s->n_tasks) * n_entries, sizeof *s->factor);
  s->lambda = lanes_new(s->n_tasks * CHUNK * group, sizeof *s->lambda);
  s->q = lanes_new(s->n_outputs * n_columns, sizeof *s->q);
  s->w = lanes_new(s->n_outputs * n_columns, sizeof *s->w);
  s->sums = lanes_new(s->n_tasks * s->n_sums, sizeof *s->sums);
  if (!s->omega || !s->k || !s->d || !s->c || !s->h || !s->factor || !s->lambda || !s->q || !s->w || !s->sums) {
    r2nn_spectral_free(s);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory to solve %u nodes at %u frequencies", structure->n_nodes, n_bins);
  }
  for (uint32_t b = 0; b < s->n_groups * R2NN_LANES; b++)
    s->omega[b / R2NN_LANES][b % R2NN_LANES] = TWO_PI * freq_hz[b < n_bins ? b : n_bins - 1];
  r2nn_blas_quiet(); /* the work is shared out by r2nn_workers */
  *spectral = s;
  return R2NN_OK;
}

void r2nn_spectral_free(r2nn_spectral *s) {
  if (!s) return;
  r2nn_ldl_free(&s->ldl);
  free(s->omega);
  free(s->k);
  free(s->d);
  free(s->c);
  free(s->h);
  free(s->factor);
  free(s->lambda);
  free(s->q);
  free(s->w);
  free(s->sums);
  free(s);
}

/* What a task is given: the workspace and the caller's arrays. */
typedef struct stage_work {
  r2nn_spectral *spectral;
  const r2nn_stage *stage;
  const r2nn_spectra *spectra;
  const double *weights;
  double *energies;
} stage_work;

/* The groups of task index: first .. *end - 1. */
static uint32_t groups_of(const r2nn_spectral *s, uint32_t index, uint32_t *end) {
  *end = (uint32_t)((uint64_t)s->n_groups * (index + 1) / s->n_tasks);
  return (uint32_t)((uint64_t)s->n_groups * index / s->n_tasks);
}

/* Bins of a group that are not filling. */
static uint32_t bins_of(const r2nn_spectral *s, uint32_t group) {
  uint32_t left = s->n_bins - group * R2NN_LANES;
  return left < R2NN_LANES ? left : R2NN_LANES;
}

/* Complex vectors of a group's h or lambda. */
static size_t group_size(const r2nn_spectral *s) {
  return (size_t)s->ldl.n_rows * s->n_channels;
}

/* Where the factor of a group is, or is made by a task. */
static r2nn_complex *factor_group(r2nn_spectral *s, uint32_t group, uint32_t task) {
  return s->factor + (s->keeps_factors ? group : task) * s->ldl.n_entries;
}

/* ---- forward ---- */

/* q of one group: with S packed, h S h^H = sum over p of q_p S_p. */
static void pack_energies(const r2nn_spectral *s, const r2nn_stage *stage, const r2nn_complex *h, uint32_t group) {
  uint32_t m = s->n_channels, first = group * R2NN_LANES, n = bins_of(s, group);
  for (uint32_t o = 0; o < s->n_outputs; o++) {
    const r2nn_complex *row = h + (size_t)s->ldl.row[stage->outputs[o]] * m;
    double *q = s->q + o * s->n_columns + (size_t)first * m * m;
    for (uint32_t a = 0; a < m; a++)
      for (uint32_t b = a; b < m; b++) {
        r2nn_lanes re = row[a].re * row[b].re + row[a].im * row[b].im, im = row[a].im * row[b].re - row[a].re * row[b].im;
        for (uint32_t i = 0; i < n; i++) {
          double *bin = q + (size_t)i * m * m;
          bin[b * m + a] = -2 * im[i];
          bin[a * m + b] = a == b ? re[i] : 2 * re[i];
        }
      }
  }
}

static void forward_task(void *argument, uint32_t index) {
  const stage_work *job = argument;
  r2nn_spectral *s = job->spectral;
  const r2nn_stage *stage = job->stage;
  uint32_t end;
  for (uint32_t group = groups_of(s, index, &end); group < end; group++) {
    r2nn_complex *h = s->h + group * group_size(s), *factor = factor_group(s, group, index);
    r2nn_ldl_factor(&s->ldl, s->k, s->d, s->c, &s->omega[group], factor);
    memset(h, 0, group_size(s) * sizeof *h);
    for (uint32_t e = 0; e < s->n_inputs; e++) {
      r2nn_complex *b = h + (size_t)s->ldl.row[stage->inputs[e].node] * s->n_channels + stage->inputs[e].channel;
      b->re += stage->inputs[e].g;
    }
    r2nn_ldl_solve(&s->ldl, factor, h, s->n_channels);
    pack_energies(s, stage, h, group);
  }
}

void r2nn_spectral_forward(r2nn_spectral *spectral, const r2nn_stage *stage) {
  assert(stage->n_nodes == spectral->n_nodes && stage->n_couplings == spectral->n_couplings);
  assert(stage->n_inputs == spectral->n_inputs && stage->n_outputs == spectral->n_outputs);
  stage_work job = {.spectral = spectral, .stage = stage};
  r2nn_ldl_load(&spectral->ldl, stage, spectral->k, spectral->d, spectral->c);
  r2nn_workers_run(&spectral->workers, spectral->n_tasks, forward_task, &job);
}

/* ---- energies ---- */

static void energies_task(void *argument, uint32_t index) {
  const stage_work *job = argument;
  const r2nn_spectral *s = job->spectral;
  uint32_t first = index * CLIPS_PER_TASK, n = job->spectra->n_clips - first;
  if (n > CLIPS_PER_TASK) n = CLIPS_PER_TASK;
  int columns = (int)s->n_columns, outputs = (int)s->n_outputs;
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, outputs, columns, 1, job->spectra->packed + first * s->n_columns,
              columns, s->q, columns, 0, job->energies + (size_t)first * s->n_outputs, outputs);
}

void r2nn_spectral_energies(r2nn_spectral *spectral, const r2nn_spectra *spectra, double *energies) {
  assert(spectra->n_bins == spectral->n_bins && spectra->n_channels == spectral->n_channels);
  stage_work job = {.spectral = spectral, .spectra = spectra, .energies = energies};
  r2nn_workers_run(&spectral->workers, (spectra->n_clips + CLIPS_PER_TASK - 1) / CLIPS_PER_TASK, energies_task, &job);
}

/* ---- backward ---- */

/* The adjoint's right-hand side: r_a = sum over outputs and b of M_ab conj(h_ob), M the Hermitian matrix that w packs. */
static void adjoint_sources(const r2nn_spectral *s, const r2nn_stage *stage, const r2nn_complex *h, uint32_t group,
                            r2nn_complex *r) {
  uint32_t m = s->n_channels, first = group * R2NN_LANES, n = bins_of(s, group);
  memset(r, 0, group_size(s) * sizeof *r);
  for (uint32_t o = 0; o < s->n_outputs; o++) {
    size_t row = (size_t)s->ldl.row[stage->outputs[o]] * m;
    const double *w = s->w + o * s->n_columns + (size_t)first * m * m;
    for (uint32_t a = 0; a < m; a++)
      for (uint32_t b = a; b < m; b++) {
        r2nn_lanes re = {0}, im = {0};
        for (uint32_t i = 0; i < n; i++) {
          re[i] = w[(size_t)i * m * m + a * m + b];
          im[i] = a == b ? 0 : w[(size_t)i * m * m + b * m + a];
        }
        const r2nn_complex *ha = h + row + a, *hb = h + row + b;
        r[row + a].re += re * hb->re + im * hb->im;
        r[row + a].im += im * hb->re - re * hb->im;
        if (a == b) continue;
        r[row + b].re += re * ha->re - im * ha->im;
        r[row + b].im -= im * ha->re + re * ha->im;
      }
  }
}

/* Inlined into what is compiled for several instruction sets, which hand vectors over differently. */
R2NN_INLINE double lane_sum(r2nn_lanes v) {
  double sum = v[0];
  for (uint32_t i = 1; i < R2NN_LANES; i++) sum += v[i];
  return sum;
}

/* Add n groups to the sums, without the common factor: dL = -2 Re sum lambda^T dA h, and 2 Re lambda for what drives a node. */
R2NN_MULTIVERSION static void accumulate(const r2nn_spectral *s, const r2nn_stage *stage, uint32_t first, uint32_t n,
                                         const r2nn_complex *lambda, double *sums) {
  uint32_t m = s->n_channels;
  size_t size = group_size(s);
  const r2nn_complex *h = s->h + first * size;
  for (uint32_t i = 0; i < s->n_nodes; i++) {
    size_t row = (size_t)s->ldl.row[i] * m;
    r2nn_lanes d = {0}, c = {0}, g = {0};
    for (uint32_t t = 0; t < n; t++) {
      r2nn_lanes omega = s->omega[first + t], re = {0}, im = {0};
      for (uint32_t a = 0; a < m; a++) {
        const r2nn_complex *x = lambda + t * size + row + a, *y = h + t * size + row + a;
        re += x->re * y->re - x->im * y->im;
        im += x->re * y->im + x->im * y->re;
      }
      d += omega * omega * re;
      c += omega * im;
      g -= re;
    }
    sums[i] += lane_sum(d);
    sums[s->n_nodes + i] += lane_sum(c);
    sums[2 * (size_t)s->n_nodes + i] += lane_sum(g);
  }
  sums += 3 * (size_t)s->n_nodes;
  for (uint32_t e = 0; e < s->n_couplings; e++) {
    size_t i = (size_t)s->ldl.row[stage->couplings[e].a] * m, j = (size_t)s->ldl.row[stage->couplings[e].b] * m;
    r2nn_lanes sum = {0};
    for (uint32_t t = 0; t < n; t++)
      for (uint32_t a = 0; a < m; a++) {
        const r2nn_complex *x = lambda + t * size + a, *y = h + t * size + a;
        sum -= (x[i].re - x[j].re) * (y[i].re - y[j].re);
        sum += (x[i].im - x[j].im) * (y[i].im - y[j].im);
      }
    sums[e] += lane_sum(sum);
  }
  sums += s->n_couplings;
  for (uint32_t e = 0; e < s->n_inputs; e++) {
    r2nn_lanes sum = {0};
    for (uint32_t t = 0; t < n; t++)
      sum += lambda[t * size + (size_t)s->ldl.row[stage->inputs[e].node] * m + stage->inputs[e].channel].re;
    sums[e] += lane_sum(sum);
  }
}

static void backward_task(void *argument, uint32_t index) {
  const stage_work *job = argument;
  r2nn_spectral *s = job->spectral;
  uint32_t end, first = groups_of(s, index, &end);
  double *sums = s->sums + index * s->n_sums;
  memset(sums, 0, s->n_sums * sizeof *sums);

  /* w = weights^T S over the task's frequencies */
  size_t bin = (size_t)s->n_channels * s->n_channels, begin = first * R2NN_LANES * bin, stop = end * R2NN_LANES * bin;
  if (stop > s->n_columns) stop = s->n_columns;
  cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)s->n_outputs, (int)(stop - begin), (int)job->spectra->n_clips, 1,
              job->weights, (int)s->n_outputs, job->spectra->packed + begin, (int)s->n_columns, 0, s->w + begin, (int)s->n_columns);

  r2nn_complex *lambda = s->lambda + index * CHUNK * group_size(s);
  for (uint32_t chunk = first; chunk < end; chunk += CHUNK) {
    uint32_t n = end - chunk < CHUNK ? end - chunk : CHUNK;
    for (uint32_t t = 0; t < n; t++) {
      r2nn_complex *factor = factor_group(s, chunk + t, index), *x = lambda + t * group_size(s);
      if (!s->keeps_factors) r2nn_ldl_factor(&s->ldl, s->k, s->d, s->c, &s->omega[chunk + t], factor);
      adjoint_sources(s, job->stage, s->h + (chunk + t) * group_size(s), chunk + t, x);
      r2nn_ldl_solve(&s->ldl, factor, x, s->n_channels);
    }
    accumulate(s, job->stage, chunk, n, lambda, sums);
  }
}

/* to[i] = twice the sum over all tasks, in their order. */
static void reduce(const r2nn_spectral *s, size_t at, uint32_t n, double *to) {
  for (uint32_t i = 0; i < n; i++) {
    double sum = 0;
    for (uint32_t task = 0; task < s->n_tasks; task++) sum += s->sums[task * s->n_sums + at + i];
    to[i] = 2 * sum;
  }
}

void r2nn_spectral_backward(r2nn_spectral *spectral, const r2nn_stage *stage, const r2nn_spectra *spectra, const double *weights,
                            r2nn_stage_gradient *gradient) {
  r2nn_spectral *s = spectral;
  assert(spectra->n_bins == s->n_bins && spectra->n_channels == s->n_channels);
  stage_work job = {.spectral = s, .stage = stage, .spectra = spectra, .weights = weights};
  r2nn_workers_run(&s->workers, s->n_tasks, backward_task, &job);
  reduce(s, 0, s->n_nodes, gradient->d);
  reduce(s, s->n_nodes, s->n_nodes, gradient->c);
  reduce(s, 2 * (size_t)s->n_nodes, s->n_nodes, gradient->g);
  reduce(s, 3 * (size_t)s->n_nodes, s->n_couplings, gradient->couplings);
  reduce(s, 3 * (size_t)s->n_nodes + s->n_couplings, s->n_inputs, gradient->inputs);
  /* An input also loads its node. */
  for (uint32_t e = 0; e < s->n_inputs; e++) gradient->inputs[e] += gradient->g[stage->inputs[e].node];
}
