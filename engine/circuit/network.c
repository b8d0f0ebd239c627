/* One stage's metacircuit in parts: resistors, capacitors, FDNRs and negative-resistance stages. */
#include "circuit/network.h"

#include "circuit/gic.h"
#include "circuit/level.h"
#include "circuit/signs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* R1/R3 of a negative-resistance stage. Its coupling resistors load the node at their other end, whose own stage does the same
 * here, so that of every -RATIO one +1 is taken back: 2 leaves -1. */
#define RATIO 2

typedef struct network {
  r2nn_maker *maker;
  const r2nn_stage *stage;
  r2nn_stage *built; /* its nodes' g hold K_ii of the circuit until settle() */
  uint32_t index;
  r2nn_level level;
  r2nn_signs signs;
  const uint32_t *channels;
  uint32_t *inverse; /* [n_channels] net of the inverted channel, 0 = none */
  uint32_t *nodes;   /* [n_nodes] */
  uint32_t *minus;   /* [n_nodes] net of the stage's (-), 0 = no stage */
  double *negative;  /* [n_nodes] S, at the circuit's level: what hangs on the stage's (-) */
} network;

static uint32_t here(const network *self) {
  return self->maker->circuit->n_elements;
}

/* A conductance between two nets, S of the model; what was built, S of the model. */
static double conductance(network *self, uint32_t a, uint32_t b, double g, double level, const char *role) {
  double ohm = r2nn_make_resistor(self->maker, a, b, 1 / (g * level), role);
  return ohm > 0 ? 1 / (ohm * level) : 0;
}

static void tell_missing(network *self, double built, double g, double level, const char *what, uint32_t k) {
  if (built == 0 && g != 0)
    r2nn_make_missing(self->maker, "stages[%u].%s[%u]: a resistor of %.3g ohm is beyond what is on stock; left out", self->index,
                      what, k, 1 / (fabs(g) * level));
}

static void build_fdnr(network *self, uint32_t i, double level, double omega) {
  double d = self->stage->nodes[i].d;
  uint32_t first = here(self), node = self->nodes[i];
  r2nn_maker *maker = self->maker;
  r2nn_gic gic = r2nn_gic_design(d * level, omega, maker->circuit->def.resistors);
  uint32_t a = r2nn_make_net(maker, "a%u_%u", self->index, i), b = r2nn_make_net(maker, "b%u_%u", self->index, i);
  uint32_t c = r2nn_make_net(maker, "c%u_%u", self->index, i), e = r2nn_make_net(maker, "e%u_%u", self->index, i);
  double freq_hz = omega / (2 * M_PI);
  r2nn_make_exact(maker, R2NN_CAPACITOR, node, a, gic.ca, gic.ca, freq_hz, "GIC Ca");
  r2nn_make_exact(maker, R2NN_RESISTOR, a, b, gic.r2, gic.r2, 0, "GIC R2");
  r2nn_make_exact(maker, R2NN_RESISTOR, b, c, gic.rx, gic.rx_exact, 0, "GIC Rx");
  r2nn_make_exact(maker, R2NN_RESISTOR, c, e, gic.r4, gic.r4, 0, "GIC R4");
  r2nn_make_exact(maker, R2NN_CAPACITOR, e, R2NN_NET_GROUND, gic.cb, gic.cb, freq_hz, "GIC Cb");
  r2nn_make_active(maker, R2NN_OPAMP, node, b, c, "GIC upper");
  r2nn_make_active(maker, R2NN_OPAMP, e, b, a, "GIC lower");
  self->built->nodes[i].d = r2nn_gic_d(&gic) / level;
  if (fmax(fmax(gic.r2, gic.r4), gic.rx) > R2NN_MOST_OHM || fmin(fmin(gic.r2, gic.r4), gic.rx) < R2NN_LEAST_OHM)
    r2nn_make_missing(maker, "stages[%u].nodes[%u].d: an FDNR of %.3g F*s at %.3g Hz needs resistors beyond what is on stock",
                      self->index, i, d * level, freq_hz);
  r2nn_make_mapped(maker, first, d, self->built->nodes[i].d, "F*s", "", "stages[%u].nodes[%u].d", self->index, i);
}

static void build_node(network *self, uint32_t i) {
  const r2nn_node *node = &self->stage->nodes[i];
  r2nn_node *built = &self->built->nodes[i];
  r2nn_maker *maker = self->maker;
  double level = self->level.level[i], omega = self->level.omega[i], g = self->signs.ground[i];
  built->g = 0;
  r2nn_make_block(maker, R2NN_BLOCK_NODE, self->index, i, 0);
  if (self->nodes[i] == R2NN_NET_GROUND) {
    r2nn_make_mapped(maker, here(self), node->g, INFINITY, "S", "a wire to ground; the node has no other parts",
                     "stages[%u].nodes[%u].g", self->index, i);
    return;
  }
  uint32_t first = here(self);
  if (g > 0) {
    built->g = conductance(self, self->nodes[i], R2NN_NET_GROUND, g, level, "to ground");
    tell_missing(self, built->g, g, level, "nodes", i);
  }
  if (g >= 0)
    r2nn_make_mapped(maker, first, g, built->g, "S", "the part of K_ii that goes to ground", "stages[%u].nodes[%u].g", self->index,
                     i);
  if (node->c > 0) {
    first = here(self);
    built->c = r2nn_make_capacitor(maker, self->nodes[i], R2NN_NET_GROUND, node->c * level, omega / (2 * M_PI), "node") / level;
    if (built->c == 0)
      r2nn_make_missing(maker, "stages[%u].nodes[%u].c: %.3g F is less than what stray capacitance adds; left out", self->index, i,
                        node->c * level);
    r2nn_make_mapped(maker, first, node->c, built->c, "F", "", "stages[%u].nodes[%u].c", self->index, i);
  }
  if (node->d > 0) build_fdnr(self, i, level, omega);
}

static void build_coupling(network *self, uint32_t k) {
  const r2nn_coupling *c = &self->stage->couplings[k];
  double level = self->level.level[c->a], g = r2nn_signs_coupling(&self->signs, c), built = 0;
  uint32_t a = self->nodes[c->a], b = self->nodes[c->b], first = here(self);
  if (g == 0 || a == b) return;
  r2nn_make_block(self->maker, R2NN_BLOCK_COUPLING, self->index, c->a, c->b);
  if (g > 0) {
    built = conductance(self, a, b, g, level, "coupling");
  } else { /* each end's stage looks at the other end */
    built = -conductance(self, self->minus[c->a], b, -g, level, "negative coupling");
    conductance(self, self->minus[c->b], a, -g, level, "negative coupling");
    self->negative[c->a] -= built * level;
    self->negative[c->b] -= built * level;
  }
  tell_missing(self, built, g, level, "couplings", k);
  self->built->nodes[c->a].g += built;
  self->built->nodes[c->b].g += built;
  double turned = g * c->g < 0 ? -1 : 1;
  self->built->couplings[k].g = turned * built;
  r2nn_make_mapped(self->maker, first, c->g, turned * built, "S", turned < 0 ? "one of the two nodes carries the negative" : "",
                   "stages[%u].couplings[%u]", self->index, k);
}

static void build_input(network *self, uint32_t k) {
  const r2nn_input *input = &self->stage->inputs[k];
  uint32_t i = input->node, channel = input->channel, first = here(self);
  double level = self->level.level[i], g = r2nn_signs_input(&self->signs, input), built = 0, load = 0;
  if (g == 0 || self->nodes[i] == R2NN_NET_GROUND) return;
  r2nn_make_block(self->maker, R2NN_BLOCK_INPUT, self->index, i, channel);
  if (g > 0) {
    load = built = conductance(self, self->nodes[i], self->channels[channel], g, level, "input");
  } else if (self->inverse[channel]) {
    load = conductance(self, self->nodes[i], self->inverse[channel], -g, level, "input");
    built = -load;
  } else {
    built = load = -RATIO * conductance(self, self->minus[i], self->channels[channel], -g / RATIO, level, "negative input");
    self->negative[i] -= built * level / RATIO;
  }
  tell_missing(self, built, g, level, "inputs", k);
  self->built->nodes[i].g += load;
  self->built->inputs[k].g = self->signs.sign[i] * built;
  r2nn_make_mapped(self->maker, first, input->g, self->signs.sign[i] * built, "S",
                   self->signs.sign[i] < 0 ? "the node carries the negative" : "", "stages[%u].inputs[%u]", self->index, k);
}

/* Appendix E: (+) at the node, R1 from the output to (-), R3 from the output to the node. What hangs on (-) appears at the node
 * negative and RATIO times as large. R1 is about the resistance there, so that the output swings about as much as the nodes. */
static void build_stage(network *self, uint32_t i) {
  if (!self->signs.staged[i] || self->nodes[i] == R2NN_NET_GROUND) return;
  r2nn_maker *maker = self->maker;
  r2nn_make_block(maker, R2NN_BLOCK_NEGATIVE, self->index, i, 0);
  double g = self->signs.ground[i], level = self->level.level[i];
  if (g < 0) {
    uint32_t first = here(self);
    double built = -RATIO * conductance(self, self->minus[i], R2NN_NET_GROUND, -g / RATIO, level, "negative conductance");
    self->negative[i] -= built * level / RATIO;
    self->built->nodes[i].g += built;
    r2nn_make_mapped(maker, first, g, built, "S", "the part of K_ii that goes to ground", "stages[%u].nodes[%u].g", self->index, i);
    tell_missing(self, built, g, level, "nodes", i);
  }
  if (self->negative[i] <= 0) return;
  double r3 = pow(10, round(log10(1 / (RATIO * self->negative[i]))));
  uint32_t out = r2nn_make_net(maker, "o%u_%u", self->index, i);
  r2nn_make_active(maker, R2NN_OPAMP, self->nodes[i], self->minus[i], out, "negative resistance");
  r2nn_make_exact(maker, R2NN_RESISTOR, out, self->minus[i], RATIO * r3, RATIO * r3, 0, "negative resistance R1");
  r2nn_make_exact(maker, R2NN_RESISTOR, out, self->nodes[i], r3, r3, 0, "negative resistance R3");
}

/* -u of a channel, for all negative inputs from it. */
static void build_inverters(network *self, uint32_t n_channels) {
  for (uint32_t c = 0; c < n_channels; c++) {
    if (!self->signs.inverted[c]) continue;
    r2nn_make_block(self->maker, R2NN_BLOCK_DRIVE, self->index, c, 0);
    self->inverse[c] = r2nn_make_net(self->maker, "m%u_%u", self->index, c);
    uint32_t sum = r2nn_make_summer(self->maker, self->inverse[c], 10e3, "inverter");
    r2nn_make_resistor(self->maker, self->channels[c], sum, 10e3, "inverter");
  }
}

/* From K_ii of the circuit to g of the model. */
static void settle(network *self) {
  r2nn_stage *built = self->built;
  for (uint32_t k = 0; k < built->n_couplings; k++) {
    built->nodes[built->couplings[k].a].g -= built->couplings[k].g;
    built->nodes[built->couplings[k].b].g -= built->couplings[k].g;
  }
  for (uint32_t k = 0; k < built->n_inputs; k++) built->nodes[built->inputs[k].node].g -= built->inputs[k].g;
  for (uint32_t i = 0; i < built->n_nodes; i++) /* a wire; 1e4 times what the model calls one is near enough */
    if (self->nodes[i] == R2NN_NET_GROUND) built->nodes[i].g = 1e4 * self->stage->nodes[i].g;
}

static void build(network *self, uint32_t n_channels) {
  const r2nn_stage *stage = self->stage;
  build_inverters(self, n_channels);
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    self->nodes[i] = self->level.wired[i] ? R2NN_NET_GROUND : r2nn_make_net(self->maker, "n%u_%u", self->index, i);
    if (self->signs.staged[i] && !self->level.wired[i]) self->minus[i] = r2nn_make_net(self->maker, "q%u_%u", self->index, i);
  }
  for (uint32_t i = 0; i < stage->n_nodes; i++) build_node(self, i);
  for (uint32_t k = 0; k < stage->n_inputs; k++) build_input(self, k);
  for (uint32_t k = 0; k < stage->n_couplings; k++) build_coupling(self, k);
  for (uint32_t i = 0; i < stage->n_nodes; i++) build_stage(self, i);
  settle(self);
}

/* Outputs whose sign is heard later on, as far as detectors do not take it away. */
static bool sign_matters(const r2nn_model *model, uint32_t index) {
  r2nn_law law = model->stages[index].law;
  bool is_last = index + 1 == model->n_stages;
  if (law == R2NN_LAW_IDENTITY) return !is_last || model->readout.energy == R2NN_ENERGY_MEAN;
  return law == R2NN_LAW_SATURATE || (law == R2NN_LAW_BANDPASS && model->stages[index].law_bias_v != 0);
}

r2nn_status r2nn_network_design(r2nn_maker *maker, const r2nn_model *model, uint32_t index, const uint32_t *channels,
                                r2nn_circuit_node *nodes, r2nn_error *error) {
  const r2nn_stage *stage = &model->stages[index];
  uint32_t n = stage->n_nodes, n_channels = r2nn_model_stage_channels(model, index);
  network self = {
      .maker = maker, .stage = stage, .built = &maker->circuit->built->stages[index], .index = index, .channels = channels};
  bool *fixed = calloc(n, sizeof *fixed);
  self.inverse = calloc(n_channels, sizeof *self.inverse);
  self.nodes = calloc(n, sizeof *self.nodes);
  self.minus = calloc(n, sizeof *self.minus);
  self.negative = calloc(n, sizeof *self.negative);
  r2nn_status status = R2NN_OK;
  if (!fixed || !self.inverse || !self.nodes || !self.minus || !self.negative)
    status = r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  if (status == R2NN_OK) {
    for (uint32_t k = 0; k < stage->n_outputs && sign_matters(model, index); k++) fixed[stage->outputs[k]] = true;
    status = r2nn_signs_choose(stage, n_channels, fixed, &self.signs, error);
  }
  if (status == R2NN_OK) status = r2nn_level_find(stage, maker->circuit->def.scale_ohm, &self.level, error);
  if (status == R2NN_OK) {
    build(&self, n_channels);
    for (uint32_t i = 0; i < n; i++) nodes[i] = (r2nn_circuit_node){self.nodes[i], self.level.level[i], self.signs.sign[i]};
    if (index == 0) {
      maker->circuit->lowest_hz = self.level.lowest_hz;
      maker->circuit->highest_hz = self.level.highest_hz;
    }
  }
  r2nn_level_free(&self.level);
  r2nn_signs_free(&self.signs);
  free(fixed);
  free(self.inverse);
  free(self.nodes);
  free(self.minus);
  free(self.negative);
  return status;
}
