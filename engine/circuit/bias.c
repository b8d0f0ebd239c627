/* The bias path: what every node's op-amp inputs see at DC. */
#include "circuit/bias.h"

#include "circuit/level.h"
#include "core/components.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

/* Larger parts would take minutes to invert; their nodes are not looked at. */
#define LARGEST_PART 1024u

/* K of one part, inverted; its largest diagonal value times 1/level. */
static double largest_of(const r2nn_stage *stage, const double *self, const r2nn_parts *parts, uint32_t p, double *k) {
  uint32_t first = parts->first_node[p], n = parts->first_node[p + 1] - first;
  for (size_t i = 0; i < (size_t)n * n; i++) k[i] = 0;
  for (uint32_t i = 0; i < n; i++) k[(size_t)i * n + i] = self[parts->nodes[first + i]];
  for (uint32_t j = parts->first_coupling[p]; j < parts->first_coupling[p + 1]; j++) {
    const r2nn_coupling *c = &stage->couplings[parts->couplings[j]];
    size_t a = parts->local[c->a], b = parts->local[c->b];
    k[a * n + b] -= c->g;
    k[b * n + a] -= c->g;
  }
  if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'U', (lapack_int)n, k, (lapack_int)n) != 0) return 0;
  if (LAPACKE_dpotri(LAPACK_ROW_MAJOR, 'U', (lapack_int)n, k, (lapack_int)n) != 0) return 0;
  double largest = 0;
  for (uint32_t i = 0; i < n; i++) largest = fmax(largest, k[(size_t)i * n + i]);
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
      if (parts.first_node[p + 1] - parts.first_node[p] > largest) continue;
      double ohm = largest_of(stage, level.self, &parts, p, k) / level.level[parts.nodes[parts.first_node[p]]];
      circuit->bias_ohm = fmax(circuit->bias_ohm, ohm);
    }
  }
  free(k);
  r2nn_level_free(&level);
  r2nn_parts_free(&parts);
  return status;
}
