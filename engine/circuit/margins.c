/* How much room a circuit leaves: swing, noise, offset, power. */
#include "circuit/level.h"
#include "circuit/make.h"
#include "circuit/reading.h"
#include "circuit/scan.h"
#include "r2nn/board.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>

/* An FDNR, of which two outputs stand at |1 + jx| and |1 - j rho x| times its node's voltage, x = omega tau. */
typedef struct fdnr {
  uint32_t node;
  double rho, tau;
} fdnr;

/* A negative-resistance stage: its output is v + sum R1/R (v - v_far) over the resistors R on its (-). */
typedef struct stage {
  uint32_t node, first, end; /* its looks */
} stage;

typedef struct look {
  uint32_t far; /* a net */
  double ratio; /* R1/R */
} look;

typedef struct finder {
  const r2nn_circuit *circuit;
  r2nn_margins *margins;
  uint32_t n_fdnrs, n_stages;
  fdnr *fdnrs;   /* [n_fdnrs] */
  stage *stages; /* [n_stages] */
  look *looks;
  double complex *volt; /* [n_nets] of the nodes and of what drives them, at one frequency */
} finder;

static void finder_free(finder *self) {
  free(self->fdnrs);
  free(self->stages);
  free(self->looks);
  free(self->volt);
}

static void add_fdnr(finder *self, const r2nn_block *block) {
  const r2nn_reading stock = {.circuit = self->circuit};
  for (uint32_t i = block->first; i < block->first + block->n_elements; i++)
    if (self->circuit->elements[i].kind == R2NN_CAPACITOR && self->circuit->elements[i].nets[1] != R2NN_NET_GROUND) {
      r2nn_gic gic = r2nn_reading_gic(&stock, i);
      self->fdnrs[self->n_fdnrs++] = (fdnr){block->a, gic.r2 / gic.rx, gic.r4 * gic.cb};
      return;
    }
}

static void add_stage(finder *self, const r2nn_block *block) {
  const r2nn_element *elements = self->circuit->elements;
  uint32_t op = block->first, first = self->n_stages ? self->stages[self->n_stages - 1].end : 0, n = first;
  while (op < block->first + block->n_elements && elements[op].kind != R2NN_OPAMP) op++;
  if (op == block->first + block->n_elements) return;
  for (uint32_t i = 0; i < self->circuit->n_elements; i++)
    if (elements[i].kind == R2NN_RESISTOR && elements[i].nets[0] == elements[op].nets[1])
      self->looks[n++] = (look){elements[i].nets[1], elements[op + 1].value / elements[i].value};
  self->stages[self->n_stages++] = (stage){block->a, first, n};
}

static bool finder_init(finder *self, const r2nn_circuit *circuit, r2nn_margins *margins) {
  uint32_t n = circuit->built->stages[0].n_nodes;
  *self = (finder){.circuit = circuit,
                   .margins = margins,
                   .fdnrs = calloc(n, sizeof *self->fdnrs),
                   .stages = calloc(n, sizeof *self->stages),
                   .looks = calloc(circuit->n_elements, sizeof *self->looks),
                   .volt = calloc(circuit->n_nets, sizeof *self->volt)};
  if (!self->fdnrs || !self->stages || !self->looks || !self->volt) return false;
  for (uint32_t k = 0; k < circuit->n_blocks; k++) {
    const r2nn_block *block = &circuit->blocks[k];
    if (block->stage == 0 && block->kind == R2NN_BLOCK_NODE) add_fdnr(self, block);
    if (block->stage == 0 && block->kind == R2NN_BLOCK_NEGATIVE) add_stage(self, block);
  }
  return true;
}

static void set_volts(finder *self, const r2nn_scan_point *point, uint32_t channel) {
  const r2nn_circuit *circuit = self->circuit;
  for (uint32_t i = 0; i < point->n_nodes; i++) {
    size_t at = (size_t)i * point->n_channels + channel;
    self->volt[circuit->nodes[i].net] = circuit->nodes[i].sign * (point->re[at] + I * point->im[at]);
  }
  for (uint32_t k = 0; k < circuit->n_blocks; k++) {
    const r2nn_block *block = &circuit->blocks[k];
    if (block->stage != 0 || block->kind != R2NN_BLOCK_INPUT || block->n_elements == 0) continue;
    self->volt[circuit->elements[block->first].nets[1]] = block->b == channel;
  }
  self->volt[R2NN_NET_GROUND] = 0;
}

static void note_gain(finder *self, double gain, uint32_t node, const char *at, double freq_hz) {
  r2nn_margins *margins = self->margins;
  if (gain <= margins->gain) return;
  margins->gain = gain;
  margins->gain_node = node;
  margins->gain_at = at;
  margins->gain_hz = freq_hz;
}

static void find_gain(void *context, const r2nn_scan_point *point) {
  finder *self = context;
  const r2nn_circuit *circuit = self->circuit;
  for (uint32_t c = 0; c < point->n_channels; c++) {
    set_volts(self, point, c);
    for (uint32_t i = 0; i < point->n_nodes; i++)
      note_gain(self, cabs(self->volt[circuit->nodes[i].net]), i, "output", point->freq_hz);
    for (uint32_t k = 0; k < self->n_fdnrs; k++) {
      const fdnr *it = &self->fdnrs[k];
      double reach = hypot(1, fmax(1, it->rho) * 2 * M_PI * point->freq_hz * it->tau);
      note_gain(self, reach * cabs(self->volt[circuit->nodes[it->node].net]), it->node, "FDNR", point->freq_hz);
    }
    for (uint32_t k = 0; k < self->n_stages; k++) {
      const stage *it = &self->stages[k];
      double complex v = self->volt[circuit->nodes[it->node].net], out = v;
      for (uint32_t i = it->first; i < it->end; i++) out += self->looks[i].ratio * (v - self->volt[self->looks[i].far]);
      note_gain(self, cabs(out), it->node, "negative-resistance stage", point->freq_hz);
    }
  }
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
  *margins = (r2nn_margins){.gain_at = "output", .full_v = INFINITY};
  r2nn_status status = r2nn_level_find(stage, circuit->def.scale_ohm, &level, error);
  if (status != R2NN_OK) return status;
  finder self;
  status = finder_init(&self, circuit, margins) ? r2nn_scan(circuit, true, find_gain, &self, error)
                                                : r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  finder_free(&self);
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
