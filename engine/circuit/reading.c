/* One network of a circuit, read back from its parts. */
#include "circuit/reading.h"

#include "circuit/make.h"

#include <math.h>
#include <stdlib.h>

double r2nn_reading_value(const r2nn_reading *self, uint32_t element) {
  return self->circuit->elements[element].value * (self->factors ? self->factors[element] : 1);
}

static double conductance_of(const r2nn_reading *self, uint32_t element) {
  return 1 / r2nn_reading_value(self, element);
}

r2nn_gic r2nn_reading_gic(const r2nn_reading *self, uint32_t element) {
  return (r2nn_gic){.ca = r2nn_reading_value(self, element),
                    .r2 = r2nn_reading_value(self, element + 1),
                    .rx = r2nn_reading_value(self, element + 2),
                    .r4 = r2nn_reading_value(self, element + 3),
                    .cb = r2nn_reading_value(self, element + 4)};
}

/* The first letter of a net tells what it is: q the (-) of a negative-resistance stage, m an inverter's output. */
static bool is_net(const r2nn_reading *self, uint32_t net, char letter) {
  return net != R2NN_NET_GROUND && self->circuit->nets[net][0] == letter;
}

/* A capacitor to ground and the resistance of its loss, which is right at one frequency. */
static void add_capacitor(const r2nn_reading *self, uint32_t element, r2nn_node *node) {
  double farad = r2nn_reading_value(self, element), omega = 2 * M_PI * self->circuit->elements[element].freq_hz;
  node->c += farad;
  node->g += omega * farad * self->circuit->def.parts.capacitor.loss;
}

static void read_node(r2nn_reading *self, const r2nn_block *block) {
  const r2nn_circuit *circuit = self->circuit;
  r2nn_node *node = &self->stage->nodes[block->a];
  uint32_t end = block->first + block->n_elements;
  for (uint32_t i = block->first; i < end; i++) {
    const r2nn_element *e = &circuit->elements[i];
    if (e->nets[1] != R2NN_NET_GROUND) { /* Ca: the string of five parts begins */
      r2nn_gic gic = r2nn_reading_gic(self, i);
      r2nn_gic_load(&gic, &circuit->def.parts, 2 * M_PI * e->freq_hz, &self->places[block->a].about, node);
      return;
    }
    if (e->kind == R2NN_RESISTOR)
      node->g += conductance_of(self, i);
    else
      add_capacitor(self, i, node);
  }
}

/* What a negative-resistance stage is made of; its op-amp is the third from the end of its block. */
static void read_negative(r2nn_reading *self, const r2nn_block *block) {
  uint32_t op = block->first + block->n_elements - 3;
  if (block->n_elements < 3 || self->circuit->elements[op].kind != R2NN_OPAMP) return;
  self->r3[block->a] = r2nn_reading_value(self, op + 2);
  self->ratio[block->a] = r2nn_reading_value(self, op + 1) / r2nn_reading_value(self, op + 2);
}

/* And the conductance to ground that it turns. */
static void read_turned(r2nn_reading *self, const r2nn_block *block) {
  if (block->n_elements == 0 || self->circuit->elements[block->first].kind != R2NN_RESISTOR) return;
  double g = conductance_of(self, block->first);
  self->hung[block->a] += g;
  self->stage->nodes[block->a].g -= self->ratio[block->a] * g;
}

static void read_inverter(r2nn_reading *self, const r2nn_block *block) {
  if (block->n_elements < 3 || !is_net(self, self->circuit->elements[block->first].nets[2], 'm')) return;
  self->inverted[block->a] = r2nn_reading_value(self, block->first + 1) / r2nn_reading_value(self, block->first + 2);
}

/* A coupling between nodes that carry signs a and b: what the rows of a and b have of it, at the model's level. */
static double read_coupling(r2nn_reading *self, const r2nn_block *block) {
  uint32_t a = block->a, b = block->b, i = block->first;
  double in_a = conductance_of(self, i), in_b = in_a;
  if (block->n_elements == 2) { /* negative: each end's stage looks at the other end, and each resistor loads it */
    double ga = in_a, gb = conductance_of(self, i + 1);
    in_a = gb - self->ratio[a] * ga;
    in_b = ga - self->ratio[b] * gb;
    self->hung[a] += ga;
    self->hung[b] += gb;
  }
  self->stage->nodes[a].g += in_a;
  self->stage->nodes[b].g += in_b;
  return (in_a + in_b) / 2 * self->places[a].sign * self->places[b].sign / self->places[a].level;
}

static double read_input(r2nn_reading *self, const r2nn_block *block) {
  const r2nn_element *e = &self->circuit->elements[block->first];
  double g = conductance_of(self, block->first), load = g;
  if (is_net(self, e->nets[0], 'q')) {
    self->hung[block->a] += g;
    g = load = -self->ratio[block->a] * g;
  } else if (is_net(self, e->nets[1], 'm')) {
    g *= -self->inverted[block->b];
  }
  self->stage->nodes[block->a].g += load;
  return g * self->places[block->a].sign / self->places[block->a].level;
}

/* A stage whose op-amp's gain is A takes N V/A off its output, N = 1 + R1 G: through R3 it adds (1/A0 + s/wt) N^2/R3 to its node.
 */
static void add_stages(r2nn_reading *self) {
  const r2nn_opamp *opamp = &self->circuit->def.parts.opamp;
  for (uint32_t i = 0; i < self->stage->n_nodes; i++) {
    if (self->r3[i] <= 0) continue;
    double noise_gain = 1 + self->ratio[i] * self->r3[i] * self->hung[i], extra = noise_gain * noise_gain / self->r3[i];
    self->stage->nodes[i].g += extra / opamp->gain;
    if (opamp->gbw_hz > 0) self->stage->nodes[i].c += extra / (2 * M_PI * opamp->gbw_hz);
  }
}

/* From K_ii of the circuit to the model's values. */
static void settle(r2nn_reading *self, const r2nn_stage *stock) {
  r2nn_stage *stage = self->stage;
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    r2nn_node *node = &stage->nodes[i];
    double level = self->places[i].level;
    *node = (r2nn_node){node->d / level, node->c / level, node->g / level};
  }
  for (uint32_t k = 0; k < stage->n_couplings; k++) {
    stage->nodes[stage->couplings[k].a].g -= stage->couplings[k].g;
    stage->nodes[stage->couplings[k].b].g -= stage->couplings[k].g;
  }
  for (uint32_t k = 0; k < stage->n_inputs; k++) stage->nodes[stage->inputs[k].node].g -= stage->inputs[k].g;
  for (uint32_t i = 0; i < stage->n_nodes; i++)
    if (self->places[i].net == R2NN_NET_GROUND) stage->nodes[i] = stock->nodes[i];
}

/* Blocks come in the order of the couplings and inputs that they build, some of which have none. */
static void read_blocks(r2nn_reading *self, uint32_t index) {
  const r2nn_circuit *circuit = self->circuit;
  r2nn_stage *stage = self->stage;
  uint32_t coupling = 0, input = 0;
  for (uint32_t k = 0; k < circuit->n_blocks; k++) {
    const r2nn_block *block = &circuit->blocks[k];
    if (block->stage != index) continue;
    if (block->kind == R2NN_BLOCK_NEGATIVE) read_negative(self, block);
    if (block->kind == R2NN_BLOCK_DRIVE) read_inverter(self, block);
  }
  for (uint32_t k = 0; k < circuit->n_blocks; k++) {
    const r2nn_block *block = &circuit->blocks[k];
    if (block->stage != index) continue;
    if (block->kind == R2NN_BLOCK_NODE) read_node(self, block);
    if (block->kind == R2NN_BLOCK_NEGATIVE) read_turned(self, block);
    if (block->kind == R2NN_BLOCK_COUPLING) {
      while (stage->couplings[coupling].a != block->a || stage->couplings[coupling].b != block->b) coupling++;
      if (block->n_elements) stage->couplings[coupling].g = read_coupling(self, block);
    }
    if (block->kind == R2NN_BLOCK_INPUT) {
      while (stage->inputs[input].node != block->a || stage->inputs[input].channel != block->b) input++;
      if (block->n_elements) stage->inputs[input].g = read_input(self, block);
    }
  }
}

r2nn_status r2nn_reading_init(r2nn_reading *reading, const r2nn_circuit *circuit, const double *factors, uint32_t index,
                              r2nn_stage *stage, r2nn_error *error) {
  uint32_t n = stage->n_nodes, n_channels = r2nn_model_stage_channels(circuit->built, index), first = 0;
  for (uint32_t s = 0; s < index; s++) first += circuit->built->stages[s].n_nodes;
  *reading = (r2nn_reading){.circuit = circuit, .factors = factors, .places = circuit->nodes + first, .stage = stage};
  double *room = calloc(3 * (size_t)n + n_channels, sizeof *room);
  if (!room) return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  reading->ratio = room;
  reading->r3 = reading->ratio + n;
  reading->hung = reading->r3 + n;
  reading->inverted = reading->hung + n;
  for (uint32_t i = 0; i < n; i++) stage->nodes[i] = (r2nn_node){0};
  read_blocks(reading, index);
  add_stages(reading);
  settle(reading, &circuit->built->stages[index]);
  return R2NN_OK;
}

void r2nn_reading_free(r2nn_reading *reading) {
  free(reading->ratio);
}
