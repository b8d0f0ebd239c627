/* The stability certificate: K is positive definite (system.md §2), judged per connected part. */
#include "core/blas.h"
#include "core/components.h"

#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

/* What certifying needs; k and lambda are as large as the largest part. */
typedef struct certifier {
  const r2nn_stage *stage;
  r2nn_parts parts;
  double *self;   /* [n_nodes] K_ii */
  double *k;      /* [n][n] */
  double *lambda; /* [n] ascending eigenvalues */
} certifier;

/* K of a part with its diagonal times scale; the number of its nodes. */
static uint32_t fill_k(certifier *c, uint32_t part, double scale) {
  const r2nn_parts *parts = &c->parts;
  uint32_t n = parts->first_node[part + 1] - parts->first_node[part];
  r2nn_parts_conductances(parts, c->stage, c->self, part, c->k);
  for (uint32_t i = 0; i < n; i++) c->k[(size_t)i * n + i] *= scale;
  return n;
}

/* Is K of a part positive definite by more than rounding? A Cholesky factorisation is exact for a K whose entries differ by up to
 * about n eps sqrt(K_ii K_jj), so the diagonal is first made smaller by twice that: a floating network must not pass by luck. */
static bool is_definite(certifier *c, uint32_t part) {
  uint32_t n = c->parts.first_node[part + 1] - c->parts.first_node[part];
  if (n == 1) return c->self[c->parts.nodes[c->parts.first_node[part]]] > 0;
  fill_k(c, part, 1 - 2 * (n + 2) * DBL_EPSILON);
  return LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', (lapack_int)n, c->k, (lapack_int)n) == 0;
}

/* Eigenvalues of K of a part into lambda, eigenvectors into k when vectors is 'V': entry i of vector j is k[i*n + j]. */
static bool find_eigenvalues(certifier *c, uint32_t part, char vectors) {
  uint32_t n = fill_k(c, part, 1);
  if (n == 1) c->lambda[0] = c->k[0];
  return n == 1 || LAPACKE_dsyevd(LAPACK_ROW_MAJOR, vectors, 'L', (lapack_int)n, c->k, (lapack_int)n, c->lambda) == 0;
}

/* The negative coupling -g that alone makes the part unstable, or NULL: without it the part is stable, so g*R_eff >= 1; of several,
 * the one that must change least. Removing it from between a and b adds g w w^T, w = e_a - e_b, to K, which lifts one eigenvalue at
 * most: so K may have only one that is not positive, and det K' / det K = 1 + g q, q = w^T K^-1 w, must be negative. Then R_eff =
 * w^T K'^-1 w = q / (1 + g q). Needs find_eigenvalues('V'). */
static const r2nn_coupling *guilty_coupling(const certifier *c, uint32_t part, double *g_r_eff) {
  const r2nn_parts *parts = &c->parts;
  uint32_t n = parts->first_node[part + 1] - parts->first_node[part];
  const r2nn_coupling *guilty = NULL;
  double lowest = -1;
  if (n == 1 || c->lambda[1] <= 0) return NULL;
  for (uint32_t i = parts->first_coupling[part]; i < parts->first_coupling[part + 1]; i++) {
    const r2nn_coupling *coupling = &c->stage->couplings[parts->couplings[i]];
    if (coupling->g >= 0) continue;
    uint32_t a = parts->local[coupling->a], b = parts->local[coupling->b];
    double gq = 0;
    for (uint32_t k = 0; k < n; k++) {
      double w = c->k[(size_t)a * n + k] - c->k[(size_t)b * n + k];
      gq -= coupling->g * w * w / (k == 0 ? fmin(c->lambda[0], -DBL_MIN) : c->lambda[k]); /* 0 is the limit from below */
    }
    if (gq < lowest) guilty = coupling;
    if (gq < lowest) lowest = gq;
  }
  *g_r_eff = isinf(lowest) ? 1 : lowest / (1 + lowest);
  return guilty;
}

/* The node with the smallest surplus K_ii - sum_j |K_ij|: it is <= 0 somewhere in every unstable part (Gershgorin). */
static uint32_t weakest_node(certifier *c, uint32_t part, double *surplus) {
  const r2nn_parts *parts = &c->parts;
  uint32_t first = parts->first_node[part], n = parts->first_node[part + 1] - first, weakest = 0;
  double *each = c->lambda; /* no longer needed */
  for (uint32_t i = 0; i < n; i++) each[i] = c->self[parts->nodes[first + i]];
  for (uint32_t i = parts->first_coupling[part]; i < parts->first_coupling[part + 1]; i++) {
    const r2nn_coupling *coupling = &c->stage->couplings[parts->couplings[i]];
    each[parts->local[coupling->a]] -= fabs(coupling->g);
    each[parts->local[coupling->b]] -= fabs(coupling->g);
  }
  for (uint32_t i = 1; i < n; i++)
    if (each[i] < each[weakest]) weakest = i;
  *surplus = each[weakest];
  return parts->nodes[first + weakest];
}

static r2nn_status name_offender(certifier *c, uint32_t part, r2nn_error *error) {
  double product = 0, surplus = 0;
  const r2nn_coupling *coupling = find_eigenvalues(c, part, 'V') ? guilty_coupling(c, part, &product) : NULL;
  if (coupling)
    return r2nn_fail(
        error, R2NN_UNSTABLE,
        "couplings[%td][2]: must be > %.6g S for a stable circuit, is %.6g (nodes %u and %u: g*R_eff is %.6g, must be < 1)",
        coupling - c->stage->couplings, coupling->g / product, coupling->g, coupling->a, coupling->b, product);
  uint32_t node = weakest_node(c, part, &surplus);
  double g = c->stage->nodes[node].g;
  return r2nn_fail(error, R2NN_UNSTABLE, "nodes[%u].g: must be > %.6g S for a stable circuit, is %.6g", node, g - surplus, g);
}

static r2nn_status certify(certifier *c, double *margin, r2nn_error *error) {
  double least = HUGE_VAL, most = 0;
  for (uint32_t i = 0; i < c->stage->n_nodes; i++)
    if (!isfinite(c->self[i])) return r2nn_fail(error, R2NN_BAD_MODEL, "nodes[%u]: the conductances at the node must be finite", i);
  for (uint32_t part = 0; part < c->parts.n_parts; part++) {
    uint32_t n = c->parts.first_node[part + 1] - c->parts.first_node[part];
    if (!is_definite(c, part)) return name_offender(c, part, error);
    if (!margin) continue;
    if (!find_eigenvalues(c, part, 'N'))
      return r2nn_fail(error, R2NN_NO_MEMORY, "nodes[%u]: no eigenvalues found", c->parts.nodes[c->parts.first_node[part]]);
    least = fmin(least, fmax(c->lambda[0], 0));
    most = fmax(most, c->lambda[n - 1]);
  }
  if (margin) *margin = least / most;
  return R2NN_OK;
}

r2nn_status r2nn_stage_certify(const r2nn_stage *stage, double *margin, r2nn_error *error) {
  certifier c = {.stage = stage};
  r2nn_status status = r2nn_parts_init(&c.parts, stage, error);
  if (status != R2NN_OK) return status;
  size_t n = c.parts.largest;
  if (n <= R2NN_MAX_COMPONENT) {
    c.self = malloc((stage->n_nodes + 1) * sizeof *c.self);
    c.k = malloc((n * n + 1) * sizeof *c.k);
    c.lambda = malloc((n + 1) * sizeof *c.lambda);
  }
  if (n > R2NN_MAX_COMPONENT) {
    status = r2nn_fail(error, R2NN_BAD_MODEL, "couplings: must join at most %u nodes to one part, join %zu", R2NN_MAX_COMPONENT, n);
  } else if (!c.self || !c.k || !c.lambda) {
    status = r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the certificate of %zu coupled nodes", n);
  } else {
    r2nn_stage_selves(stage, c.self);
    status = r2nn_blas_settle(certify(&c, margin, error), error);
  }
  r2nn_parts_free(&c.parts);
  free(c.self);
  free(c.k);
  free(c.lambda);
  return status;
}
