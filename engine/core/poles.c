/* The natural frequencies of a stage. */
#include "core/blas.h"
#include "core/modes.h"

#include <lapacke.h>
#include <stdlib.h>
#include <string.h>

/* Order poles by frequency, then by damping. */
static int by_frequency(const void *a, const void *b) {
  double complex p = *(const double complex *)a, q = *(const double complex *)b;
  double d = cabs(p) - cabs(q);
  if (d == 0) d = creal(p) - creal(q);
  return (d > 0) - (d < 0);
}

/* Append a dense part's eigenvalues. */
static bool dense_poles(const r2nn_part *part, double complex *pole, uint32_t *n_poles) {
  lapack_int n = (lapack_int)part->n_states;
  double *a = malloc((size_t)n * (size_t)n * sizeof *a), *re = malloc((size_t)n * sizeof *re), *im = malloc((size_t)n * sizeof *im);
  bool good = a && re && im;
  if (good) {
    memcpy(a, part->a, (size_t)n * (size_t)n * sizeof *a);
    good = LAPACKE_dgeev(LAPACK_ROW_MAJOR, 'N', 'N', n, a, n, re, im, NULL, 1, NULL, 1) == 0;
    for (lapack_int k = 0; k < n && good; k++)
      if (im[k] >= 0) pole[(*n_poles)++] = CMPLX(re[k], im[k]);
  }
  free(a);
  free(re);
  free(im);
  return good;
}

r2nn_status r2nn_stage_poles(const r2nn_stage *stage, uint32_t *n_modes, double **re, double **im, r2nn_error *error) {
  uint32_t n_channels = 0;
  for (uint32_t i = 0; i < stage->n_inputs; i++)
    if (stage->inputs[i].channel >= n_channels) n_channels = stage->inputs[i].channel + 1;
  r2nn_modes *modes;
  *re = *im = NULL;
  r2nn_status status = r2nn_modes_new(stage, n_channels, false, &modes, error);
  if (status != R2NN_OK) return status;
  uint32_t n = modes->n_modes;
  bool good = true;
  for (uint32_t p = 0; p < modes->n_parts; p++)
    if (modes->parts[p].kind == R2NN_PART_DENSE) good = good && dense_poles(&modes->parts[p], modes->pole, &n);
  *re = malloc((n + 1) * sizeof **re);
  *im = malloc((n + 1) * sizeof **im);
  good = r2nn_blas_settle(R2NN_OK, error) == R2NN_OK && good;
  if (!good || !*re || !*im) {
    free(*re);
    free(*im);
    *re = *im = NULL;
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u poles", n);
  } else {
    qsort(modes->pole, n, sizeof *modes->pole, by_frequency);
    for (uint32_t k = 0; k < n; k++) {
      (*re)[k] = creal(modes->pole[k]);
      (*im)[k] = cimag(modes->pole[k]);
    }
    *n_modes = n;
  }
  r2nn_modes_free(modes);
  return status;
}
