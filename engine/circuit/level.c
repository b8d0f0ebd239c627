/* The impedance level of every part of a network, and where its nodes resonate. */
#include "circuit/level.h"

#include "core/components.h"
#include "r2nn/base.h"

#include <math.h>
#include <stdlib.h>

/* A model states a short as a conductance a thousand times the others': so much over all that joins the node, and over every
 * coupling of the stage, is one. */
#define SHORT 100.0

/* Where capacitors, a node's 1/K_ii, and its largest resistor are comfortable. */
#define GOOD_FARAD  10e-9
#define LEAST_OHM   1e3
#define LARGEST_OHM 200e3
#define MOST_OHM    4.7e6

/* Sums over one connected part. */
typedef struct part {
  double log_g, log_omega, log_self, least_g;
  uint32_t n_g, n_nodes;
} part;

void r2nn_level_free(r2nn_level *level) {
  free(level->level);
  free(level->omega);
  free(level->self);
  free(level->wired);
  *level = (r2nn_level){0};
}

static void add_resistor(part *to, double g) {
  if (g == 0) return;
  to->log_g += log(fabs(g));
  to->least_g = to->n_g++ ? fmin(to->least_g, fabs(g)) : fabs(g);
}

/* What all the resistors and nodes of every part are like in the middle. */
static void gather(const r2nn_stage *stage, const r2nn_level *level, const uint32_t *component, part *parts) {
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    if (level->wired[i]) continue;
    add_resistor(&parts[component[i]], stage->nodes[i].g);
    parts[component[i]].log_omega += log(level->omega[i]);
    parts[component[i]].log_self += log(level->self[i]);
    parts[component[i]].n_nodes++;
  }
  for (uint32_t k = 0; k < stage->n_couplings; k++) add_resistor(&parts[component[stage->couplings[k].a]], stage->couplings[k].g);
  for (uint32_t k = 0; k < stage->n_inputs; k++) add_resistor(&parts[component[stage->inputs[k].node]], stage->inputs[k].g);
}

static double level_of(const part *of, double ohm) {
  if (of->n_g == 0 || of->n_nodes == 0) return 1;
  if (ohm > 0) return 1 / (ohm * exp(of->log_g / of->n_g));
  double omega = exp(of->log_omega / of->n_nodes), self = exp(of->log_self / of->n_nodes);
  double good = fmin(fmax(1 / (omega * GOOD_FARAD), LEAST_OHM), LARGEST_OHM);
  double level = fmax(1 / (good * self), 1 / (MOST_OHM * of->least_g));
  return fmin(level, 1 / (LEAST_OHM * self));
}

static void find(const r2nn_stage *stage, double ohm, r2nn_level *level, const uint32_t *component, part *parts) {
  double largest = 0;
  for (uint32_t k = 0; k < stage->n_couplings; k++) largest = fmax(largest, fabs(stage->couplings[k].g));
  r2nn_stage_selves(stage, level->self);
  level->lowest_hz = INFINITY;
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    const r2nn_node *node = &stage->nodes[i];
    double self = level->self[i];
    level->wired[i] = largest > 0 && node->g > SHORT * (self - node->g) && node->g > SHORT * largest;
    level->omega[i] = node->d > 0 ? sqrt(self / node->d) : self / node->c;
    if (level->wired[i]) continue;
    level->lowest_hz = fmin(level->lowest_hz, level->omega[i] / (2 * M_PI));
    level->highest_hz = fmax(level->highest_hz, level->omega[i] / (2 * M_PI));
  }
  gather(stage, level, component, parts);
  for (uint32_t i = 0; i < stage->n_nodes; i++) level->level[i] = level_of(&parts[component[i]], ohm);
}

r2nn_status r2nn_level_find(const r2nn_stage *stage, double ohm, r2nn_level *level, r2nn_error *error) {
  uint32_t n = stage->n_nodes;
  uint32_t *component = calloc(n, sizeof *component);
  part *parts = calloc(n, sizeof *parts);
  *level = (r2nn_level){.level = calloc(n, sizeof *level->level),
                        .omega = calloc(n, sizeof *level->omega),
                        .self = calloc(n, sizeof *level->self),
                        .wired = calloc(n, sizeof *level->wired)};
  bool enough = component && parts && level->level && level->omega && level->self && level->wired;
  if (enough) {
    r2nn_components(stage, component);
    find(stage, ohm, level, component, parts);
  }
  free(component);
  free(parts);
  if (enough) return R2NN_OK;
  r2nn_level_free(level);
  return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
}
