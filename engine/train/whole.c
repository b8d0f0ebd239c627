/* Whole clips judged by their spectra. */
#include "r2nn/whole.h"

#include "core/blas.h"
#include "core/drive.h"
#include "core/stage.h"
#include "rt/multiversion.h"
#include "rt/state.h"
#include "train/cross.h"

#include <cblas.h>
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAILS        1.25 /* of what rings 60 dB down that are left free behind a clip: what wraps around is 75 dB down */
#define MOST_BYTES   (8u << 20)
#define BLOCK_FRAMES 256u
#define BAND         256u /* bins whose weights are taken together */
#define TOLERANCE    1e-6 /* of a weight, against the largest of its bin and, in its band, of its output */

struct r2nn_whole {
  uint32_t n, n_bins;       /* samples of a transform, even; its bins, n/2 + 1 and then, of no weight, up to whole bands */
  uint64_t n_least, n_most; /* frames of a clip */
  r2nn_drive drive;
  uint32_t n_channels, n_outputs;
  fftw_plan plan; /* of one channel, from one place to another */
  /* What a clip's cross-spectra weigh, V^2 s a V^2: a matrix [n_outputs][n_channels^2][n_bins] of which each band, being smooth but
   * for the few resonances in it, is a sum of few products: band i has those from first[i] to first[i + 1]. For channels a <= b the
   * first plane of a pair goes with the real part of X_a conj(X_b), the second, [b*m + a], with the imaginary one. */
  uint32_t n_bands; /* n_channels^2 * n_bins / BAND */
  uint32_t *first;  /* [n_bands + 1] */
  float *shapes;    /* [n_terms][BAND] over the bins */
  float *shares;    /* [n_terms][n_outputs] of each output in it */
};

struct r2nn_hall {
  double *row;       /* [n_channels][row_size]: the clip as the network hears it */
  double *transform; /* [n_channels][row_size] */
  float *spectra;    /* [n_channels^2][n_bins] */
  float *terms;      /* [n_terms] what each shape finds */
  float *energies;   /* [n_outputs] */
  double *exact;     /* [n_outputs] the same */
  double *squares;   /* [n_channels] sums of what drives the network, V^2 */
};

static size_t row_size(const r2nn_whole *whole) {
  return 2 * (size_t)whole->n_bins;
}

bool r2nn_whole_fits(const r2nn_model *model, const r2nn_engine_def *def) {
  const r2nn_stage *stage = model->stages;
  return model->n_stages == 1 && stage->law == R2NN_LAW_IDENTITY && !(stage->smooth_s > 0) && !stage->suppress_common &&
         r2nn_stage_every(stage, def->rate_hz) == 1 && def->readout.mode == R2NN_MODE_FILE &&
         def->readout.energy == R2NN_ENERGY_SQUARE && !def->flaws && !def->has_board;
}

/* The smallest length from least on that is quick to transform, and the one before it; false: none. */
static bool transform_size(double least, uint32_t *size, uint32_t *before) {
  static const uint32_t parts[] = {64, 72, 75, 80, 90, 96, 100, 108, 120};
  *before = 0;
  for (uint32_t octave = 2; octave <= 1u << 24; octave *= 2)
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
      *size = parts[i] * octave;
      if (*size >= least) return true;
      *before = *size;
    }
  return false;
}

/* The transform of every output's answer to 1 V for one sample on a channel, into [n_outputs][row_size]. */
static void respond(const r2nn_whole *whole, r2nn_engine *engine, uint32_t channel, float *in, float *out, double *rows,
                    double *answers) {
  uint32_t m = whole->n_channels, n_outputs = whole->n_outputs;
  r2nn_engine_reset(engine);
  memset(in, 0, sizeof *in * BLOCK_FRAMES * m);
  in[channel] = 1;
  for (uint32_t at = 0; at < whole->n;) {
    uint32_t n = whole->n - at < BLOCK_FRAMES ? whole->n - at : BLOCK_FRAMES;
    r2nn_engine_run_nodes(engine, in, out, n);
    in[channel] = 0;
    for (uint32_t o = 0; o < n_outputs; o++)
      for (uint32_t t = 0; t < n; t++) rows[o * row_size(whole) + at + t] = (double)out[(size_t)t * n_outputs + o];
    at += n;
  }
  for (uint32_t o = 0; o < n_outputs; o++)
    fftw_execute_dft_r2c(whole->plan, rows + o * row_size(whole), (fftw_complex *)(answers + o * row_size(whole)));
}

/* What a bin weighs beside others: all but the first and the last stand for two, and squares of a transform are n times too much.
 */
static double bin_weight(const r2nn_whole *whole, double rate_hz, uint32_t bin) {
  return bin > whole->n / 2 ? 0 : (bin == 0 || bin == whole->n / 2 ? 1 : 2) / (whole->n * rate_hz);
}

/* Where one band's weights are taken apart. */
typedef struct desk {
  double *weights; /* [n_outputs][BAND] */
  double *sizes;   /* [n_outputs][BAND] what they would be if the channels' answers had one phase */
  double *left;    /* [BAND][n_outputs] */
  double right[BAND * BAND];
  double of_bin[BAND]; /* the largest size of a bin */
  double *of_output;   /* [n_outputs] the largest of an output, against its bin's */
} desk;

static void desk_free(desk *self) {
  if (!self) return;
  free(self->weights);
  free(self->sizes);
  free(self->left);
  free(self->of_output);
  free(self);
}

static desk *desk_new(uint32_t n_outputs) {
  desk *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->weights = malloc(sizeof *self->weights * BAND * n_outputs);
  self->sizes = malloc(sizeof *self->sizes * BAND * n_outputs);
  self->left = malloc(sizeof *self->left * BAND * n_outputs);
  self->of_output = malloc(sizeof *self->of_output * n_outputs);
  if (self->weights && self->sizes && self->left && self->of_output) return self;
  desk_free(self);
  return NULL;
}

/* A band's weights for the real or the imaginary part of two channels' product, each against what is largest in its bin and its
 * output; ha, hb [n_outputs][row_size] are the channels' answers. */
static void weigh(const r2nn_whole *whole, double rate_hz, const double *ha, const double *hb, bool is_imag, uint32_t first,
                  desk *at) {
  uint32_t n_outputs = whole->n_outputs;
  memset(at->of_bin, 0, sizeof at->of_bin);
  for (uint32_t o = 0; o < n_outputs; o++)
    for (uint32_t i = 0; i < BAND; i++) {
      const double *a = ha + o * row_size(whole) + 2 * (first + i), *b = hb + o * row_size(whole) + 2 * (first + i);
      double weight = (ha == hb ? 1 : 2) * bin_weight(whole, rate_hz, first + i);
      double size = weight * sqrt((a[0] * a[0] + a[1] * a[1]) * (b[0] * b[0] + b[1] * b[1]));
      at->weights[o * BAND + i] = weight * (is_imag ? a[0] * b[1] - a[1] * b[0] : a[0] * b[0] + a[1] * b[1]);
      at->sizes[o * BAND + i] = size;
      at->of_bin[i] = fmax(at->of_bin[i], size);
    }
  for (uint32_t o = 0; o < n_outputs; o++) {
    double most = 0;
    for (uint32_t i = 0; i < BAND; i++)
      if (at->of_bin[i] > 0) most = fmax(most, at->sizes[o * BAND + i] / at->of_bin[i]);
    at->of_output[o] = most;
    for (uint32_t i = 0; i < BAND; i++)
      if (at->sizes[o * BAND + i] > 0) at->weights[o * BAND + i] /= at->of_bin[i] * most;
  }
}

/* Another band of the whole: as many terms as it needs. */
static void add_band(r2nn_whole *whole, uint32_t band, desk *at) {
  uint32_t n_outputs = whole->n_outputs, n = whole->first[band];
  uint32_t rank = r2nn_cross(at->weights, n_outputs, BAND, TOLERANCE, at->left, at->right);
  for (uint32_t t = 0; t < rank; t++, n++) {
    for (uint32_t i = 0; i < BAND; i++) whole->shapes[(size_t)n * BAND + i] = (float)(at->right[t * BAND + i] * at->of_bin[i]);
    for (uint32_t o = 0; o < n_outputs; o++)
      whole->shares[(size_t)n * n_outputs + o] = (float)(at->left[(size_t)t * n_outputs + o] * at->of_output[o]);
  }
  whole->first[band + 1] = n;
}

/* Of answers [n_channels][n_outputs][row_size]. */
static void take_apart(r2nn_whole *whole, double rate_hz, const double *answers, desk *at) {
  uint32_t m = whole->n_channels, band = 0;
  size_t n_rows = whole->n_outputs * row_size(whole);
  for (uint32_t i = 0; i < m; i++)
    for (uint32_t j = 0; j < m; j++)
      for (uint32_t first = 0; first < whole->n_bins; first += BAND) {
        weigh(whole, rate_hz, answers + (i < j ? i : j) * n_rows, answers + (i < j ? j : i) * n_rows, i > j, first, at);
        add_band(whole, band++, at);
      }
}

/* All weights, by an engine whose input is not coupled. */
static r2nn_status measure(r2nn_whole *whole, const r2nn_model *model, r2nn_engine_def def, r2nn_error *error) {
  r2nn_model bare = *model;
  r2nn_engine *engine = NULL;
  bare.remove_mean = false;
  size_t n_rows = whole->n_outputs * row_size(whole);
  r2nn_status status = r2nn_engine_new(&bare, &def, &engine, error);
  double *rows = fftw_alloc_real(n_rows), *answers = fftw_alloc_real(whole->n_channels * n_rows);
  float *in = malloc(sizeof *in * BLOCK_FRAMES * whole->n_channels), *out = malloc(sizeof *out * BLOCK_FRAMES * whole->n_outputs);
  desk *at = desk_new(whole->n_outputs);
  if (status == R2NN_OK && !(rows && answers && in && out && at))
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for spectra");
  if (answers) memset(answers, 0, whole->n_channels * n_rows * sizeof *answers);
  if (status == R2NN_OK) {
    for (uint32_t c = 0; c < whole->n_channels; c++) respond(whole, engine, c, in, out, rows, answers + c * n_rows);
    take_apart(whole, def.rate_hz, answers, at);
  }
  desk_free(at);
  free(in);
  free(out);
  fftw_free(rows);
  fftw_free(answers);
  r2nn_engine_free(engine);
  return status;
}

/* Frames after which the network is silent enough, which max_tail_s may not cut off. */
static r2nn_status find_tail(const r2nn_model *model, const r2nn_engine_def *def, double max_tail_s, uint64_t *tail,
                             r2nn_error *error) {
  r2nn_engine *engine = NULL;
  r2nn_status status = r2nn_engine_new(model, def, &engine, error);
  if (status != R2NN_OK) return status;
  *tail = r2nn_engine_tail(engine, max_tail_s);
  bool is_cut = *tail < r2nn_engine_tail(engine, 2 * max_tail_s);
  r2nn_engine_free(engine);
  return is_cut ? r2nn_fail(error, R2NN_BAD_ARGUMENT, "the network rings longer than %g s", max_tail_s) : R2NN_OK;
}

r2nn_status r2nn_whole_new(const r2nn_model *model, const r2nn_engine_def *def, uint64_t n_frames, double max_tail_s,
                           r2nn_whole **whole, r2nn_error *error) {
  uint64_t tail;
  *whole = NULL;
  if (!r2nn_whole_fits(model, def)) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "the model is not linear up to its energies");
  r2nn_status status = find_tail(model, def, max_tail_s, &tail, error);
  if (status != R2NN_OK) return status;
  uint64_t behind = (uint64_t)(TAILS * (double)tail) + 1;
  uint32_t n, smaller, m = model->n_channels, n_outputs = model->stages[0].n_outputs;
  bool is_size = transform_size((double)n_frames + (double)behind, &n, &smaller);
  uint32_t n_bins = (n / 2 + BAND) / BAND * BAND, n_bands = n_bins / BAND * m * m;
  size_t n_terms = (size_t)n_bands * (n_outputs < BAND ? n_outputs : BAND); /* at most: memory that none needs is not touched */
  if (!is_size || (size_t)n_bins * m * m * n_outputs > MOST_BYTES / sizeof(float))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "a clip of %llu frames is too long for its spectrum", (unsigned long long)n_frames);
  r2nn_whole *w = calloc(1, sizeof *w);
  if (!w) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for spectra");
  *w = (r2nn_whole){.n = n,
                    .n_bins = n_bins,
                    .n_least = smaller > behind ? smaller - behind + 1 : 1,
                    .n_most = n - behind,
                    .drive = r2nn_drive_design(model->highpass_hz, model->remove_mean ? model->highpass_order : 0, def->rate_hz),
                    .n_channels = m,
                    .n_outputs = n_outputs,
                    .n_bands = n_bands,
                    .first = calloc(n_bands + 1, sizeof *w->first),
                    .shapes = malloc(n_terms * BAND * sizeof *w->shapes),
                    .shares = malloc(n_terms * n_outputs * sizeof *w->shares)};
  double *row = fftw_alloc_real(row_size(w)), *transform = fftw_alloc_real(row_size(w));
  if (row && transform) w->plan = fftw_plan_dft_r2c_1d((int)n, row, (fftw_complex *)transform, FFTW_ESTIMATE | FFTW_DESTROY_INPUT);
  fftw_free(row);
  fftw_free(transform);
  status = w->first && w->shapes && w->shares && w->plan ? measure(w, model, *def, error)
                                                         : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for spectra");
  if (status == R2NN_OK) *whole = w;
  if (status != R2NN_OK) r2nn_whole_free(w);
  r2nn_blas_quiet();
  return status;
}

void r2nn_whole_free(r2nn_whole *whole) {
  if (!whole) return;
  if (whole->plan) fftw_destroy_plan(whole->plan);
  free(whole->first);
  free(whole->shapes);
  free(whole->shares);
  free(whole);
}

uint64_t r2nn_whole_frames(const r2nn_whole *whole, uint64_t *least) {
  if (least) *least = whole->n_least;
  return whole->n_most;
}

r2nn_status r2nn_hall_new(const r2nn_whole *whole, r2nn_hall **hall, r2nn_error *error) {
  size_t m = whole->n_channels;
  r2nn_hall *h = *hall = calloc(1, sizeof *h);
  if (!h) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for spectra");
  *h = (r2nn_hall){.row = fftw_alloc_real(m * row_size(whole)),
                   .transform = fftw_alloc_real(m * row_size(whole)),
                   .spectra = fftw_malloc(sizeof *h->spectra * whole->n_bands * BAND),
                   .terms = malloc(sizeof *h->terms * (whole->first[whole->n_bands] + 1)),
                   .energies = calloc(whole->n_outputs, sizeof *h->energies), /* which no term at all would leave as they are */
                   .exact = malloc(sizeof *h->exact * whole->n_outputs),
                   .squares = malloc(sizeof *h->squares * m)};
  if (h->transform) memset(h->transform, 0, m * row_size(whole) * sizeof *h->transform);
  if (h->row && h->transform && h->spectra && h->terms && h->energies && h->exact && h->squares) return R2NN_OK;
  r2nn_hall_free(h);
  *hall = NULL;
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for spectra");
}

void r2nn_hall_free(r2nn_hall *hall) {
  if (!hall) return;
  fftw_free(hall->row);
  fftw_free(hall->transform);
  fftw_free(hall->spectra);
  free(hall->terms);
  free(hall->energies);
  free(hall->exact);
  free(hall->squares);
  free(hall);
}

/* One channel of n frames, made safe as the engine does. */
R2NN_INLINE void load_strided(const float *samples, const uint32_t n_channels, uint64_t n_frames, double *row) {
  for (uint64_t t = 0; t < n_frames; t++) {
    float x = samples[t * n_channels];
    x = x < R2NN_INPUT_MAX ? x : R2NN_INPUT_MAX;
    row[t] = (double)(x > -R2NN_INPUT_MAX ? x : -R2NN_INPUT_MAX);
  }
}

R2NN_MULTIVERSION static void load(const float *samples, uint32_t n_channels, uint64_t n_frames, double *row) {
  if (n_channels == 1)
    load_strided(samples, 1, n_frames, row);
  else
    load_strided(samples, n_channels, n_frames, row);
}

enum { SUMS = 16 }; /* side by side */

/* The sum of a row's squares from those of its transform, by Parseval. */
R2NN_MULTIVERSION static double sum_squares(const r2nn_whole *whole, const float *spectrum) {
  double sums[SUMS] = {0}, sum = 0;
  for (uint32_t k = 0; k < whole->n_bins; k += SUMS)
    for (uint32_t i = 0; i < SUMS; i++) sums[i] += (double)spectrum[k + i];
  for (int i = 0; i < SUMS; i++) sum += sums[i];
  return (2 * sum - (double)spectrum[0] - (double)spectrum[whole->n / 2]) / whole->n;
}

/* One channel as the network hears it, transformed. */
static void hear(const r2nn_whole *whole, r2nn_hall *hall, uint32_t channel, const float *samples, uint64_t n_frames) {
  double *row = hall->row + channel * row_size(whole);
  load(samples + channel, whole->n_channels, n_frames, row);
  r2nn_drive_row(&whole->drive, row, n_frames);
  memset(row + n_frames, 0, (row_size(whole) - n_frames) * sizeof *row);
  fftw_execute_dft_r2c(whole->plan, row, (fftw_complex *)(hall->transform + channel * row_size(whole)));
}

typedef float row_f32 __attribute__((vector_size(4 * R2NN_F64_LANES)));

/* Real or imaginary parts of as many bins as there are lanes. */
R2NN_INLINE row_f32 parts(const double *x, const int which) {
  r2nn_f64v low, high;
  memcpy(&low, x, sizeof low);
  memcpy(&high, x + R2NN_F64_LANES, sizeof high);
  return __builtin_convertvector(
      which ? __builtin_shufflevector(low, high, 1, 3, 5, 7) : __builtin_shufflevector(low, high, 0, 2, 4, 6), row_f32);
}

/* The products of two channels' transforms; real == imag: of a channel with itself. Rows are padded to whole vectors. */
R2NN_MULTIVERSION static void multiply(const double *xa, const double *xb, uint32_t n_bins, float *real, float *imag) {
  for (uint32_t k = 0; k < n_bins; k += R2NN_F64_LANES) {
    row_f32 a_re = parts(xa + 2 * k, 0), a_im = parts(xa + 2 * k, 1), b_re = parts(xb + 2 * k, 0), b_im = parts(xb + 2 * k, 1);
    row_f32 re = a_re * b_re + a_im * b_im, im = a_im * b_re - a_re * b_im;
    if (imag != real) memcpy(imag + k, &im, sizeof im);
    memcpy(real + k, &re, sizeof re);
  }
}

void r2nn_whole_decide(const r2nn_whole *whole, r2nn_hall *hall, r2nn_engine *engine, const float *samples, uint64_t n_frames) {
  uint32_t m = whole->n_channels;
  for (uint32_t c = 0; c < m; c++) hear(whole, hall, c, samples, n_frames);
  for (uint32_t a = 0; a < m; a++)
    for (uint32_t b = a; b < m; b++)
      multiply(hall->transform + a * row_size(whole), hall->transform + b * row_size(whole), whole->n_bins,
               hall->spectra + (size_t)(a * m + b) * whole->n_bins, hall->spectra + (size_t)(b * m + a) * whole->n_bins);
  for (uint32_t c = 0; c < m; c++) hall->squares[c] = sum_squares(whole, hall->spectra + (size_t)(c * m + c) * whole->n_bins);
  for (uint32_t i = 0; i < whole->n_bands; i++)
    cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)(whole->first[i + 1] - whole->first[i]), BAND, 1,
                whole->shapes + (size_t)whole->first[i] * BAND, BAND, hall->spectra + (size_t)i * BAND, 1, 0,
                hall->terms + whole->first[i], 1);
  cblas_sgemv(CblasRowMajor, CblasTrans, (int)whole->first[whole->n_bands], (int)whole->n_outputs, 1, whole->shares,
              (int)whole->n_outputs, hall->terms, 1, 0, hall->energies, 1);
  for (uint32_t o = 0; o < whole->n_outputs; o++) hall->exact[o] = (double)hall->energies[o] > 0 ? (double)hall->energies[o] : 0;
  r2nn_engine_reset(engine);
  r2nn_engine_finish_with(engine, hall->exact, hall->squares, n_frames);
}
