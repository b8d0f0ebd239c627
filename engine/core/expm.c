/* exp(a t) by scaling and squaring of the Pade approximant of degree 13. */
#include "core/expm.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numerator coefficients of the [13/13] approximant, and the largest 1-norm it serves (Higham 2005, table 2.3). */
static const double PADE[14] = {64764752532480000,
                                32382376266240000,
                                7771770303897600,
                                1187353796428800,
                                129060195264000,
                                10559470521600,
                                670442572800,
                                33522128640,
                                1323241920,
                                40840800,
                                960960,
                                16380,
                                182,
                                1};
#define PADE_NORM 5.371920351148152

static void multiply(const double *x, const double *y, int n, double *z) {
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, x, n, y, n, 0, z, n);
}

/* z = c6 a6 + c4 a4 + c2 a2 + c0 I. */
static void combine(const double *a2, const double *a4, const double *a6, const double *c, uint32_t n, double *z) {
  for (size_t i = 0; i < (size_t)n * n; i++) z[i] = c[6] * a6[i] + c[4] * a4[i] + c[2] * a2[i];
  for (size_t i = 0; i < n; i++) z[i * n + i] += c[0];
}

bool r2nn_expm(const double *a, uint32_t n, double t, double *e) {
  size_t cells = (size_t)n * n;
  int order = (int)n;
  double *work = calloc(7 * cells, sizeof *work), norm = 0;
  lapack_int *pivot = malloc(n * sizeof *pivot);
  if (!work || !pivot) {
    free(work);
    free(pivot);
    return false;
  }
  double *a1 = work, *a2 = a1 + cells, *a4 = a2 + cells, *a6 = a4 + cells, *x = a6 + cells, *u = x + cells, *v = u + cells;
  for (uint32_t j = 0; j < n; j++) {
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) sum += fabs(a[(size_t)i * n + j] * t);
    norm = fmax(norm, sum);
  }
  int halvings = norm > PADE_NORM ? (int)ceil(log2(norm / PADE_NORM)) : 0;
  double scale = ldexp(t, -halvings);
  for (size_t i = 0; i < cells; i++) a1[i] = a[i] * scale;
  multiply(a1, a1, order, a2);
  multiply(a2, a2, order, a4);
  multiply(a4, a2, order, a6);

  /* u = a (a6 (b13 a6 + b11 a4 + b9 a2) + b7 a6 + b5 a4 + b3 a2 + b1 I), v the even part alike. */
  for (size_t i = 0; i < cells; i++) x[i] = PADE[13] * a6[i] + PADE[11] * a4[i] + PADE[9] * a2[i];
  multiply(a6, x, order, v);
  combine(a2, a4, a6, PADE + 1, n, x);
  for (size_t i = 0; i < cells; i++) x[i] += v[i];
  multiply(a1, x, order, u);
  for (size_t i = 0; i < cells; i++) x[i] = PADE[12] * a6[i] + PADE[10] * a4[i] + PADE[8] * a2[i];
  multiply(a6, x, order, v);
  combine(a2, a4, a6, PADE, n, x);
  for (size_t i = 0; i < cells; i++) {
    v[i] += x[i];
    e[i] = v[i] + u[i];
    v[i] -= u[i];
  }
  bool solved = LAPACKE_dgesv(LAPACK_ROW_MAJOR, order, order, v, order, pivot, e, order) == 0;
  for (int k = 0; k < halvings && solved; k++) {
    multiply(e, e, order, x);
    memcpy(e, x, cells * sizeof *e);
  }
  free(work);
  free(pivot);
  return solved;
}
