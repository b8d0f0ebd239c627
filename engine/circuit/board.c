/* One board of a circuit: its parts drawn, and the model that they make. */
#include "r2nn/board.h"

#include "circuit/gic.h"
#include "circuit/make.h"
#include "rt/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is found out about one network, S and F at the circuit's impedance level until settle(). */
typedef struct board {
  const r2nn_circuit *circuit;
  const double *factors;           /* may be NULL */
  const r2nn_circuit_node *places; /* [n_nodes] of the stage */
  r2nn_stage *stage;               /* its nodes' g hold K_ii, also of d and c, until settle() */
  double *ratio;                   /* [n_nodes] R1/R3 of its negative-resistance stage */
  double *r3;                      /* [n_nodes] ohm; 0 without such a stage */
  double *hung;                    /* [n_nodes] S: what hangs on its (-) */
  double *inverted;                /* [n_channels] gain of the channel's inverter */
} board;

r2nn_board_def r2nn_board_def_default(void) {
  return (r2nn_board_def){.tolerance = -1};
}

void r2nn_board_draw(const r2nn_circuit *circuit, const r2nn_board_def *def, double *factors) {
  r2nn_random random = r2nn_random_new(def->seed, 60);
  const r2nn_part_model *parts = &circuit->def.parts;
  for (uint32_t i = 0; i < circuit->n_elements; i++) {
    r2nn_element_kind kind = circuit->elements[i].kind;
    bool is_capacitor = kind == R2NN_CAPACITOR, is_drawn = def->seed && (is_capacitor || kind == R2NN_RESISTOR);
    double own = is_capacitor ? parts->capacitor.tolerance : parts->resistor.tolerance;
    double tolerance = def->tolerance < 0 ? own : def->tolerance;
    factors[i] = is_drawn ? 1 + tolerance * (2 * r2nn_random_uniform(&random) - 1) : 1;
  }
}

static double value_of(const board *self, uint32_t element) {
  return self->circuit->elements[element].value * (self->factors ? self->factors[element] : 1);
}

static double conductance_of(const board *self, uint32_t element) {
  return 1 / value_of(self, element);
}

/* The first letter of a net tells what it is: q the (-) of a negative-resistance stage, m an inverter's output. */
static bool is_net(const board *self, uint32_t net, char letter) {
  return net != R2NN_NET_GROUND && self->circuit->nets[net][0] == letter;
}

/* A capacitor to ground and the resistance of its loss, which is right at one frequency. */
static void add_capacitor(const board *self, uint32_t element, r2nn_node *node) {
  double farad = value_of(self, element), omega = 2 * M_PI * self->circuit->elements[element].freq_hz;
  node->c += farad;
  node->g += omega * farad * self->circuit->def.parts.capacitor.loss;
}

static void read_node(board *self, const r2nn_block *block) {
  const r2nn_circuit *circuit = self->circuit;
  r2nn_node *node = &self->stage->nodes[block->a];
  uint32_t end = block->first + block->n_elements;
  for (uint32_t i = block->first; i < end; i++) {
    const r2nn_element *e = &circuit->elements[i];
    if (e->nets[1] != R2NN_NET_GROUND) { /* Ca: the string of five parts begins */
      r2nn_gic gic = {.ca = value_of(self, i),
                      .r2 = value_of(self, i + 1),
                      .rx = value_of(self, i + 2),
                      .r4 = value_of(self, i + 3),
                      .cb = value_of(self, i + 4)};
      r2nn_gic_load(&gic, &circuit->def.parts, 2 * M_PI * e->freq_hz, node);
      return;
    }
    if (e->kind == R2NN_RESISTOR)
      node->g += conductance_of(self, i);
    else
      add_capacitor(self, i, node);
  }
}

/* What a negative-resistance stage is made of; its op-amp is the third from the end of its block. */
static void read_negative(board *self, const r2nn_block *block) {
  uint32_t op = block->first + block->n_elements - 3;
  if (block->n_elements < 3 || self->circuit->elements[op].kind != R2NN_OPAMP) return;
  self->r3[block->a] = value_of(self, op + 2);
  self->ratio[block->a] = value_of(self, op + 1) / value_of(self, op + 2);
}

/* And the conductance to ground that it turns. */
static void read_turned(board *self, const r2nn_block *block) {
  if (block->n_elements == 0 || self->circuit->elements[block->first].kind != R2NN_RESISTOR) return;
  double g = conductance_of(self, block->first);
  self->hung[block->a] += g;
  self->stage->nodes[block->a].g -= self->ratio[block->a] * g;
}

static void read_inverter(board *self, const r2nn_block *block) {
  if (block->n_elements < 3 || !is_net(self, self->circuit->elements[block->first].nets[2], 'm')) return;
  self->inverted[block->a] = value_of(self, block->first + 1) / value_of(self, block->first + 2);
}

/* A coupling between nodes that carry signs a and b: what the rows of a and b have of it, at the model's level. */
static double read_coupling(board *self, const r2nn_block *block) {
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

static double read_input(board *self, const r2nn_block *block) {
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
static void add_stages(board *self) {
  const r2nn_opamp *opamp = &self->circuit->def.parts.opamp;
  for (uint32_t i = 0; i < self->stage->n_nodes; i++) {
    if (self->r3[i] <= 0) continue;
    double noise_gain = 1 + self->ratio[i] * self->r3[i] * self->hung[i], extra = noise_gain * noise_gain / self->r3[i];
    self->stage->nodes[i].g += extra / opamp->gain;
    if (opamp->gbw_hz > 0) self->stage->nodes[i].c += extra / (2 * M_PI * opamp->gbw_hz);
  }
}

/* From K_ii of the circuit to the model's values. */
static void settle(board *self, const r2nn_stage *stock) {
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
static void read_blocks(board *self, uint32_t index) {
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

static r2nn_status read_stage(const r2nn_circuit *circuit, const double *factors, uint32_t index, const r2nn_circuit_node *places,
                              r2nn_stage *stage, r2nn_error *error) {
  uint32_t n = stage->n_nodes, n_channels = r2nn_model_stage_channels(circuit->built, index);
  board self = {.circuit = circuit, .factors = factors, .places = places, .stage = stage};
  double *room = calloc(3 * (size_t)n + n_channels, sizeof *room);
  if (!room) return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  self.ratio = room;
  self.r3 = self.ratio + n;
  self.hung = self.r3 + n;
  self.inverted = self.hung + n;
  for (uint32_t i = 0; i < n; i++) stage->nodes[i] = (r2nn_node){0};
  read_blocks(&self, index);
  add_stages(&self);
  settle(&self, &circuit->built->stages[index]);
  free(room);
  return R2NN_OK;
}

/* The corner that the high-passes of all channels have in the middle. */
static void read_drive(const r2nn_circuit *circuit, const double *factors, r2nn_model *model) {
  double logs = 0;
  uint32_t n = 0;
  for (uint32_t k = 0; k < circuit->n_blocks && factors; k++) {
    const r2nn_block *block = &circuit->blocks[k];
    if (block->kind != R2NN_BLOCK_DRIVE || block->stage != 0 || block->n_elements == 0) continue;
    if (circuit->elements[block->first].kind != R2NN_CAPACITOR) continue;
    for (uint32_t i = block->first; i < block->first + block->n_elements; i++) logs -= log(factors[i]);
    n++;
  }
  if (n) model->highpass_hz *= exp(logs / (n * model->highpass_order));
}

r2nn_status r2nn_board_model(const r2nn_circuit *circuit, const double *factors, r2nn_model **model, r2nn_error *error) {
  *model = NULL;
  r2nn_model *made = r2nn_model_copy(circuit->built);
  if (!made) return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  r2nn_status status = R2NN_OK;
  uint32_t first = 0, n_built = circuit->def.network_only ? 1 : made->n_stages;
  for (uint32_t s = 0; s < n_built && status == R2NN_OK; s++) {
    status = read_stage(circuit, factors, s, circuit->nodes + first, &made->stages[s], error);
    first += made->stages[s].n_nodes;
  }
  read_drive(circuit, factors, made);
  r2nn_error reason = {""};
  if (status == R2NN_OK && !circuit->def.unchecked && r2nn_model_check(made, &reason) != R2NN_OK)
    status = r2nn_fail(error, R2NN_UNSTABLE, "as built the network is not stable: %.400s", reason.text);
  if (status == R2NN_OK)
    *model = made;
  else
    r2nn_model_free(made);
  return status;
}

r2nn_status r2nn_board_build(const r2nn_circuit *circuit, const r2nn_board_def *def, r2nn_model **model, r2nn_error *error) {
  *model = NULL;
  double *factors = malloc(((size_t)circuit->n_elements + 1) * sizeof *factors);
  if (!factors) return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  r2nn_board_draw(circuit, def, factors);
  r2nn_status status = r2nn_board_model(circuit, factors, model, error);
  free(factors);
  return status;
}
