/* Batched factorisation A = K - w^2 D + jwC = L E L^T, complex symmetric: R2NN_LANES frequencies at once, nodes in a fill-reducing
 * order.
 *
 * No pivoting: for w > 0 and every c > 0 the imaginary part is positive definite, and at w = 0 K is (system.md §2), so no pivot
 * vanishes. A node with c = 0 is factored just as well unless w meets a lossless resonance exactly.
 *
 * Rows come in two kinds. First the tree rows: nodes that hang on one other node when all before them are gone (the inner node of
 * a local resonator, a chain, an uncoupled resonator); they cause no fill. Then the core rows in reverse Cuthill-McKee order, two
 * by two, each pair stored from its first non-zero column (a skyline of 2 x 2 blocks; an odd last row is paired with an idle one).
 */
#ifndef R2NN_TRAIN_LDL_H
#define R2NN_TRAIN_LDL_H

#include "r2nn/model.h"

#define R2NN_LANES 4u
typedef double r2nn_lanes __attribute__((vector_size(8 * R2NN_LANES)));

/* One complex number a frequency. */
typedef struct r2nn_complex {
  r2nn_lanes re, im;
} r2nn_complex;

/* Where everything is stored: made once for a stage's couplings. Entries are
 *   tree row t:  2t its pivot, 2t + 1 its link to the parent;
 *   core pair p: from start[p], [columns first[p] .. 2p-1][2 rows], then pivot, link between the two rows, pivot. */
typedef struct r2nn_ldl {
  uint32_t n_rows;  /* >= the stage's n_nodes; the idle row is the last */
  uint32_t n_tree;  /* tree rows come first */
  uint32_t n_pairs; /* of core rows; core column k is row n_tree + k */
  uint32_t *row;    /* [n_nodes] where each node went */
  uint32_t *parent; /* [n_tree] the later row a tree row hangs on, or UINT32_MAX */
  uint32_t *first;  /* [n_pairs] first stored column, even */
  size_t *start;    /* [n_pairs] */
  size_t n_entries;
} r2nn_ldl;

/* Order the stage's nodes and lay out the factor. R2NN_NO_MEMORY. */
r2nn_status r2nn_ldl_init(r2nn_ldl *ldl, const r2nn_stage *stage, r2nn_error *error);
void r2nn_ldl_free(r2nn_ldl *ldl);

/* The entry of rows a and b, which are equal or coupled. */
size_t r2nn_ldl_entry(const r2nn_ldl *ldl, uint32_t a, uint32_t b);

/* The values of a stage of that structure: k [n_entries], d, c [n_rows] (an idle row's are left alone: zero them once). */
void r2nn_ldl_load(const r2nn_ldl *ldl, const r2nn_stage *stage, double *k, double *d, double *c);

/* Factor at the frequencies omega (rad/s). k: [n_entries] S, zero where there is no coupling; d, c: [n_rows] F*s and F; an idle row
 * wants k = 1. factor: [n_entries], pivots inverted. */
void r2nn_ldl_factor(const r2nn_ldl *ldl, const double *k, const double *d, const double *c, const r2nn_lanes *omega,
                     r2nn_complex *factor);

/* Solve A x = b in place for n right-hand sides: x is [n_rows][n]. */
void r2nn_ldl_solve(const r2nn_ldl *ldl, const r2nn_complex *factor, r2nn_complex *x, uint32_t n);

#endif
