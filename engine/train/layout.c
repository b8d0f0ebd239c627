/* Start values of every topology. */
#include "train/layout.h"

#include "core/topology.h"
#include "rt/random.h"

#include <math.h>
#include <stdlib.h>

#define TWO_PI          6.28318530717958647692
#define K_START         1e-4  /* S: K_ii of a node at the start, 10 kOhm */
#define INPUT_SHARE     0.3   /* of it the inputs' part */
#define COUPLING_START  1e-3  /* random couplings of a network to be trained, of K_START */
#define COUPLING_RANDOM 0.5   /* of an untrained random network, all couplings of a node together */
#define KNEE_HZ         700.0 /* frequencies are spaced evenly on ln(1 + f/knee), as hearing does it, */
#define KNEE_SHARE      0.25  /* but the knee is at most this share of the range */
#define GRID_SPREAD     0.3   /* natural log of the grid's random start values */
#define GRID_GROUND     0.02  /* of K_START */
#define Q_LOW           0.5
#define LOG_FLOOR_V     1e-6  /* V: far below what is heard, so that the level does not matter */
#define AGC_SHARE       0.01  /* of the peak: 40 dB below it is nothing */
#define Q_HIGH          500.0 /* film capacitors, tan delta 1e-3 with headroom (system.md §6) */
#define Q_HIGH_SLOW     6.0   /* of a slow stage: events are a few of its periods long */
#define SLOW_UNIT       5.0   /* 1 in theta of a slow stage's input: so many times what an input is at the start */

static r2nn_bounds bounds_of(const r2nn_recipe *recipe, const r2nn_stage_recipe *shape) {
  return (r2nn_bounds){
      .g_low = 1 / recipe->resistor_hi_ohm,
      .g_high = 1 / recipe->resistor_lo_ohm,
      .f_low = shape->fmin_hz / 2,
      .f_high = shape->fmax_hz * 1.1,
      .q_low = Q_LOW,
      .q_high = shape->slow ? Q_HIGH_SLOW : Q_HIGH,
  };
}

double r2nn_layout_freq(const r2nn_stage_recipe *shape, uint32_t i, uint32_t n) {
  double share = n > 1 ? (double)i / (n - 1) : 0.5;
  if (shape->slow) return shape->fmin_hz * pow(shape->fmax_hz / shape->fmin_hz, share);
  if (shape->linear) return shape->fmin_hz + (shape->fmax_hz - shape->fmin_hz) * share;
  double knee = fmin(KNEE_HZ, KNEE_SHARE * shape->fmax_hz);
  double low = log1p(shape->fmin_hz / knee), high = log1p(shape->fmax_hz / knee);
  return knee * expm1(low + (high - low) * share);
}

/* Node i's frequency and whether it is an integrator: in a slow stage the order is random. */
static double start_node(const r2nn_stage_recipe *shape, uint32_t i, uint32_t n, uint32_t *order, r2nn_random *random,
                         bool *first_order) {
  *first_order = false;
  if (!shape->slow) return r2nn_layout_freq(shape, i, n);
  uint32_t other = i + (uint32_t)(r2nn_random_uniform(random) * (n - i)), at = order[other];
  order[other] = order[i];
  *first_order = r2nn_random_uniform(random) < shape->first_order;
  return r2nn_layout_freq(shape, at, n);
}

/* Tuned resonators, coupled or not, with signed inputs where there are several channels. */
static r2nn_status start_tuned(const r2nn_recipe *recipe, const r2nn_stage_recipe *shape, uint32_t n_channels, uint64_t seed,
                               r2nn_stage *stage, r2nn_params *params, r2nn_error *error) {
  r2nn_bounds bounds = bounds_of(recipe, shape);
  r2nn_random random = r2nn_random_new(seed, 1), nodes = r2nn_random_new(seed, 3);
  uint32_t n = stage->n_nodes;
  double coupling = recipe->start_coupled ? COUPLING_RANDOM / sqrt(n) : COUPLING_START;
  double unit = shape->slow ? SLOW_UNIT * INPUT_SHARE * K_START / n_channels : 0;
  uint32_t *order = malloc(n * sizeof *order);
  if (!order) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u nodes", n);
  for (uint32_t i = 0; i < n; i++) order[i] = i;
  for (uint32_t i = 0; i < n; i++) {
    bool first_order;
    double freq_hz = start_node(shape, i, n, order, &nodes, &first_order);
    r2nn_params_add(params, first_order ? R2NN_PARAM_CORNER : R2NN_PARAM_FREQ, i, freq_hz, 0, &bounds);
    if (!first_order) r2nn_params_add(params, R2NN_PARAM_Q, i, shape->q, 0, &bounds);
    r2nn_params_add(params, R2NN_PARAM_GROUND, i, (1 - INPUT_SHARE) * K_START, 0, &bounds);
  }
  free(order);
  for (uint32_t k = 0; k < stage->n_couplings; k++)
    r2nn_params_add(params, R2NN_PARAM_COUPLING_SIGNED, k, coupling * K_START * r2nn_random_normal(&random), 0, &bounds);
  /* Inputs stand node by node, n_channels each; a node's are drawn twice, first for their sum. */
  for (uint32_t i = 0; i < n; i++) {
    r2nn_random again = random;
    double sum = 0;
    for (uint32_t c = 0; c < n_channels; c++) sum += fabs(r2nn_random_normal(&again));
    for (uint32_t c = 0; c < n_channels; c++) {
      uint32_t k = i * n_channels + c;
      double draw = r2nn_random_normal(&random);
      if (n_channels == 1)
        r2nn_params_add(params, R2NN_PARAM_INPUT, k, INPUT_SHARE * K_START, 0, &bounds);
      else
        r2nn_params_add(params, R2NN_PARAM_INPUT_SIGNED, k, INPUT_SHARE * K_START * draw / sum, unit, &bounds);
    }
  }
  return R2NN_OK;
}

/* The paper's lattice: FDNRs and capacitors fixed and alike, couplings and ground conductances positive and trained. All nodes
 * start around the middle of the range; what tells the classes apart is trained into the conductances. */
static void start_grid(const r2nn_recipe *recipe, const r2nn_stage_recipe *shape, uint64_t seed, r2nn_stage *stage,
                       r2nn_params *params) {
  r2nn_bounds bounds = bounds_of(recipe, shape);
  r2nn_random random = r2nn_random_new(seed, 2);
  uint32_t n_cells = stage->n_nodes / 2, corners[4];
  double w0 = TWO_PI * sqrt(shape->fmin_hz * shape->fmax_hz), d = K_START / (w0 * w0), c = d * w0 / shape->q;
  r2nn_topology_corners(shape->n_rows, shape->n_cols, corners);
  for (uint32_t i = 0; i < stage->n_nodes; i++) stage->nodes[i] = (r2nn_node){.d = d, .c = c};
  for (uint32_t k = 0; k < stage->n_couplings; k++) {
    bool inner = stage->couplings[k].b >= n_cells;
    double g = inner ? K_START : K_START / 4 * exp(GRID_SPREAD * r2nn_random_normal(&random));
    r2nn_params_add(params, R2NN_PARAM_COUPLING, k, g, 0, &bounds);
  }
  for (uint32_t i = 0; i < n_cells; i++) {
    bool corner = i == corners[0] || i == corners[1] || i == corners[2] || i == corners[3];
    if (corner)
      params->ground[i] = R2NN_SHORT * K_START;
    else
      r2nn_params_add(params, R2NN_PARAM_GROUND, i, GRID_GROUND * K_START, 0, &bounds);
  }
  for (uint32_t k = 0; k < stage->n_inputs; k++) r2nn_params_add(params, R2NN_PARAM_INPUT, k, K_START / 4, 0, &bounds);
}

/* With the energy head every class has one output: nodes of a bank or a full network spread over the range, or inner nodes spread
 * along the left, bottom and right edges of a grid. */
static r2nn_status outputs_for_energy(const r2nn_stage_recipe *shape, uint32_t n_classes, r2nn_stage *stage, r2nn_error *error) {
  if (stage->n_outputs == n_classes) return R2NN_OK;
  bool grid = shape->topology == R2NN_GRID;
  uint32_t rows = shape->n_rows, cols = shape->n_cols, n = grid ? 2 * (rows - 2) + cols - 2 : stage->n_nodes;
  if (n < n_classes)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT,
                     "stage %s: the energy head needs an output for each of %u classes, there is room for %u", stage->topology,
                     n_classes, n);
  uint32_t *outputs = realloc(stage->outputs, n_classes * sizeof *outputs);
  if (!outputs) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u outputs", n_classes);
  stage->outputs = outputs;
  stage->n_outputs = n_classes;
  for (uint32_t o = 0; o < n_classes; o++) {
    uint32_t at = (uint32_t)((o + 0.5) * n / n_classes);
    if (grid && at < rows - 2) /* down the left edge, along the bottom, up the right */
      at = rows * cols + (1 + at) * cols;
    else if (grid && at < rows - 2 + cols - 2)
      at = rows * cols + (rows - 1) * cols + 1 + at - (rows - 2);
    else if (grid)
      at = rows * cols + (rows - 2 - (at - (rows - 2) - (cols - 2))) * cols + cols - 1;
    outputs[o] = at;
  }
  return R2NN_OK;
}

r2nn_status r2nn_layout_start(const r2nn_recipe *recipe, uint32_t index, uint32_t n_channels, uint32_t n_classes, uint64_t seed,
                              r2nn_stage *stage, r2nn_params *params, r2nn_error *error) {
  const r2nn_stage_recipe *shape = &recipe->stages[index];
  bool last = index + 1 == recipe->n_stages;
  r2nn_status status = R2NN_OK;
  *params = (r2nn_params){0};
  switch (shape->topology) {
  case R2NN_BANK:
  case R2NN_N_TOPOLOGIES:
    status = r2nn_topology_bank(stage, shape->n_rows, n_channels, error);
    break;
  case R2NN_FULL:
    status = r2nn_topology_full(stage, shape->n_rows, n_channels, error);
    break;
  case R2NN_GRID:
    status = r2nn_topology_grid(stage, shape->n_rows, shape->n_cols, n_channels, error);
    break;
  }
  if (status == R2NN_OK && recipe->head == R2NN_HEAD_ENERGY && last) status = outputs_for_energy(shape, n_classes, stage, error);
  if (status != R2NN_OK) return status;
  if (!r2nn_params_init(params, stage)) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u nodes", stage->n_nodes);
  if (shape->topology == R2NN_GRID)
    start_grid(recipe, shape, seed, stage, params);
  else
    status = start_tuned(recipe, shape, n_channels, seed, stage, params, error);
  if (status != R2NN_OK) return status;
  stage->law = shape->law;
  stage->law_scale_v = shape->law == R2NN_LAW_LOG ? LOG_FLOOR_V : shape->law == R2NN_LAW_AGC ? AGC_SHARE : 1;
  stage->smooth_s = shape->smooth_s;
  stage->rate_hz = shape->rate_hz;
  stage->suppress_common = shape->suppress_common;
  r2nn_params_clip(params);
  r2nn_params_apply(params, stage);
  return R2NN_OK;
}

void r2nn_layout_prune(const r2nn_recipe *recipe, r2nn_stage *stage) {
  double least = (1 - 1e-9) / recipe->resistor_hi_ohm; /* what stands at the bound stays: exp(ln g) may be a little less than g */
  uint32_t n = 0;
  /* What is taken out of K_ii goes to ground, so that no node is detuned. */
  for (uint32_t k = 0; k < stage->n_couplings; k++) {
    r2nn_coupling coupling = stage->couplings[k];
    if (fabs(coupling.g) >= least) {
      stage->couplings[n++] = coupling;
    } else {
      stage->nodes[coupling.a].g += coupling.g;
      stage->nodes[coupling.b].g += coupling.g;
    }
  }
  stage->n_couplings = n;
  uint32_t n_inputs = 0;
  for (uint32_t k = 0; k < stage->n_inputs; k++) n_inputs += fabs(stage->inputs[k].g) >= least;
  if (!n_inputs) return; /* a stage without an input is none: its inputs stay though they are out of range */
  n = 0;
  for (uint32_t k = 0; k < stage->n_inputs; k++) {
    r2nn_input input = stage->inputs[k];
    if (fabs(input.g) >= least)
      stage->inputs[n++] = input;
    else
      stage->nodes[input.node].g += input.g;
  }
  stage->n_inputs = n;
}
