/* theta, the circuit it stands for, and the chain rule between them. */
#include "train/params.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNIT   1e-4 /* S: what 1 usually means in a signed entry, about one ground conductance */
#define SOFT   1e-3 /* of the unit: |x| is sqrt(x^2 + SOFT^2), smooth where a coupling changes sign */
#define TWO_PI 6.28318530717958647692

static double soft_abs(double x, double unit) {
  return sqrt(x * x + SOFT * unit * SOFT * unit);
}

bool r2nn_params_init(r2nn_params *params, const r2nn_stage *stage) {
  uint32_t most = 3 * stage->n_nodes + stage->n_couplings + stage->n_inputs;
  *params = (r2nn_params){.n_nodes = stage->n_nodes};
  params->entries = calloc(most, sizeof *params->entries);
  params->theta = calloc(most, sizeof *params->theta);
  params->gradient = calloc(most, sizeof *params->gradient);
  params->tuned = calloc(stage->n_nodes, sizeof *params->tuned);
  params->w0 = calloc(stage->n_nodes, sizeof *params->w0);
  params->q = calloc(stage->n_nodes, sizeof *params->q);
  params->ground = calloc(stage->n_nodes, sizeof *params->ground);
  if (params->entries && params->theta && params->gradient && params->tuned && params->w0 && params->q && params->ground)
    return true;
  r2nn_params_free(params);
  return false;
}

void r2nn_params_free(r2nn_params *params) {
  free(params->entries);
  free(params->theta);
  free(params->gradient);
  free(params->tuned);
  free(params->w0);
  free(params->q);
  free(params->ground);
  *params = (r2nn_params){0};
}

void r2nn_params_add(r2nn_params *params, r2nn_param_kind kind, uint32_t index, double value, double unit,
                     const r2nn_bounds *bounds) {
  r2nn_param *entry = &params->entries[params->n];
  double *theta = &params->theta[params->n++];
  if (unit <= 0) unit = UNIT;
  *entry = (r2nn_param){.kind = kind, .index = index, .unit = unit, .low = log(bounds->g_low), .high = log(bounds->g_high)};
  *theta = log(value);
  switch (kind) {
  case R2NN_PARAM_FREQ:
  case R2NN_PARAM_CORNER:
    params->tuned[index] = true;
    *theta = log(TWO_PI * value);
    entry->low = log(TWO_PI * bounds->f_low);
    entry->high = log(TWO_PI * bounds->f_high);
    break;
  case R2NN_PARAM_Q:
    entry->low = log(bounds->q_low);
    entry->high = log(bounds->q_high);
    break;
  case R2NN_PARAM_COUPLING_SIGNED:
  case R2NN_PARAM_INPUT_SIGNED:
    *theta = value / unit;
    entry->low = -bounds->g_high / unit;
    entry->high = bounds->g_high / unit;
    break;
  case R2NN_PARAM_GROUND:
  case R2NN_PARAM_COUPLING:
  case R2NN_PARAM_INPUT:
    break;
  }
}

void r2nn_params_apply(r2nn_params *params, r2nn_stage *stage) {
  for (uint32_t k = 0; k < params->n; k++) {
    uint32_t i = params->entries[k].index;
    double theta = params->theta[k], unit = params->entries[k].unit;
    switch (params->entries[k].kind) {
    case R2NN_PARAM_FREQ:
    case R2NN_PARAM_CORNER:
      params->w0[i] = exp(theta);
      break;
    case R2NN_PARAM_Q:
      params->q[i] = exp(theta);
      break;
    case R2NN_PARAM_GROUND:
      params->ground[i] = exp(theta);
      break;
    case R2NN_PARAM_COUPLING_SIGNED:
      stage->couplings[i].g = unit * theta;
      break;
    case R2NN_PARAM_COUPLING:
      stage->couplings[i].g = exp(theta);
      break;
    case R2NN_PARAM_INPUT_SIGNED:
      stage->inputs[i].g = unit * theta;
      break;
    case R2NN_PARAM_INPUT:
      stage->inputs[i].g = exp(theta);
      break;
    }
  }
  /* self = g0 + sum |G| + sum |B|; g = self - sum G - sum B */
  double *self = params->gradient; /* free until the chain rule, and at least 3 n_nodes long */
  memcpy(self, params->ground, params->n_nodes * sizeof *self);
  for (uint32_t i = 0; i < params->n_nodes; i++) stage->nodes[i].g = params->ground[i];
  for (uint32_t k = 0; k < params->n; k++) {
    r2nn_param_kind kind = params->entries[k].kind;
    bool is_signed = kind == R2NN_PARAM_COUPLING_SIGNED || kind == R2NN_PARAM_INPUT_SIGNED;
    uint32_t ends[2], n_ends = 0;
    double g = 0;
    if (kind == R2NN_PARAM_COUPLING || kind == R2NN_PARAM_COUPLING_SIGNED) {
      const r2nn_coupling *coupling = &stage->couplings[params->entries[k].index];
      g = coupling->g;
      ends[n_ends++] = coupling->a;
      ends[n_ends++] = coupling->b;
    } else if (kind == R2NN_PARAM_INPUT || kind == R2NN_PARAM_INPUT_SIGNED) {
      const r2nn_input *input = &stage->inputs[params->entries[k].index];
      g = input->g;
      ends[n_ends++] = input->node;
    }
    for (uint32_t e = 0; e < n_ends; e++) {
      double size = is_signed ? soft_abs(g, params->entries[k].unit) : g;
      self[ends[e]] += size;
      stage->nodes[ends[e]].g += size - g;
    }
  }
  for (uint32_t i = 0; i < params->n_nodes; i++) {
    if (!params->tuned[i]) continue;
    bool first_order = params->q[i] <= 0;
    stage->nodes[i].d = first_order ? 0 : self[i] / (params->w0[i] * params->w0[i]);
    stage->nodes[i].c = self[i] / (params->w0[i] * (first_order ? 1 : params->q[i]));
  }
}

/* What a node's K_ii does to the loss through its d and c. */
static double through_self(const r2nn_params *params, const r2nn_stage_gradient *elements, uint32_t i) {
  if (!params->tuned[i]) return 0;
  if (params->q[i] <= 0) return elements->c[i] / params->w0[i];
  return elements->d[i] / (params->w0[i] * params->w0[i]) + elements->c[i] / (params->w0[i] * params->q[i]);
}

/* What the size of a conductance at node i does beyond its own element: through g_i and K_ii. slope = d|g|/dg. */
static double through_node(const r2nn_params *params, const r2nn_stage_gradient *elements, uint32_t i, double slope) {
  return (slope - 1) * elements->g[i] + slope * through_self(params, elements, i);
}

void r2nn_params_chain(r2nn_params *params, const r2nn_stage *stage, const r2nn_stage_gradient *elements) {
  for (uint32_t k = 0; k < params->n; k++) {
    uint32_t i = params->entries[k].index;
    double unit = params->entries[k].unit, *out = &params->gradient[k];
    switch (params->entries[k].kind) {
    case R2NN_PARAM_FREQ:
    case R2NN_PARAM_CORNER: /* d = 0 */
      *out = -2 * stage->nodes[i].d * elements->d[i] - stage->nodes[i].c * elements->c[i];
      break;
    case R2NN_PARAM_Q:
      *out = -stage->nodes[i].c * elements->c[i];
      break;
    case R2NN_PARAM_GROUND:
      *out = params->ground[i] * (elements->g[i] + through_self(params, elements, i));
      break;
    case R2NN_PARAM_COUPLING_SIGNED:
    case R2NN_PARAM_COUPLING: {
      const r2nn_coupling *coupling = &stage->couplings[i];
      bool is_signed = params->entries[k].kind == R2NN_PARAM_COUPLING_SIGNED;
      double slope = is_signed ? coupling->g / soft_abs(coupling->g, unit) : 1;
      *out = elements->couplings[i] + through_node(params, elements, coupling->a, slope) +
             through_node(params, elements, coupling->b, slope);
      *out *= is_signed ? unit : coupling->g;
      break;
    }
    case R2NN_PARAM_INPUT_SIGNED:
    case R2NN_PARAM_INPUT: {
      const r2nn_input *input = &stage->inputs[i];
      bool is_signed = params->entries[k].kind == R2NN_PARAM_INPUT_SIGNED;
      double slope = is_signed ? input->g / soft_abs(input->g, unit) : 1;
      *out = elements->inputs[i] + through_node(params, elements, input->node, slope);
      *out *= is_signed ? unit : input->g;
      break;
    }
    }
  }
}

void r2nn_params_clip(r2nn_params *params) {
  for (uint32_t k = 0; k < params->n; k++)
    params->theta[k] = fmin(fmax(params->theta[k], params->entries[k].low), params->entries[k].high);
}
