/* The values that a fit may change, and how a response follows them. */
#include "measure/values.h"

#include <math.h>
#include <stdlib.h>

#define C_SPREAD 0.3 /* capacitors carry all that is lost in a board: by so much may they be off at least, ln */

static void add(r2nn_measure_values *self, r2nn_value_kind kind, uint32_t index, double start, double unit, double spread) {
  if (unit == 0 && start == 0) return;
  self->values[self->n++] = (r2nn_measure_value){kind, index, start, unit, spread};
}

static void add_part(r2nn_measure_values *self, const r2nn_model *model, const r2nn_solver *solver, const r2nn_identify_def *def,
                     uint32_t part) {
  const r2nn_stage *stage = &model->stages[0];
  const r2nn_parts *parts = &solver->parts;
  double spread = def->tolerance;
  for (uint32_t i = parts->first_node[part]; i < parts->first_node[part + 1]; i++) {
    uint32_t node = parts->nodes[i];
    add(self, R2NN_VALUE_D, node, stage->nodes[node].d, 0, spread);
    add(self, R2NN_VALUE_C, node, stage->nodes[node].c, 0, fmax(spread, C_SPREAD));
    /* where the design has none, something leaks nonetheless */
    add(self, R2NN_VALUE_G, node, stage->nodes[node].g, stage->nodes[node].g == 0 ? solver->self[node] : 0, spread);
  }
  for (uint32_t i = parts->first_coupling[part]; i < parts->first_coupling[part + 1]; i++)
    add(self, R2NN_VALUE_COUPLING, parts->couplings[i], stage->couplings[parts->couplings[i]].g, 0, spread);
  for (uint32_t i = parts->first_input[part]; i < parts->first_input[part + 1]; i++)
    add(self, R2NN_VALUE_INPUT, parts->inputs[i], stage->inputs[parts->inputs[i]].g, 0, spread);
  for (uint32_t k = solver->first_output[part]; k < solver->first_output[part + 1]; k++)
    add(self, R2NN_VALUE_GAIN, solver->outputs[k], 1, 0, def->gain_tolerance);
}

r2nn_status r2nn_measure_values_init(r2nn_measure_values *self, const r2nn_model *model, const r2nn_solver *solver,
                                     const r2nn_identify_def *def, r2nn_error *error) {
  const r2nn_stage *stage = &model->stages[0];
  uint32_t most = 3 * stage->n_nodes + stage->n_couplings + stage->n_inputs + stage->n_outputs + 2;
  *self = (r2nn_measure_values){0};
  if (most > R2NN_IDENTIFY_MOST)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "the first stage has up to %u values, %u at most can be identified", most,
                     R2NN_IDENTIFY_MOST);
  self->values = malloc(most * sizeof *self->values);
  self->first = malloc((solver->parts.n_parts + (size_t)1) * sizeof *self->first);
  self->theta = calloc(most, sizeof *self->theta);
  self->gain = malloc((stage->n_outputs + (size_t)1) * sizeof *self->gain);
  if (!self->values || !self->first || !self->theta || !self->gain) {
    r2nn_measure_values_free(self);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  for (uint32_t part = 0; part < solver->parts.n_parts; part++) {
    self->first[part] = self->n;
    add_part(self, model, solver, def, part);
  }
  self->first[solver->parts.n_parts] = self->n;
  if (model->remove_mean) add(self, R2NN_VALUE_HIGHPASS, 0, model->highpass_hz, 0, def->tolerance);
  add(self, R2NN_VALUE_DELAY, 0, 0, def->delay_s, 1);
  return R2NN_OK;
}

void r2nn_measure_values_free(r2nn_measure_values *self) {
  free(self->values);
  free(self->first);
  free(self->theta);
  free(self->gain);
  *self = (r2nn_measure_values){0};
}

double r2nn_measure_value_at(const r2nn_measure_value *value, double theta) {
  return value->unit != 0 ? value->start + value->unit * theta : value->start * exp(theta);
}

void r2nn_measure_values_apply(r2nn_measure_values *self, r2nn_model *model) {
  r2nn_stage *stage = &model->stages[0];
  for (uint32_t i = 0; i < self->n; i++) {
    const r2nn_measure_value *value = &self->values[i];
    double *to[] = {[R2NN_VALUE_D] = &stage->nodes[value->index].d,      [R2NN_VALUE_C] = &stage->nodes[value->index].c,
                    [R2NN_VALUE_G] = &stage->nodes[value->index].g,      [R2NN_VALUE_COUPLING] = &stage->couplings[value->index].g,
                    [R2NN_VALUE_INPUT] = &stage->inputs[value->index].g, [R2NN_VALUE_HIGHPASS] = &model->highpass_hz,
                    [R2NN_VALUE_GAIN] = &self->gain[value->index],       [R2NN_VALUE_DELAY] = &self->delay_s};
    *to[value->kind] = r2nn_measure_value_at(value, self->theta[i]);
  }
}

/* y = front h_out, dh_out = lambda^T (db - dA h). */
void r2nn_measure_values_row(const r2nn_measure_values *self, const r2nn_model *model, const r2nn_solver *solver, uint32_t part,
                             uint32_t k, uint32_t channel, double complex s, double complex front, double complex y,
                             double complex *row) {
  const r2nn_stage *stage = &model->stages[0];
  const uint32_t *local = solver->parts.local;
  const double complex *h = r2nn_solver_from(solver, part, channel), *lambda = r2nn_solver_to(solver, part, k);
  uint32_t output = solver->outputs[solver->first_output[part] + k], n_parts = solver->parts.n_parts;
  for (uint32_t i = self->first[part]; i < self->first[part + 1]; i++) {
    const r2nn_measure_value *value = &self->values[i];
    double scale = value->unit != 0 ? value->unit : r2nn_measure_value_at(value, self->theta[i]); /* d value / d theta */
    double complex d = 0;
    uint32_t a, b;
    switch (value->kind) {
    case R2NN_VALUE_D:
      a = local[value->index];
      d = -s * s * lambda[a] * h[a];
      break;
    case R2NN_VALUE_C:
      a = local[value->index];
      d = -s * lambda[a] * h[a];
      break;
    case R2NN_VALUE_G:
      a = local[value->index];
      d = -lambda[a] * h[a];
      break;
    case R2NN_VALUE_COUPLING:
      a = local[stage->couplings[value->index].a];
      b = local[stage->couplings[value->index].b];
      d = -(lambda[a] - lambda[b]) * (h[a] - h[b]);
      break;
    case R2NN_VALUE_INPUT:
      a = local[stage->inputs[value->index].node];
      d = lambda[a] * ((stage->inputs[value->index].channel == channel ? 1 : 0) - h[a]);
      break;
    default: /* a gain, of one output */
      *row++ = value->index == output ? y : 0;
      continue;
    }
    *row++ = front * d * scale;
  }
  for (uint32_t i = self->first[n_parts]; i < self->n; i++) {
    const r2nn_measure_value *value = &self->values[i];
    double corner = 2 * M_PI * model->highpass_hz;
    *row++ = value->kind == R2NN_VALUE_DELAY ? -s * value->unit * y : -(model->highpass_order * corner / (s + corner)) * y;
  }
}
