/* Exact poles at a sample rate, and the least-squares taps that undo aliasing.
 *
 * Sampling the impulse response (T h(nT)) folds the response: H_d(w) = sum_m H(w + m ws). The folded terms m != 0 are smooth over
 * |f| < 0.4 fs, because their poles lie outside, so a few direct taps on the input cancel them there. Modes above the Nyquist
 * rate would fold into the band: they are left out of the recursion and their smooth in-band part goes into the same taps; so are
 * modes that decay within a sample.
 *
 * For modes near the Nyquist rate the folded part is large and half of it is not causal: taps that may not look ahead would have to
 * predict, and gain little (0.95 per tap on an arc of 0.8). Then the recursion is fed a few frames late and the taps look that far
 * ahead of it: the stage has a latency of so many frames, and no oversampling is needed. */
#include "core/discrete.h"

#include "core/blas.h"
#include "core/fold.h"
#include "rt/state.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI            3.14159265358979323846
#define N_FIT         72 /* frequencies of the fit: 64 in the band, 8 above it with little weight */
#define N_FIT_BAND    64
#define FIT_EDGE      0.42 /* of the rate */
#define ABOVE_WEIGHT  0.03
#define N_CHECK       97 /* evenly spaced over 0 .. 0.4 of the rate */
#define CHECK_EDGE    0.4
#define N_CHECK_MODES 96   /* and at the peaks of so many modes of each part */
#define TARGET        5e-4 /* -66 dB: taps are added until the fit is better */
#define NYQUIST_SHARE 0.98
#define FAST_DECAY    8.0  /* nepers a sample: such a mode is gone within one, and only loses figures in the recursion */
#define FINE_DECAY    3e-4 /* nepers a sample: below, a float pole is 2e-4 of its bandwidth off */

#define RIDGE 1e-4 /* a tap as large as the peak costs as much as an error of -80 dB */

/* Latencies and taps, tried in this order. */
typedef struct tap_choice {
  uint32_t latency, n_taps;
} tap_choice;
static const tap_choice CHOICES[] = {{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {1, 4}, {2, 6}, {3, 8}, {5, 12}, {8, R2NN_TAPS_MAX}};
#define N_CHOICES (sizeof CHOICES / sizeof *CHOICES)

/* The largest |H| of every path in the band, at even frequencies and the part's own modes: peak [n_paths of all parts]. A peak
 * above the band says nothing: no input of this rate can reach it. */
static void find_peaks(r2nn_fold *fold, double *peak) {
  const r2nn_modes *modes = fold->discrete->modes;
  const r2nn_part *part = fold->part;
  uint32_t step = part->n_modes / N_CHECK_MODES + 1, n_even = 13;
  for (uint32_t j = 0; j < n_even + part->n_modes; j += j < n_even ? 1 : step) {
    double edge = CHECK_EDGE * fold->discrete->rate_hz;
    r2nn_fold_whole(fold,
                    j < n_even ? edge * j / (n_even - 1) : fmin(cabs(modes->pole[part->first_mode + j - n_even]) / (2 * PI), edge));
    for (size_t i = 0; i < fold->n_paths; i++) peak[part->first_path + i] = fmax(peak[part->first_path + i], cabs(fold->value[i]));
  }
}

static double fit_freq(uint32_t j) {
  return j < N_FIT_BAND ? FIT_EDGE * j / (N_FIT_BAND - 1)
                        : FIT_EDGE + (0.5 - FIT_EDGE) * (j - N_FIT_BAND + 1) / (N_FIT - N_FIT_BAND);
}

/* exp(jw (latency - t) T) of every tap t at freq, a share of the rate: what the taps do, seen from the recursion. */
static void tap_phases(double freq, uint32_t latency, uint32_t n_taps, double complex *phases) {
  for (uint32_t t = 0; t < n_taps; t++) phases[t] = cexp(CMPLX(0, 2 * PI * freq * ((double)latency - t)));
}

static double fit_weight(uint32_t j) {
  return j < N_FIT_BAND ? 1 : ABOVE_WEIGHT;
}

/* Least squares of the folded response by taps: target [2 N_FIT][width] holds its real and imaginary rows over the peaks, weighted;
 * the first rows of work [2 N_FIT + R2NN_TAPS_MAX][width] become the taps. Returns the largest error in the band, or infinity. */
static double fit_taps(tap_choice choice, const double *target, size_t width, double *work) {
  double basis[(2 * N_FIT + R2NN_TAPS_MAX) * R2NN_TAPS_MAX] = {0}, worst = 0;
  uint32_t n_taps = choice.n_taps, n_rows = 2 * N_FIT + n_taps;
  memset(work + 2 * N_FIT * width, 0, n_taps * width * sizeof *work);
  for (uint32_t j = 0; j < N_FIT; j++) {
    double late = 2 * PI * fit_freq(j) * choice.latency, c = cos(late), s = sin(late);
    for (uint32_t t = 0; t < n_taps; t++) {
      double angle = 2 * PI * fit_freq(j) * t;
      basis[2 * j * n_taps + t] = cos(angle) * fit_weight(j);
      basis[(2 * j + 1) * n_taps + t] = -sin(angle) * fit_weight(j);
    }
    for (size_t k = 0; k < width; k++) {
      double re = target[2 * j * width + k], im = target[(2 * j + 1) * width + k];
      work[2 * j * width + k] = re * c + im * s;
      work[(2 * j + 1) * width + k] = im * c - re * s;
    }
  }
  for (uint32_t t = 0; t < n_taps; t++) basis[(2 * N_FIT + t) * n_taps + t] = RIDGE * sqrt(N_FIT);
  if (n_taps && LAPACKE_dgels(LAPACK_ROW_MAJOR, 'N', (lapack_int)n_rows, (lapack_int)n_taps, (lapack_int)width, basis,
                              (lapack_int)n_taps, work, (lapack_int)width) != 0)
    return (double)INFINITY;
  for (uint32_t j = 0; j < N_FIT_BAND; j++) {
    double complex phases[R2NN_TAPS_MAX];
    tap_phases(fit_freq(j), choice.latency, n_taps, phases);
    for (size_t k = 0; k < width; k++) {
      double complex left = CMPLX(target[2 * j * width + k], target[(2 * j + 1) * width + k]);
      for (uint32_t t = 0; t < n_taps; t++) left -= work[t * width + k] * phases[t];
      worst = fmax(worst, cabs(left));
    }
  }
  return worst;
}

/* H - H_d of all paths at the fitted frequencies, over the peaks and weighted: target [2 N_FIT][n_paths]. */
static bool find_target(const r2nn_discrete *discrete, const double *peak, double *target) {
  const r2nn_modes *modes = discrete->modes;
  bool good = true;
  for (uint32_t p = 0; p < modes->n_parts && good; p++) {
    r2nn_fold fold;
    good = r2nn_fold_init(&fold, discrete, p);
    for (uint32_t j = 0; j < N_FIT && good && fold.n_paths; j++) {
      r2nn_fold_error(&fold, fit_freq(j) * discrete->rate_hz);
      for (size_t i = 0; i < fold.n_paths; i++) {
        size_t at = fold.part->first_path + i;
        double gain = peak[at] > 0 ? fit_weight(j) / peak[at] : 0;
        target[2 * j * modes->n_paths + at] = creal(fold.value[i]) * gain;
        target[(2 * j + 1) * modes->n_paths + at] = cimag(fold.value[i]) * gain;
      }
    }
    r2nn_fold_free(&fold);
  }
  return good;
}

/* One part's taps, from what was fitted [n_taps][n_paths of all parts]: every channel has those of its drive, times its share. */
static void store_taps(r2nn_discrete *discrete, const r2nn_part *part, const double *fitted, const double *peak) {
  const r2nn_modes *modes = discrete->modes;
  for (uint32_t t = 0; t < discrete->n_taps; t++)
    for (uint32_t c = 0; c < modes->n_channels; c++)
      for (uint32_t i = 0; i < part->n_outputs && part->like[c] != R2NN_NO_DRIVE; i++) {
        size_t at = part->first_path + (size_t)i * part->n_drives + part->like[c];
        discrete->taps[((size_t)t * modes->n_channels + c) * modes->n_outputs + modes->by_part[part->first_output + i]] =
            (float)(fitted[t * modes->n_paths + at] * peak[at] * part->share[c]);
      }
}

/* Choose the least latency and the fewest taps that meet the target, and store them. peak [n_paths]. */
static bool find_taps(r2nn_discrete *discrete, const double *peak, bool on_time) {
  const r2nn_modes *modes = discrete->modes;
  size_t width = modes->n_paths;
  double *target = malloc(2 * N_FIT * (width + 1) * sizeof *target),
         *work = malloc((2 * N_FIT + R2NN_TAPS_MAX) * (width + 1) * sizeof *work);
  bool good = target && work && find_target(discrete, peak, target);
  double best = (double)INFINITY;
  for (size_t k = 0; k < N_CHOICES && good && best > TARGET; k++) {
    if (on_time && CHOICES[k].latency) break;
    double worst = fit_taps(CHOICES[k], target, width, work);
    if (worst >= 0.7 * best) continue; /* not worth more taps */
    best = worst;
    discrete->latency = CHOICES[k].latency;
    discrete->n_taps = CHOICES[k].n_taps;
    for (uint32_t p = 0; p < modes->n_parts; p++) store_taps(discrete, &modes->parts[p], work, peak);
  }
  free(target);
  free(work);
  return good;
}

/* The error that is left at one frequency, relative to each path's peak. */
static double error_at(r2nn_fold *fold, const double *peak, double freq_hz) {
  const r2nn_discrete *discrete = fold->discrete;
  const r2nn_modes *modes = discrete->modes;
  const r2nn_part *part = fold->part;
  double worst = 0;
  double complex phases[R2NN_TAPS_MAX];
  tap_phases(freq_hz / discrete->rate_hz, discrete->latency, discrete->n_taps, phases);
  r2nn_fold_error(fold, freq_hz);
  for (uint32_t i = 0; i < part->n_outputs; i++)
    for (uint32_t d = 0; d < part->n_drives; d++) {
      size_t at = (size_t)i * part->n_drives + d;
      const float *taps = discrete->taps + (size_t)part->drives[d] * modes->n_outputs + modes->by_part[part->first_output + i];
      double complex left = fold->value[at];
      for (uint32_t t = 0; t < discrete->n_taps; t++)
        left -= (double)taps[(size_t)t * modes->n_channels * modes->n_outputs] * phases[t];
      double scale = peak[part->first_path + at];
      if (scale > 0) worst = fmax(worst, cabs(left) / scale);
    }
  return worst;
}

/* Measure what is left over 0 .. 0.4 of the rate, evenly and at the modes. */
static bool measure(r2nn_discrete *discrete, const double *peak) {
  const r2nn_modes *modes = discrete->modes;
  double worst = 0, edge = CHECK_EDGE * discrete->rate_hz;
  bool good = true;
  for (uint32_t p = 0; p < modes->n_parts && good; p++) {
    const r2nn_part *part = &modes->parts[p];
    r2nn_fold fold;
    good = r2nn_fold_init(&fold, discrete, p);
    uint32_t even = part->n_states > 128 && part->kind == R2NN_PART_DENSE ? 12 : modes->n_parts > 64 ? 4 : 1;
    for (uint32_t j = 0; j < N_CHECK && good && fold.n_paths; j += even)
      worst = fmax(worst, error_at(&fold, peak, edge * j / (N_CHECK - 1)));
    uint32_t step = part->n_modes / N_CHECK_MODES + 1;
    for (uint32_t k = 0; k < part->n_modes && good && fold.n_paths; k += step) {
      double complex p_k = modes->pole[part->first_mode + k];
      for (int side = -1; side <= 1; side++) {
        double freq = (fabs(cimag(p_k)) + side * creal(p_k)) / (2 * PI);
        if (freq > 0 && freq <= edge) worst = fmax(worst, error_at(&fold, peak, freq));
      }
    }
    r2nn_fold_free(&fold);
  }
  discrete->error_db = 20 * log10(worst + 1e-12);
  return good;
}

r2nn_status r2nn_discrete_new(const r2nn_modes *modes, double rate_hz, bool on_time, r2nn_discrete **result, r2nn_error *error) {
  *result = NULL;
  r2nn_discrete *discrete = calloc(1, sizeof *discrete);
  size_t width = (size_t)modes->n_outputs * modes->n_channels;
  double *peak = calloc(modes->n_paths + 1, sizeof *peak);
  bool good = discrete && peak;
  if (good) {
    discrete->rate_hz = rate_hz;
    discrete->modes = modes;
    discrete->z = malloc((modes->n_modes + 1) * sizeof *discrete->z);
    discrete->fine = malloc(modes->n_modes + 1);
    discrete->dense = calloc(modes->n_parts, sizeof *discrete->dense);
    discrete->taps = calloc(R2NN_TAPS_MAX * width, sizeof *discrete->taps);
    good = discrete->z && discrete->fine && discrete->dense && discrete->taps;
  }
  for (uint32_t p = 0; p < modes->n_parts && good; p++) {
    const r2nn_part *part = &modes->parts[p];
    if (part->kind == R2NN_PART_DENSE) {
      good = r2nn_dense_init(&discrete->dense[p], modes, part, rate_hz, NYQUIST_SHARE * PI, FAST_DECAY);
      continue;
    }
    for (uint32_t k = part->first_mode; k < part->first_mode + part->n_modes; k++) {
      double complex pt = modes->pole[k] / rate_hz, z = cexp(pt);
      bool above = cimag(pt) >= NYQUIST_SHARE * PI || -creal(pt) >= FAST_DECAY;
      bool fine = part->kind == R2NN_PART_FINE || -creal(pt) < FINE_DECAY;
      discrete->fine[k] = above ? 0 : fine ? 2 : 1;
      discrete->z[k] = above ? 0 : fine ? z : CMPLX((double)(float)creal(z), (double)(float)cimag(z));
    }
  }
  for (uint32_t p = 0; p < modes->n_parts && good; p++) {
    r2nn_fold fold;
    good = r2nn_fold_init(&fold, discrete, p);
    if (good && fold.n_paths) find_peaks(&fold, peak);
    r2nn_fold_free(&fold);
  }
  good = good && find_taps(discrete, peak, on_time) && measure(discrete, peak);
  free(peak);
  r2nn_status status = good ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a stage of %u modes", modes->n_modes);
  status = r2nn_blas_settle(status, error);
  if (status != R2NN_OK) {
    r2nn_discrete_free(discrete);
    return status;
  }
  *result = discrete;
  return R2NN_OK;
}

void r2nn_discrete_free(r2nn_discrete *discrete) {
  if (!discrete) return;
  for (uint32_t p = 0; discrete->dense && p < discrete->modes->n_parts; p++) r2nn_dense_free(&discrete->dense[p]);
  free(discrete->dense);
  free(discrete->z);
  free(discrete->fine);
  free(discrete->taps);
  free(discrete);
}
