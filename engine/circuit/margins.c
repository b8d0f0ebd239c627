/* How much room a circuit leaves: swing, noise, offset, power. */
#include "circuit/level.h"
#include "r2nn/circuit.h"

#include <math.h>
#include <stdlib.h>

/* Frequencies that the gain is looked at, an octave beyond the resonances at both ends; and nodes that are (more take minutes). */
#define POINTS     300
#define MOST_NODES 256u

#define FOUR_KT 1.66e-20 /* 4 k T at 300 K, W/Hz */

/* The largest gain to a node times what the FDNR's op-amps make of it: |1 + j omega tau| with omega tau near 1. */
static r2nn_status find_gain(const r2nn_circuit *circuit, const r2nn_level *level, r2nn_margins *margins, r2nn_error *error) {
  const r2nn_stage *from = &circuit->built->stages[0];
  uint32_t n = from->n_nodes < MOST_NODES ? from->n_nodes : MOST_NODES, n_channels = circuit->n_channels;
  r2nn_stage stage = *from;
  uint32_t *all = malloc(n * sizeof *all);
  double *re = malloc((size_t)n * n_channels * sizeof *re), *im = malloc((size_t)n * n_channels * sizeof *im);
  r2nn_status status = all && re && im ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  for (uint32_t i = 0; i < n && all; i++) all[i] = i;
  stage.outputs = all;
  stage.n_outputs = n;
  for (uint32_t p = 0; p < POINTS && status == R2NN_OK; p++) {
    double hz = circuit->lowest_hz / 2 * pow(4 * circuit->highest_hz / circuit->lowest_hz, (double)p / (POINTS - 1));
    status = r2nn_stage_response(&stage, n_channels, hz, re, im, NULL, error);
    for (size_t k = 0; k < (size_t)n * n_channels && status == R2NN_OK; k++) {
      uint32_t node = (uint32_t)(k / n_channels);
      double tau = stage.nodes[node].d > 0 ? 2 * M_PI * hz / level->omega[node] : 0, gain = hypot(re[k], im[k]) * hypot(1, tau);
      if (gain <= margins->gain) continue;
      margins->gain = gain;
      margins->gain_node = node;
    }
  }
  free(all);
  free(re);
  free(im);
  return status;
}

/* A node alone: white current noise i^2 through K/(K - w^2 D + jwC) has the mean square i^2/K^2 pi/2 f0 Q. The current is that of
 * all its resistors and of two op-amps behind Ca, whose admittance is about w D/tau = w^2 D = K at f0. */
static void find_noise(const r2nn_circuit *circuit, const r2nn_level *level, r2nn_margins *margins) {
  const r2nn_stage *stage = &circuit->built->stages[0];
  double e = circuit->def.parts.opamp.noise_v, loss = circuit->def.parts.capacitor.loss;
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    const r2nn_node *node = &stage->nodes[i];
    if (level->wired[i] || node->d <= 0) continue;
    double k = level->self[i] * level->level[i], q = 1 / (level->omega[i] * node->c / level->self[i] + 2 * loss);
    double current = FOUR_KT * 2 * k + 2 * e * e * k * k; /* twice: the FDNR's own resistors */
    double noise = sqrt(current * M_PI / 2 * level->omega[i] / (2 * M_PI) * q) / k;
    if (noise <= margins->noise_v) continue;
    margins->noise_v = noise;
    margins->noise_node = i;
  }
}

r2nn_status r2nn_circuit_margins(const r2nn_circuit *circuit, r2nn_margins *margins, r2nn_error *error) {
  const r2nn_opamp *opamp = &circuit->def.parts.opamp;
  const r2nn_stage *stage = &circuit->built->stages[0];
  r2nn_level level;
  *margins = (r2nn_margins){.full_v = INFINITY};
  r2nn_status status = r2nn_level_find(stage, circuit->def.scale_ohm, &level, error);
  if (status != R2NN_OK) return status;
  status = find_gain(circuit, &level, margins, error);
  if (status == R2NN_OK) {
    find_noise(circuit, &level, margins);
    if (opamp->swing_v > 0 && margins->gain > 0) margins->full_v = opamp->swing_v / margins->gain;
    margins->offset_v = 2 * opamp->bias_a * circuit->bias_ohm + opamp->offset_v;
    margins->supply_a = opamp->supply_a * circuit->counts[R2NN_OPAMP];
    margins->power_w = 2 * opamp->supply_v * margins->supply_a;
  }
  r2nn_level_free(&level);
  return status;
}
