/* How much room a circuit leaves: swing, noise, offset, power. */
#include "circuit/level.h"
#include "circuit/scan.h"
#include "r2nn/board.h"

#include <math.h>
#include <stdlib.h>

typedef struct finder {
  const r2nn_stage *stage;
  const r2nn_level *level;
  r2nn_margins *margins;
} finder;

/* The gain to a node times what the FDNR's op-amps make of it: |1 + j omega tau| with omega tau near 1. */
static void find_gain(void *context, uint32_t node, double freq_hz, double gain) {
  const finder *self = context;
  double tau = self->stage->nodes[node].d > 0 ? 2 * M_PI * freq_hz / self->level->omega[node] : 0, swing = gain * hypot(1, tau);
  if (swing <= self->margins->gain) return;
  self->margins->gain = swing;
  self->margins->gain_node = node;
}

/* A node alone: white current noise i^2 through K/(K - w^2 D + jwC) has the mean square i^2/K^2 pi/2 f0 Q. */
static void find_noise(const r2nn_circuit *circuit, const r2nn_level *level, const r2nn_flaws *flaws, r2nn_margins *margins) {
  const r2nn_stage *stage = &circuit->built->stages[0];
  double loss = circuit->def.parts.capacitor.loss;
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    const r2nn_node *node = &stage->nodes[i];
    if (level->wired[i] || node->d <= 0) continue;
    double k = level->self[i], q = 1 / (level->omega[i] * node->c / k + 2 * loss);
    double noise = flaws->noise_a[i] / k * sqrt(level->omega[i] / 4 * q);
    if (noise <= margins->noise_v) continue;
    margins->noise_v = noise;
    margins->noise_node = i;
  }
}

r2nn_status r2nn_circuit_margins(const r2nn_circuit *circuit, r2nn_margins *margins, r2nn_error *error) {
  const r2nn_opamp *opamp = &circuit->def.parts.opamp;
  const r2nn_stage *stage = &circuit->built->stages[0];
  r2nn_level level;
  const r2nn_board_def board = r2nn_board_def_default();
  r2nn_flaws *flaws = NULL;
  *margins = (r2nn_margins){.full_v = INFINITY};
  r2nn_status status = r2nn_level_find(stage, circuit->def.scale_ohm, &level, error);
  if (status != R2NN_OK) return status;
  finder self = {stage, &level, margins};
  status = r2nn_scan(circuit, find_gain, &self, error);
  if (status == R2NN_OK) status = r2nn_board_flaws(circuit, &board, &flaws, error);
  if (status == R2NN_OK) {
    find_noise(circuit, &level, flaws, margins);
    if (opamp->swing_v > 0 && margins->gain > 0) margins->full_v = opamp->swing_v / margins->gain;
    margins->offset_v = 2 * opamp->bias_a * circuit->bias_ohm + opamp->offset_v;
    margins->supply_a = opamp->supply_a * circuit->counts[R2NN_OPAMP];
    margins->power_w = 2 * opamp->supply_v * margins->supply_a;
  }
  r2nn_flaws_free(flaws);
  r2nn_level_free(&level);
  return status;
}
