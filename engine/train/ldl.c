/* The arithmetic of the batched factorisation and its solves; see ldl.h for the storage. */
#include "train/ldl.h"

#include "rt/multiversion.h"

/* *sum -= a * b */
R2NN_INLINE void subtract_product(r2nn_complex *sum, const r2nn_complex *a, const r2nn_complex *b) {
  sum->re -= a->re * b->re;
  sum->re += a->im * b->im;
  sum->im -= a->re * b->im;
  sum->im -= a->im * b->re;
}

R2NN_INLINE r2nn_complex product(const r2nn_complex *a, const r2nn_complex *b) {
  return (r2nn_complex){a->re * b->re - a->im * b->im, a->re * b->im + a->im * b->re};
}

R2NN_INLINE r2nn_complex inverse(const r2nn_complex *a) {
  r2nn_lanes scale = 1.0 / (a->re * a->re + a->im * a->im);
  return (r2nn_complex){a->re * scale, -a->im * scale};
}

/* A_ii = K_ii - w^2 d + jwc */
R2NN_INLINE r2nn_complex diagonal(double k, double d, double c, const r2nn_lanes *omega) {
  return (r2nn_complex){k - *omega * *omega * d, *omega * c};
}

R2NN_INLINE r2nn_complex real(double k) {
  return (r2nn_complex){(r2nn_lanes){0} + k, (r2nn_lanes){0}};
}

/* The two pivots and the link between them of a pair: tail[0], tail[2] and tail[1]. */
R2NN_INLINE size_t tail_of(const r2nn_ldl *ldl, uint32_t pair) {
  return ldl->start[pair] + 2 * (size_t)(2 * pair - ldl->first[pair]);
}

/* Where a row's pivot is. */
R2NN_INLINE size_t pivot_of(const r2nn_ldl *ldl, uint32_t row) {
  if (row < ldl->n_tree) return 2 * (size_t)row;
  return tail_of(ldl, (row - ldl->n_tree) / 2) + 2 * ((row - ldl->n_tree) % 2);
}

/* The 2 x 2 block of pairs p and q < p, before it is divided by the pivots: u = (A - sum of earlier columns u l^T) L_q^-T. */
R2NN_INLINE void factor_block(const r2nn_ldl *ldl, const double *k, r2nn_complex *factor, uint32_t p, uint32_t q) {
  uint32_t from = ldl->first[p] > ldl->first[q] ? ldl->first[p] : ldl->first[q];
  const r2nn_complex *u = factor + ldl->start[p] + 2 * (size_t)(from - ldl->first[p]);
  const r2nn_complex *l = factor + ldl->start[q] + 2 * (size_t)(from - ldl->first[q]);
  size_t block = ldl->start[p] + 2 * (size_t)(2 * q - ldl->first[p]);
  r2nn_complex u00 = real(k[block]), u10 = real(k[block + 1]), u01 = real(k[block + 2]), u11 = real(k[block + 3]);
  for (uint32_t n = 2 * q - from; n; n--, u += 2, l += 2) {
    subtract_product(&u00, u, l);
    subtract_product(&u10, u + 1, l);
    subtract_product(&u01, u, l + 1);
    subtract_product(&u11, u + 1, l + 1);
  }
  const r2nn_complex *link = factor + tail_of(ldl, q) + 1;
  subtract_product(&u01, &u00, link);
  subtract_product(&u11, &u10, link);
  factor[block] = u00;
  factor[block + 1] = u10;
  factor[block + 2] = u01;
  factor[block + 3] = u11;
}

/* Divide the rows of pair p by the pivots, and its own 2 x 2 block: its pivots wait in the tail with what the trees took off. */
R2NN_INLINE void factor_pivots(const r2nn_ldl *ldl, const double *k, r2nn_complex *factor, uint32_t p) {
  r2nn_complex *row = factor + ldl->start[p], *tail = factor + tail_of(ldl, p);
  r2nn_complex e0 = tail[0], e1 = tail[2], link = real(k[tail_of(ldl, p) + 1]);
  for (uint32_t q = ldl->first[p] / 2; q < p; q++) {
    const r2nn_complex *pivots = factor + tail_of(ldl, q);
    for (uint32_t i = 0; i < 2; i++, row += 2) {
      r2nn_complex u0 = row[0], u1 = row[1];
      row[0] = product(&u0, pivots + 2 * i);
      row[1] = product(&u1, pivots + 2 * i);
      subtract_product(&e0, &u0, row);
      subtract_product(&link, &u1, row);
      subtract_product(&e1, &u1, row + 1);
    }
  }
  tail[0] = inverse(&e0);
  tail[1] = product(&link, tail);
  subtract_product(&e1, &link, tail + 1);
  tail[2] = inverse(&e1);
}

R2NN_MULTIVERSION void r2nn_ldl_factor(const r2nn_ldl *ldl, const double *k, const double *d, const double *c,
                                       const r2nn_lanes *omega, r2nn_complex *factor) {
  for (uint32_t i = 0; i < ldl->n_rows; i++) factor[pivot_of(ldl, i)] = diagonal(k[pivot_of(ldl, i)], d[i], c[i], omega);
  for (uint32_t t = 0; t < ldl->n_tree; t++) {
    r2nn_complex *pivot = factor + 2 * (size_t)t, link = real(k[2 * (size_t)t + 1]);
    pivot[0] = inverse(pivot);
    pivot[1] = product(&link, pivot);
    if (ldl->parent[t] != UINT32_MAX) subtract_product(factor + pivot_of(ldl, ldl->parent[t]), &link, pivot + 1);
  }
  for (uint32_t p = 0; p < ldl->n_pairs; p++) {
    for (uint32_t q = ldl->first[p] / 2; q < p; q++) factor_block(ldl, k, factor, p, q);
    factor_pivots(ldl, k, factor, p);
  }
}

/* count <= MAX_SIDES right-hand sides out of n side by side; count is a constant where this is inlined. */
#define MAX_SIDES 4
R2NN_INLINE void solve(const r2nn_ldl *ldl, const r2nn_complex *factor, r2nn_complex *x, uint32_t n, const uint32_t count) {
  r2nn_complex *core = x + (size_t)ldl->n_tree * n;
  /* L y = b */
  for (uint32_t t = 0; t < ldl->n_tree; t++) {
    if (ldl->parent[t] == UINT32_MAX) continue;
    for (uint32_t r = 0; r < count; r++)
      subtract_product(x + (size_t)ldl->parent[t] * n + r, factor + 2 * (size_t)t + 1, x + (size_t)t * n + r);
  }
  for (uint32_t p = 0; p < ldl->n_pairs; p++) {
    const r2nn_complex *l = factor + ldl->start[p], *y = core + (size_t)ldl->first[p] * n;
    r2nn_complex *pair = core + 2 * (size_t)p * n, y0[MAX_SIDES], y1[MAX_SIDES];
    for (uint32_t r = 0; r < count; r++) {
      y0[r] = pair[r];
      y1[r] = pair[n + r];
    }
    for (uint32_t k = ldl->first[p]; k < 2 * p; k++, l += 2, y += n)
      for (uint32_t r = 0; r < count; r++) {
        subtract_product(&y0[r], l, y + r);
        subtract_product(&y1[r], l + 1, y + r);
      }
    for (uint32_t r = 0; r < count; r++) {
      subtract_product(&y1[r], l + 1, &y0[r]);
      pair[r] = y0[r];
      pair[n + r] = y1[r];
    }
  }
  /* E z = y */
  for (uint32_t i = 0; i < ldl->n_rows; i++)
    for (uint32_t r = 0; r < count; r++) x[(size_t)i * n + r] = product(x + (size_t)i * n + r, factor + pivot_of(ldl, i));
  /* L^T x = z */
  for (uint32_t p = ldl->n_pairs; p-- > 0;) {
    const r2nn_complex *l = factor + ldl->start[p];
    r2nn_complex *z = core + (size_t)ldl->first[p] * n;
    r2nn_complex *pair = core + 2 * (size_t)p * n, x0[MAX_SIDES], x1[MAX_SIDES];
    for (uint32_t r = 0; r < count; r++) {
      x0[r] = pair[r];
      x1[r] = pair[n + r];
      subtract_product(&x0[r], factor + tail_of(ldl, p) + 1, &x1[r]);
      pair[r] = x0[r];
    }
    for (uint32_t k = ldl->first[p]; k < 2 * p; k++, l += 2, z += n)
      for (uint32_t r = 0; r < count; r++) {
        subtract_product(z + r, l, &x0[r]);
        subtract_product(z + r, l + 1, &x1[r]);
      }
  }
  for (uint32_t t = ldl->n_tree; t-- > 0;) {
    if (ldl->parent[t] == UINT32_MAX) continue;
    for (uint32_t r = 0; r < count; r++)
      subtract_product(x + (size_t)t * n + r, factor + 2 * (size_t)t + 1, x + (size_t)ldl->parent[t] * n + r);
  }
}

R2NN_MULTIVERSION void r2nn_ldl_solve(const r2nn_ldl *ldl, const r2nn_complex *factor, r2nn_complex *x, uint32_t n) {
  uint32_t r = 0;
  for (; r + MAX_SIDES <= n; r += MAX_SIDES) solve(ldl, factor, x + r, n, MAX_SIDES);
  for (; r < n; r++) solve(ldl, factor, x + r, n, 1);
}
