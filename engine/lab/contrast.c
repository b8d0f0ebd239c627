/* A resistor network that learns by a local rule. */
#include "lab/contrast.h"

#include <stdlib.h>
#include <string.h>

bool r2nn_contrast_init(r2nn_contrast *self, const r2nn_lab_graph *graph, const r2nn_lab_learning *learning, uint32_t n_inputs,
                        const uint32_t *inputs, uint32_t reference, uint32_t n_outputs, const uint32_t *outputs) {
  uint32_t n_held = n_inputs + 1 + n_outputs;
  *self = (r2nn_contrast){.graph = graph, .learning = *learning, .n_inputs = n_inputs, .n_outputs = n_outputs};
  self->held = malloc(n_held * sizeof *self->held);
  self->levels = malloc(graph->n_edges * sizeof *self->levels);
  self->g = malloc(graph->n_edges * sizeof *self->g);
  self->volts = malloc(n_held * sizeof *self->volts);
  self->v_free = malloc(graph->n_nodes * sizeof *self->v_free);
  self->v_clamped = malloc(graph->n_nodes * sizeof *self->v_clamped);
  bool good = self->held && self->levels && self->g && self->volts && self->v_free && self->v_clamped;
  if (good) {
    memcpy(self->held, inputs, n_inputs * sizeof *inputs);
    self->held[n_inputs] = reference;
    memcpy(self->held + n_inputs + 1, outputs, n_outputs * sizeof *outputs);
    for (uint32_t e = 0; e < graph->n_edges; e++) self->levels[e] = learning->n_levels / 2;
    good = r2nn_kirchhoff_init(&self->free, graph, n_inputs + 1, self->held) &&
           r2nn_kirchhoff_init(&self->clamped, graph, n_held, self->held);
  }
  if (!good) r2nn_contrast_free(self);
  return good;
}

void r2nn_contrast_free(r2nn_contrast *self) {
  free(self->held);
  free(self->levels);
  free(self->g);
  free(self->volts);
  free(self->v_free);
  free(self->v_clamped);
  r2nn_kirchhoff_free(&self->free);
  r2nn_kirchhoff_free(&self->clamped);
  *self = (r2nn_contrast){0};
}

/* Conductances in parts of the least, 1/Rmax. */
static void take_levels(r2nn_contrast *self) {
  for (uint32_t e = 0; e < self->graph->n_edges; e++) self->g[e] = (double)self->learning.n_levels / self->levels[e];
}

void r2nn_contrast_map(r2nn_contrast *self, double *map) {
  take_levels(self);
  r2nn_kirchhoff_factor(&self->free, self->g);
  memset(self->volts, 0, (self->n_inputs + 1) * sizeof *self->volts);
  for (uint32_t i = 0; i < self->n_inputs; i++) {
    self->volts[i] = 1;
    r2nn_kirchhoff_solve(&self->free, self->volts, self->v_free);
    self->volts[i] = 0;
    for (uint32_t o = 0; o < self->n_outputs; o++) map[o * self->n_inputs + i] = self->v_free[self->held[self->n_inputs + 1 + o]];
  }
}

void r2nn_contrast_step(r2nn_contrast *self, const double *inputs, const double *wanted) {
  uint32_t n = self->n_inputs;
  take_levels(self);
  memcpy(self->volts, inputs, n * sizeof *inputs);
  self->volts[n] = 0;
  r2nn_kirchhoff_factor(&self->free, self->g);
  r2nn_kirchhoff_solve(&self->free, self->volts, self->v_free);
  for (uint32_t o = 0; o < self->n_outputs; o++) {
    double was = self->v_free[self->held[n + 1 + o]];
    self->volts[n + 1 + o] = was + self->learning.eta * (wanted[o] - was);
  }
  r2nn_kirchhoff_factor(&self->clamped, self->g);
  r2nn_kirchhoff_solve(&self->clamped, self->volts, self->v_clamped);
  for (uint32_t e = 0; e < self->graph->n_edges; e++) {
    uint32_t a = self->graph->edges[e].a, b = self->graph->edges[e].b;
    double before = self->v_free[a] - self->v_free[b], after = self->v_clamped[a] - self->v_clamped[b];
    self->n_drops++;
    self->n_same_sign += before * after > 0;
    if (self->learning.rule->rises(before, after, self->learning.bias_v))
      self->levels[e] += self->levels[e] < self->learning.n_levels;
    else
      self->levels[e] -= self->levels[e] > 1;
  }
}
