/* The bias path: what every node's op-amp inputs see at DC. */
#include "circuit/bias.h"

#include "circuit/level.h"
#include "core/blas.h"
#include "core/components.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

/* Larger parts would take minutes to invert; their nodes are not looked at. */
#define LARGEST_PART 1024u

/* The largest diagonal value of the inverse of k [n][n]. */
static double largest_of(double *k, lapack_int n) {
  if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'U', n, k, n) != 0) return 0;
  if (LAPACKE_dpotri(LAPACK_ROW_MAJOR, 'U', n, k, n) != 0) return 0;
  double largest = 0;
  for (lapack_int i = 0; i < n; i++) largest = fmax(largest, k[i * n + i]);
  return largest;
}

r2nn_status r2nn_bias_find(r2nn_circuit *circuit, r2nn_error *error) {
  const r2nn_stage *stage = &circuit->built->stages[0];
  r2nn_parts parts;
  r2nn_level level;
  r2nn_status status = r2nn_parts_init(&parts, stage, error);
  if (status != R2NN_OK) return status;
  status = r2nn_level_find(stage, circuit->def.scale_ohm, &level, error);
  size_t largest = parts.largest < LARGEST_PART ? parts.largest : LARGEST_PART;
  double *k = malloc(largest * largest * sizeof *k);
  if (status == R2NN_OK && !k) status = r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  if (status == R2NN_OK) {
    for (uint32_t p = 0; p < parts.n_parts; p++) {
      uint32_t n = parts.first_node[p + 1] - parts.first_node[p];
      if (n > largest) continue;
      r2nn_parts_conductances(&parts, stage, level.self, p, k);
      double ohm = largest_of(k, (lapack_int)n) / level.level[parts.nodes[parts.first_node[p]]];
      circuit->bias_ohm = fmax(circuit->bias_ohm, ohm);
    }
  }
  free(k);
  r2nn_level_free(&level);
  r2nn_parts_free(&parts);
  return r2nn_blas_settle(status, error);
}
