/* Lays a discretised stage out as the audio thread runs it. */
#include "core/lay.h"

#include "core/stage.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Where a stage's modes stand in the two banks: lane numbers, fine modes and others counted apart. */
static void number_lanes(const r2nn_discrete *discrete, uint32_t *lane, uint32_t *n_float, uint32_t *n_fine) {
  *n_float = *n_fine = 0;
  for (uint32_t k = 0; k < discrete->modes->n_modes; k++)
    if (discrete->fine[k]) lane[k] = discrete->fine[k] == 2 ? (*n_fine)++ : (*n_float)++;
}

/* An output that is one mode, no other's. */
static bool is_single(const r2nn_part *part) {
  return part->n_modes == 1 && part->n_outputs == 1;
}

/* The groups of lanes from a part's first mode in one bank to its last; n 0: it has none there. */
typedef struct groups {
  uint32_t first, n;
} groups;

static groups part_groups(const r2nn_discrete *discrete, const r2nn_part *part, const uint32_t *lane, int mark, uint32_t lanes) {
  uint32_t first = UINT32_MAX, last = 0;
  for (uint32_t k = part->first_mode; k < part->first_mode + part->n_modes; k++) {
    if (discrete->fine[k] != mark) continue;
    first = lane[k] / lanes < first ? lane[k] / lanes : first;
    last = lane[k] / lanes > last ? lane[k] / lanes : last;
  }
  if (first == UINT32_MAX) return (groups){0};
  return (groups){first, last + 1 - first};
}

#define REAL   float
#define VECTOR r2nn_f32v
#define LANES  R2NN_F32_LANES
#define BANK   r2nn_f32_bank
#define OUTPUT r2nn_f32_output
#define MARK   1
#define NAME   lay_f32_bank
#include "core/lay_bank.inc"

#define REAL   double
#define VECTOR r2nn_f64v
#define LANES  R2NN_F64_LANES
#define BANK   r2nn_f64_bank
#define OUTPUT r2nn_f64_output
#define MARK   2
#define NAME   lay_f64_bank
#include "core/lay_bank.inc"

static void lay_dense(r2nn_arena *a, r2nn_dense_part *dense, const r2nn_discrete *discrete, uint32_t part_index) {
  const r2nn_modes *modes = discrete->modes;
  const r2nn_part *part = &modes->parts[part_index];
  const r2nn_dense *from = &discrete->dense[part_index];
  uint32_t s = from->n_states, m = modes->n_channels;
  double *matrix = r2nn_arena_take(a, (size_t)s * s, sizeof *matrix), *b = r2nn_arena_take(a, (size_t)s * m, sizeof *b);
  double *rows = r2nn_arena_take(a, (size_t)part->n_outputs * s, sizeof *rows), *x = r2nn_arena_take(a, s, sizeof *x),
         *next = r2nn_arena_take(a, s, sizeof *next);
  uint32_t *outputs = r2nn_arena_take(a, part->n_outputs, sizeof *outputs);
  if (!a->base) return;
  *dense = (r2nn_dense_part){
      .n_states = s, .n_outputs = part->n_outputs, .m = matrix, .b = b, .rows = rows, .outputs = outputs, .x = x, .next = next};
  memcpy(matrix, from->m, (size_t)s * s * sizeof *matrix);
  memcpy(b, from->b, (size_t)s * m * sizeof *b);
  memcpy(rows, from->rows, (size_t)part->n_outputs * s * sizeof *rows);
  memcpy(outputs, modes->by_part + part->first_output, part->n_outputs * sizeof *outputs);
}

/* Interleaved re, im. */
static const double *lay_complex(r2nn_arena *a, const double complex *from, size_t count) {
  double *to = r2nn_arena_take(a, 2 * count, sizeof *to);
  for (size_t i = 0; a->base && i < count; i++) {
    to[2 * i] = creal(from[i]);
    to[2 * i + 1] = cimag(from[i]);
  }
  return to;
}

void r2nn_lay_carry(r2nn_arena *a, r2nn_network *network, const r2nn_discrete *discrete, const uint32_t *lane) {
  const r2nn_modes *modes = discrete->modes;
  uint32_t most = 0, n_dense = 0;
  r2nn_carry_part *carry = r2nn_arena_take(a, modes->n_parts, sizeof *carry);
  for (uint32_t p = 0; p < modes->n_parts; p++) {
    const r2nn_part *part = &modes->parts[p];
    bool is_dense = part->kind == R2NN_PART_DENSE;
    r2nn_dense_part *dense = is_dense && a->base ? &network->dense[n_dense++] : NULL;
    r2nn_carry_part to = {.n_states = part->n_states};
    if (is_dense) {
      if (discrete->dense[p].n_states == part->n_states) to.dense = dense;
    } else if (part->shapes) {
      uint32_t *lanes = r2nn_arena_take(a, part->n_modes, sizeof *lanes);
      to.n_modes = part->n_modes;
      to.lane = lanes;
      to.shapes = lay_complex(a, part->shapes, (size_t)part->n_states * part->n_modes);
      to.coordinates = lay_complex(a, part->coordinates, (size_t)part->n_states * part->n_modes);
      for (uint32_t k = 0; a->base && k < part->n_modes; k++) {
        uint32_t mode = part->first_mode + k;
        lanes[k] = discrete->fine[mode] == 0 ? R2NN_LANE_NONE : lane[mode] + (discrete->fine[mode] == 2 ? R2NN_LANE_FINE : 0);
      }
    }
    if (a->base) carry[p] = to;
    if (part->n_states > most) most = part->n_states;
  }
  network->states = r2nn_arena_take(a, most, sizeof *network->states);
  network->carry = carry;
  network->n_carry = modes->n_parts;
}

/* Behind r2nn_lay_carry(). */
static void lay_limits(r2nn_arena *a, r2nn_network *network, const r2nn_stage *stage, const r2nn_discrete *discrete,
                       const double *slope_v_s) {
  r2nn_limit *limits = r2nn_arena_take(a, stage->n_nodes, sizeof *limits);
  network->n_limits = 0;
  for (uint32_t p = 0; a->base && p < discrete->modes->n_parts; p++) {
    const r2nn_part *part = &discrete->modes->parts[p];
    bool is_whole = network->carry[p].dense || network->carry[p].n_modes;
    for (uint32_t i = 0, state = part->n_nodes; i < part->n_nodes; i++) {
      uint32_t node = part->nodes[i];
      const r2nn_node *values = &stage->nodes[node];
      if (values->d <= 0) continue;
      double unit = part->scale[i] * sqrt(r2nn_stage_self(stage, node) / values->d), most = slope_v_s[node] / unit;
      if (is_whole && isfinite(most)) limits[network->n_limits++] = (r2nn_limit){p, state, most};
      state++;
    }
  }
  network->limits = limits;
}

void r2nn_lay_flaws(r2nn_arena *a, r2nn_rt_stage *stage, const r2nn_stage *values, const r2nn_discrete *discrete,
                    const r2nn_flaws *flaws) {
  stage->n_noise = flaws->noise_a ? values->n_nodes : 0;
  stage->noise = r2nn_arena_take(a, stage->n_noise, sizeof *stage->noise);
  if (flaws->slope_v_s) lay_limits(a, &stage->network, values, discrete, flaws->slope_v_s);
  stage->offset = flaws->offset_v ? r2nn_arena_take(a, values->n_outputs, sizeof *stage->offset) : NULL;
  for (uint32_t o = 0; a->base && stage->offset && o < values->n_outputs; o++)
    stage->offset[o] = (float)flaws->offset_v[values->outputs[o]];
}

void r2nn_lay_stage(r2nn_arena *a, r2nn_rt_stage *stage, const r2nn_stage *values, const r2nn_discrete *discrete, uint32_t *lane) {
  const r2nn_modes *modes = discrete->modes;
  uint32_t n_outputs = modes->n_outputs, n_dense = 0, n_float, n_fine;
  number_lanes(discrete, lane, &n_float, &n_fine);
  r2nn_network *network = &stage->network;
  for (uint32_t p = 0; p < modes->n_parts; p++) n_dense += modes->parts[p].kind == R2NN_PART_DENSE;
  uint32_t n_rows = discrete->n_taps * modes->n_channels, stride = (n_outputs + R2NN_F32_LANES - 1) / R2NN_F32_LANES;
  r2nn_dense_part *dense = r2nn_arena_take(a, n_dense, sizeof *dense);
  r2nn_f32v *taps = r2nn_arena_take(a, (size_t)n_rows * stride, sizeof *taps);
  *network = (r2nn_network){
      .n_inputs = modes->n_channels,
      .n_outputs = n_outputs,
      .n_taps = discrete->n_taps,
      .latency = discrete->latency,
      .n_dense = n_dense,
      .dense = dense,
      .taps = taps,
      .tap_stride = stride,
      .u = r2nn_arena_take(a, (size_t)modes->n_channels * R2NN_U_STRIDE, sizeof *network->u),
  };
  for (uint32_t row = 0; a->base && row < n_rows; row++)
    memcpy(taps + (size_t)row * stride, discrete->taps + (size_t)row * n_outputs, n_outputs * sizeof *discrete->taps);
  for (uint32_t p = 0, at = 0; p < modes->n_parts; p++)
    if (modes->parts[p].kind == R2NN_PART_DENSE) lay_dense(a, a->base ? &dense[at++] : NULL, discrete, p);
  lay_f32_bank(a, &network->f32, discrete, lane, n_float);
  lay_f64_bank(a, &network->f64, discrete, lane, n_fine);
  stage->y = r2nn_arena_take(a, (size_t)R2NN_TILE * n_outputs, sizeof *stage->y);
  stage->frames = r2nn_arena_take(a, (size_t)R2NN_TILE * n_outputs, sizeof *stage->frames);
  stage->rate_hz = discrete->rate_hz;
  stage->response_error_db = discrete->error_db;
  stage->detector = (r2nn_detector){
      .n = n_outputs,
      .law = values->law,
      .scale = (float)fmin(fmax(values->law_scale_v, (double)FLT_MIN), (double)FLT_MAX),
      .bias = (float)values->law_bias_v,
      .keep = values->smooth_s > 0 ? exp(-1 / (values->smooth_s * discrete->rate_hz)) : 0,
      .hold = values->law == R2NN_LAW_AGC ? (float)r2nn_stage_hold(values, discrete->rate_hz) : 0,
      .suppress = values->suppress_common,
      .every = r2nn_stage_every(values, discrete->rate_hz),
      .smooth = r2nn_arena_take(a, n_outputs, sizeof *stage->detector.smooth),
  };
}
