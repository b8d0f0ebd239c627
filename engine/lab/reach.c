/* The linear maps that a passive network can reach. */
#include "lab/reach.h"

#include "rt/random.h"
#include "train/adam.h"

#include <math.h>
#include <stdlib.h>

enum { STARTS = 4, STEPS = 3000 };
#define RATE 0.1

/* E[x_i x_k] of uniform inputs is 1/3 for i = k, else 1/4. */
double r2nn_reach_error(uint32_t n_inputs, uint32_t n_outputs, const double *map, const double *wanted) {
  double error = 0;
  for (uint32_t o = 0; o < n_outputs; o++)
    for (uint32_t i = 0; i < n_inputs; i++)
      for (uint32_t k = 0; k < n_inputs; k++)
        error += (map[o * n_inputs + i] - wanted[o * n_inputs + i]) * (map[o * n_inputs + k] - wanted[o * n_inputs + k]) *
                 (i == k ? 1.0 / 3 : 0.25);
  return error / n_outputs;
}

bool r2nn_reach_init(r2nn_reach *self, const r2nn_lab_linear_def *def, const double *wanted) {
  uint32_t held[9];
  for (uint32_t i = 0; i < def->n_inputs; i++) held[i] = def->inputs[i];
  held[def->n_inputs] = def->reference;
  *self = (r2nn_reach){.def = def, .wanted = wanted};
  self->g = malloc(def->graph->n_edges * sizeof *self->g);
  self->v = malloc((size_t)def->n_inputs * def->graph->n_nodes * sizeof *self->v);
  self->unit = malloc(def->graph->n_nodes * sizeof *self->unit);
  bool good = self->g && self->v && self->unit && r2nn_kirchhoff_init(&self->law, def->graph, def->n_inputs + 1, held);
  if (!good) r2nn_reach_free(self);
  return good;
}

void r2nn_reach_free(r2nn_reach *self) {
  free(self->g);
  free(self->v);
  free(self->unit);
  r2nn_kirchhoff_free(&self->law);
  *self = (r2nn_reach){0};
}

/* ln g goes from 0 to ln G as theta from -infinity to infinity. */
static double spread(const r2nn_reach *self) {
  return log(self->def->learning.n_levels);
}

double r2nn_reach_loss(r2nn_reach *self, const double *theta, double *gradient) {
  const r2nn_lab_linear_def *def = self->def;
  const r2nn_lab_graph *graph = def->graph;
  uint32_t n_in = def->n_inputs, n_out = def->n_outputs;
  double map[64], volts[9] = {0};
  for (uint32_t e = 0; e < graph->n_edges; e++) {
    self->g[e] = exp(spread(self) / (1 + exp(-theta[e])));
    gradient[e] = 0;
  }
  if (!r2nn_kirchhoff_factor(&self->law, self->g)) return (double)NAN;
  for (uint32_t i = 0; i < n_in; i++) {
    double *v = self->v + (size_t)i * graph->n_nodes;
    volts[i] = 1;
    r2nn_kirchhoff_solve(&self->law, volts, v);
    volts[i] = 0;
    for (uint32_t o = 0; o < n_out; o++) map[o * n_in + i] = v[def->outputs[o]];
  }
  /* dV_o/dg_e = -(w_a - w_b)(v_a - v_b), w the answer to a unit current at o. */
  for (uint32_t o = 0; o < n_out; o++) {
    r2nn_kirchhoff_unit(&self->law, def->outputs[o], self->unit);
    for (uint32_t i = 0; i < n_in; i++) {
      const double *v = self->v + (size_t)i * graph->n_nodes;
      double along = 0;
      for (uint32_t k = 0; k < n_in; k++)
        along += 2 * (map[o * n_in + k] - self->wanted[o * n_in + k]) * (i == k ? 1.0 / 3 : 0.25) / n_out;
      for (uint32_t e = 0; e < graph->n_edges; e++) {
        uint32_t a = graph->edges[e].a, b = graph->edges[e].b;
        gradient[e] -= along * (self->unit[a] - self->unit[b]) * (v[a] - v[b]);
      }
    }
  }
  for (uint32_t e = 0; e < graph->n_edges; e++) {
    double s = 1 / (1 + exp(-theta[e]));
    gradient[e] *= self->g[e] * spread(self) * s * (1 - s);
  }
  return r2nn_reach_error(n_in, n_out, map, self->wanted);
}

bool r2nn_reach_least(r2nn_reach *self, double *least) {
  uint32_t n = self->def->graph->n_edges;
  double *theta = malloc(2 * n * sizeof *theta), *gradient = theta ? theta + n : NULL;
  r2nn_random random = r2nn_random_new(self->def->learning.seed, 71);
  *least = HUGE_VAL;
  bool good = theta != NULL;
  for (int start = 0; start < STARTS && good; start++) {
    r2nn_adam adam;
    if (!(good = r2nn_adam_init(&adam, n, STEPS, RATE))) break;
    for (uint32_t e = 0; e < n; e++) theta[e] = r2nn_random_normal(&random);
    for (int step = 0; step < STEPS; step++) {
      *least = fmin(*least, r2nn_reach_loss(self, theta, gradient));
      r2nn_adam_step(&adam, theta, gradient);
    }
    r2nn_adam_free(&adam);
  }
  free(theta);
  return good;
}
