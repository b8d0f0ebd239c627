/* What a board does beside its model: offsets, noise, and the limits of its op-amps. */
#include "circuit/make.h"
#include "circuit/reading.h"
#include "core/blas.h"
#include "core/components.h"
#include "core/plan.h"
#include "rt/random.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

#define FOUR_KT 1.66e-20 /* 4 k T at 300 K, W/Hz */

/* While a network is gone through, at the circuit's level; then the model's. */
typedef struct finder {
  const r2nn_opamp *opamp;
  bool is_drawn;
  r2nn_random random; /* of the offsets */
  uint32_t index;     /* of the stage; all below is its own */
  r2nn_reading reading;
  double *current;      /* [n_nodes] A at rest */
  double *stage_offset; /* [n_nodes] V of the negative-resistance stages' op-amps */
  r2nn_flaws flaws;     /* at first noise_a holds squares, slope_v_s 0 for no limit */
} finder;

/* The offset at an op-amp's (+), V; the netlist has it the other way round, at (-). */
static double offset_of(finder *self, uint32_t element) {
  double size = self->opamp->offset_v;
  if (self->is_drawn) return size * r2nn_random_normal(&self->random);
  return self->reading.circuit->elements[element].number % 2 ? -size : size;
}

/* What stands for a channel's offset: that of the op-amp that the networks hear, with its bias current into the nodes' resistors
 * left out, for its output is stiff. */
static double drive_offset(finder *self, uint32_t channel) {
  const r2nn_circuit *circuit = self->reading.circuit;
  double offset = 0;
  for (uint32_t k = 0; k < circuit->n_blocks; k++) {
    const r2nn_block *block = &circuit->blocks[k];
    if (block->kind != R2NN_BLOCK_DRIVE || block->stage != 0 || block->a != channel) continue;
    for (uint32_t i = block->first; i < block->first + block->n_elements; i++)
      if (circuit->elements[i].kind == R2NN_OPAMP && circuit->nets[circuit->elements[i].nets[2]][0] == 'u')
        offset = offset_of(self, i);
  }
  return offset;
}

/* An FDNR with rho = R2/Rx and x = omega R4 Cb. Noise: Ca carries what its lower op-amp's output has of it, which is that of R2,
 * rho that of Rx and R4, |1 - j rho x| that of the upper op-amp's input and rho |1 + j x| of the lower one's. Limit: the two
 * outputs are |1 + jx| and |1 - j rho x| times the node's voltage. */
static void read_fdnr(finder *self, uint32_t node, uint32_t first) {
  r2nn_gic gic = r2nn_reading_gic(&self->reading, first);
  double omega = 2 * M_PI * self->reading.circuit->elements[first].freq_hz, rho = gic.r2 / gic.rx, x = omega * gic.r4 * gic.cb;
  double e = self->opamp->noise_v, largest = hypot(1, fmax(1, rho) * x), admittance = omega * gic.ca;
  double square = FOUR_KT * (gic.r2 + rho * rho * (gic.rx + gic.r4)) + e * e * (1 + rho * rho * x * x + rho * rho * (1 + x * x));
  self->flaws.noise_a[node] += admittance * admittance * square;
  self->current[node] -= self->opamp->bias_a;
  if (self->flaws.slope_v_s) self->flaws.slope_v_s[node] = omega * self->opamp->swing_v / largest;
}

/* A negative-resistance stage: at R3 stands its output, N = 1 + R1 G times its input's offset and noise. */
static void read_negative(finder *self, uint32_t node) {
  double ratio = self->reading.ratio[node], r3 = self->reading.r3[node], hung = self->reading.hung[node];
  double at_r3 = (1 + ratio * r3 * hung) / r3, e = self->opamp->noise_v;
  self->flaws.noise_a[node] += FOUR_KT * (1 / r3 + ratio / r3 + hung * ratio * ratio) + at_r3 * at_r3 * e * e;
  self->current[node] += at_r3 * self->stage_offset[node] + (ratio - 1) * self->opamp->bias_a;
}

/* A resistor between two nets; what is not a node is stiff. */
static void read_resistors(finder *self, const r2nn_block *block) {
  const r2nn_circuit *circuit = self->reading.circuit;
  for (uint32_t i = block->first; i < block->first + block->n_elements; i++) {
    const r2nn_element *e = &circuit->elements[i];
    if (e->kind != R2NN_RESISTOR) continue;
    double g = 1 / r2nn_reading_value(&self->reading, i);
    if (block->kind != R2NN_BLOCK_COUPLING) {
      if (circuit->nets[e->nets[0]][0] == 'n') self->flaws.noise_a[block->a] += FOUR_KT * g;
      continue;
    }
    uint32_t near = i == block->first ? block->a : block->b, far = i == block->first ? block->b : block->a;
    self->flaws.noise_a[far] += FOUR_KT * g;
    if (circuit->nets[e->nets[0]][0] == 'q')
      self->current[far] += g * self->stage_offset[near];
    else
      self->flaws.noise_a[near] += FOUR_KT * g;
  }
}

static void read_block(finder *self, const r2nn_block *block) {
  const r2nn_circuit *circuit = self->reading.circuit;
  if (block->kind == R2NN_BLOCK_NEGATIVE) {
    if (self->reading.r3[block->a] > 0) read_negative(self, block->a);
    return;
  }
  if (block->kind == R2NN_BLOCK_NODE)
    for (uint32_t i = block->first; i < block->first + block->n_elements; i++)
      if (circuit->elements[i].kind == R2NN_CAPACITOR && circuit->elements[i].nets[1] != R2NN_NET_GROUND) {
        r2nn_block to_ground = {.kind = block->kind, .a = block->a, .first = block->first, .n_elements = i - block->first};
        read_resistors(self, &to_ground);
        read_fdnr(self, block->a, i);
        return;
      }
  read_resistors(self, block);
}

/* From currents and squares at the circuit's level to what the model's nodes have, whose volt is so many of the circuit's. */
static void settle(finder *self, double volt) {
  r2nn_flaws *flaws = &self->flaws;
  for (uint32_t i = 0; i < flaws->n_nodes; i++) {
    const r2nn_circuit_node *place = &self->reading.places[i];
    if (place->net == R2NN_NET_GROUND) self->current[i] = flaws->noise_a[i] = 0;
    flaws->noise_a[i] = sqrt(flaws->noise_a[i]) / (place->level * volt);
    self->current[i] *= place->sign / (place->level * volt);
    if (flaws->slope_v_s) flaws->slope_v_s[i] = flaws->slope_v_s[i] > 0 ? flaws->slope_v_s[i] / volt : INFINITY;
  }
}

/* K v = current of every connected part. */
static r2nn_status solve_offsets(finder *self, r2nn_error *error) {
  const r2nn_stage *stage = self->reading.stage;
  r2nn_parts parts;
  r2nn_status status = r2nn_parts_init(&parts, stage, error);
  if (status != R2NN_OK) return status;
  double *k = malloc((size_t)parts.largest * parts.largest * sizeof *k), *v = malloc(parts.largest * sizeof *v);
  double *self_g = malloc(stage->n_nodes * sizeof *self_g);
  if (!k || !v || !self_g) status = r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  if (status == R2NN_OK) r2nn_stage_selves(stage, self_g);
  for (uint32_t p = 0; p < parts.n_parts && status == R2NN_OK; p++) {
    r2nn_parts_conductances(&parts, stage, self_g, p, k);
    const uint32_t *nodes = parts.nodes + parts.first_node[p];
    lapack_int n = (lapack_int)(parts.first_node[p + 1] - parts.first_node[p]);
    for (lapack_int i = 0; i < n; i++) v[i] = self->current[nodes[i]];
    if (LAPACKE_dposv(LAPACK_ROW_MAJOR, 'U', n, 1, k, n, v, 1) != 0)
      status = r2nn_fail(error, R2NN_UNSTABLE, "as built the network is not stable");
    for (lapack_int i = 0; i < n; i++) self->flaws.offset_v[nodes[i]] = v[i];
  }
  free(k);
  free(v);
  free(self_g);
  r2nn_parts_free(&parts);
  return r2nn_blas_settle(status, error);
}

/* The flaws with room for all arrays behind them. */
static r2nn_flaws *new_flaws(uint32_t n, bool is_limited, uint64_t seed) {
  r2nn_flaws *made = calloc(1, sizeof *made + 3 * (size_t)n * sizeof(double));
  if (!made) return NULL;
  double *room = (double *)(made + 1);
  *made = (r2nn_flaws){.n_nodes = n, .offset_v = room, .noise_a = room + n, .seed = seed};
  if (is_limited) made->slope_v_s = room + 2 * (size_t)n;
  return made;
}

/* All blocks of the network. */
static void read_blocks(finder *self) {
  const r2nn_circuit *circuit = self->reading.circuit;
  for (uint32_t k = 0; k < circuit->n_blocks; k++) {
    const r2nn_block *block = &circuit->blocks[k];
    if (block->kind == R2NN_BLOCK_NEGATIVE && block->stage == self->index && self->reading.r3[block->a] > 0)
      self->stage_offset[block->a] = offset_of(self, block->first + block->n_elements - 3);
  }
  for (uint32_t k = 0; k < circuit->n_blocks; k++) {
    const r2nn_block *block = &circuit->blocks[k];
    if (block->stage == self->index && block->kind >= R2NN_BLOCK_NODE && block->kind <= R2NN_BLOCK_NEGATIVE)
      read_block(self, block);
  }
}

/* What the drives bring into the first network. */
static void read_drives(finder *self) {
  const r2nn_stage *stage = self->reading.stage;
  for (uint32_t c = 0; c < self->reading.circuit->n_channels; c++) {
    double offset = drive_offset(self, c);
    for (uint32_t k = 0; k < stage->n_inputs; k++)
      if (stage->inputs[k].channel == c) self->current[stage->inputs[k].node] += stage->inputs[k].g * offset;
  }
}

/* V of the circuit for 1 V of the model in the network. */
static double volt_of(const r2nn_circuit *circuit, uint32_t index) {
  const r2nn_circuit_probe *probe = circuit->probes;
  while (probe->stage != index) probe++;
  return fabs(probe->volt);
}

/* Network index, into its share of the flaws; stage: a copy of the built one. */
static r2nn_status find(finder *self, const r2nn_circuit *circuit, uint32_t index, r2nn_stage *stage, const r2nn_flaws *flaws,
                        r2nn_error *error) {
  double *room = calloc(2 * (size_t)stage->n_nodes, sizeof *room);
  if (!room) return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  self->index = index;
  self->current = room;
  self->stage_offset = room + stage->n_nodes;
  self->flaws = r2nn_stage_flaws(circuit->built, flaws, index);
  r2nn_status status = r2nn_reading_init(&self->reading, circuit, NULL, index, stage, error);
  if (status == R2NN_OK) {
    read_blocks(self);
    settle(self, volt_of(circuit, index));
    if (index == 0) read_drives(self);
    status = solve_offsets(self, error);
  }
  r2nn_reading_free(&self->reading);
  free(room);
  return status;
}

r2nn_status r2nn_board_flaws(const r2nn_circuit *circuit, const r2nn_board_def *def, r2nn_flaws **flaws, r2nn_error *error) {
  *flaws = NULL;
  const r2nn_opamp *opamp = &circuit->def.parts.opamp;
  r2nn_model *stock = r2nn_model_copy(circuit->built);
  r2nn_flaws *made = new_flaws(circuit->n_nodes, opamp->swing_v > 0, def->seed);
  finder self = {.opamp = opamp, .is_drawn = def->seed != 0, .random = r2nn_random_new(def->seed, 61)};
  r2nn_status status = stock && made ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
  uint32_t n_built = circuit->def.network_only ? 1 : circuit->built->n_stages;
  for (uint32_t s = 0; s < n_built && status == R2NN_OK; s++) status = find(&self, circuit, s, &stock->stages[s], made, error);
  r2nn_model_free(stock);
  if (status == R2NN_OK)
    *flaws = made;
  else
    free(made);
  return status;
}

void r2nn_flaws_free(r2nn_flaws *flaws) {
  free(flaws);
}
