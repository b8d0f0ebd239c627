/* Where a stage needs op-amps for what is negative in it, and how few will do. */
#include "circuit/signs.h"

#include "core/components.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Looks at a coupling that a search may take: within these all signs are tried, beyond them descent ends with a choice that is
 * nearly as good. */
#define MOST_LOOKS 2e8

/* A share of K_ii: what rounding leaves of a ground conductance that is 0. */
#define NOTHING 1e-9

typedef struct search {
  const r2nn_stage *stage;
  uint32_t n_channels;
  const bool *fixed;
  double *self;          /* [n_nodes] K_ii */
  uint32_t *match;       /* [n_channels] the node that a channel is matched with, or n_nodes */
  bool *seen;            /* [n_channels] */
  uint32_t *first_input; /* [n_nodes + 1] into inputs */
  uint32_t *inputs;      /* [n_inputs] by node */
  uint32_t *stack;       /* [n_nodes] */
} search;

double r2nn_signs_coupling(const r2nn_signs *signs, const r2nn_coupling *coupling) {
  return signs->sign[coupling->a] * signs->sign[coupling->b] * coupling->g;
}

double r2nn_signs_input(const r2nn_signs *signs, const r2nn_input *input) {
  return signs->sign[input->node] * input->g;
}

void r2nn_signs_free(r2nn_signs *signs) {
  free(signs->sign);
  free(signs->staged);
  free(signs->inverted);
  free(signs->ground);
  *signs = (r2nn_signs){0};
}

/* Kuhn's step: find a channel for the negative inputs of node, moving others. */
static bool augment(search *self, const r2nn_signs *signs, uint32_t node) {
  for (uint32_t k = self->first_input[node]; k < self->first_input[node + 1]; k++) {
    const r2nn_input *input = &self->stage->inputs[self->inputs[k]];
    uint32_t channel = input->channel;
    if (r2nn_signs_input(signs, input) >= 0 || self->seen[channel]) continue;
    self->seen[channel] = true;
    if (self->match[channel] == self->stage->n_nodes || augment(self, signs, self->match[channel])) {
      self->match[channel] = node;
      return true;
    }
  }
  return false;
}

/* Mark what an alternating path reaches from an unmatched node: the cover is the channels that are reached and the nodes that are
 * not (Koenig). */
static void reach(search *self, const r2nn_signs *signs, uint32_t node, bool *reached) {
  reached[node] = true;
  for (uint32_t k = self->first_input[node]; k < self->first_input[node + 1]; k++) {
    const r2nn_input *input = &self->stage->inputs[self->inputs[k]];
    uint32_t channel = input->channel;
    if (r2nn_signs_input(signs, input) >= 0 || self->seen[channel]) continue;
    self->seen[channel] = true;
    if (!reached[self->match[channel]]) reach(self, signs, self->match[channel], reached);
  }
}

/* Stages and inverters for the negative inputs of nodes that have no stage yet: as few as there can be. reached[n_nodes]. */
static void cover_inputs(search *self, r2nn_signs *signs, bool *reached) {
  uint32_t n = self->stage->n_nodes;
  for (uint32_t c = 0; c < self->n_channels; c++) self->match[c] = n;
  memset(reached, 0, n * sizeof *reached);
  bool *needs = reached; /* first: is the node part of the problem and unmatched? */
  for (uint32_t i = 0; i < n; i++) {
    bool has = false;
    for (uint32_t k = self->first_input[i]; k < self->first_input[i + 1]; k++)
      has |= r2nn_signs_input(signs, &self->stage->inputs[self->inputs[k]]) < 0;
    if (!has || signs->staged[i]) continue;
    memset(self->seen, 0, self->n_channels * sizeof *self->seen);
    needs[i] = !augment(self, signs, i);
  }
  uint32_t n_free = 0;
  for (uint32_t i = 0; i < n; i++)
    if (needs[i]) self->stack[n_free++] = i;
  memset(reached, 0, n * sizeof *reached);
  memset(self->seen, 0, self->n_channels * sizeof *self->seen);
  for (uint32_t k = 0; k < n_free; k++)
    if (!reached[self->stack[k]]) reach(self, signs, self->stack[k], reached);
  for (uint32_t c = 0; c < self->n_channels; c++) {
    if (self->match[c] == n) continue;
    if (self->seen[c])
      signs->inverted[c] = true;
    else
      signs->staged[self->match[c]] = true;
  }
}

/* What is left to build to ground when everything else is as it is now. */
static void find_ground(const search *self, r2nn_signs *signs) {
  memcpy(signs->ground, self->self, self->stage->n_nodes * sizeof *signs->ground);
  for (uint32_t k = 0; k < self->stage->n_couplings; k++) {
    const r2nn_coupling *coupling = &self->stage->couplings[k];
    double g = r2nn_signs_coupling(signs, coupling);
    signs->ground[coupling->a] -= g;
    signs->ground[coupling->b] -= g;
  }
  for (uint32_t k = 0; k < self->stage->n_inputs; k++) {
    const r2nn_input *input = &self->stage->inputs[k];
    double g = r2nn_signs_input(signs, input);
    signs->ground[input->node] -= g < 0 && signs->inverted[input->channel] ? -g : g;
  }
}

/* The op-amps that the signs need. */
static uint32_t count(search *self, r2nn_signs *signs, bool *reached) {
  uint32_t n = self->stage->n_nodes;
  memset(signs->staged, 0, n * sizeof *signs->staged);
  for (uint32_t k = 0; k < self->stage->n_couplings; k++) {
    const r2nn_coupling *coupling = &self->stage->couplings[k];
    if (r2nn_signs_coupling(signs, coupling) < 0) signs->staged[coupling->a] = signs->staged[coupling->b] = true;
  }
  for (bool again = true; again;) {
    again = false;
    memset(signs->inverted, 0, self->n_channels * sizeof *signs->inverted);
    cover_inputs(self, signs, reached);
    find_ground(self, signs);
    for (uint32_t i = 0; i < n; i++) {
      bool is_short_of = signs->ground[i] < -NOTHING * self->self[i];
      if (!is_short_of) signs->ground[i] = fmax(signs->ground[i], 0);
      if (signs->ground[i] < NOTHING * self->self[i] && signs->ground[i] > 0) signs->ground[i] = 0;
      if (is_short_of && !signs->staged[i]) signs->staged[i] = again = true;
    }
  }
  signs->n_opamps = 0;
  for (uint32_t i = 0; i < n; i++) signs->n_opamps += signs->staged[i];
  for (uint32_t c = 0; c < self->n_channels; c++) signs->n_opamps += signs->inverted[c];
  return signs->n_opamps;
}

/* Give every node the sign that makes the couplings of a spanning forest positive. */
static void spread(const search *self, r2nn_signs *signs, bool *known) {
  uint32_t n = self->stage->n_nodes;
  memset(known, 0, n * sizeof *known);
  for (bool grown = true; grown;) {
    grown = false;
    for (uint32_t k = 0; k < self->stage->n_couplings; k++) {
      const r2nn_coupling *c = &self->stage->couplings[k];
      if (known[c->a] == known[c->b]) continue;
      uint32_t from = known[c->a] ? c->a : c->b, to = known[c->a] ? c->b : c->a;
      if (!self->fixed[to]) signs->sign[to] = (int8_t)(c->g < 0 ? -signs->sign[from] : signs->sign[from]);
      known[to] = grown = true;
    }
    for (uint32_t i = 0; !grown && i < n; i++)
      if (!known[i]) known[i] = grown = true;
  }
}

static double cost_of(const search *self) {
  return (double)self->stage->n_couplings + self->stage->n_inputs + self->stage->n_nodes;
}

static void turn(r2nn_signs *signs, uint32_t node) {
  signs->sign[node] = (int8_t)-signs->sign[node];
}

/* Turn one node after the other as long as that saves op-amps. */
static void descend(search *self, r2nn_signs *signs, bool *scratch) {
  double looks = 0;
  uint32_t least = count(self, signs, scratch);
  for (bool better = true; better && least;) {
    better = false;
    for (uint32_t i = 0; i < self->stage->n_nodes && looks < MOST_LOOKS; i++) {
      if (self->fixed[i]) continue;
      looks += cost_of(self);
      turn(signs, i);
      uint32_t now = count(self, signs, scratch);
      better |= now < least;
      if (now < least)
        least = now;
      else
        turn(signs, i);
    }
  }
  count(self, signs, scratch);
}

/* Nodes whose sign may turn, into stack; how many. */
static uint32_t list_free(const search *self, uint32_t *nodes) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < self->stage->n_nodes; i++)
    if (!self->fixed[i]) nodes[n++] = i;
  return n;
}

/* All signs, in the order of a Gray code: one node turns at a time. nodes[n_free]; best[n_nodes] receives the first of the best. */
static void try_all(search *self, r2nn_signs *signs, bool *scratch, const uint32_t *nodes, uint32_t n_free, int8_t *best) {
  uint32_t n = self->stage->n_nodes, least = count(self, signs, scratch);
  memcpy(best, signs->sign, n * sizeof *best);
  for (uint64_t step = 1; step < (uint64_t)1 << n_free && least; step++) {
    turn(signs, nodes[__builtin_ctzll(step)]);
    uint32_t now = count(self, signs, scratch);
    if (now >= least) continue;
    least = now;
    memcpy(best, signs->sign, n * sizeof *best);
  }
  memcpy(signs->sign, best, n * sizeof *best);
  count(self, signs, scratch);
}

/* Descent from the model's own signs, and from those of a spanning forest. */
static void try_two(search *self, r2nn_signs *signs, bool *scratch, int8_t *plain) {
  uint32_t n = self->stage->n_nodes;
  descend(self, signs, scratch);
  uint32_t n_plain = signs->n_opamps;
  memcpy(plain, signs->sign, n * sizeof *plain);
  for (uint32_t i = 0; i < n; i++) signs->sign[i] = 1;
  if (n_plain) spread(self, signs, scratch);
  if (n_plain) descend(self, signs, scratch);
  if (n_plain > signs->n_opamps) return;
  memcpy(signs->sign, plain, n * sizeof *plain);
  count(self, signs, scratch);
}

static bool take(search *self, r2nn_signs *signs, bool **scratch, int8_t **other, uint32_t **free_nodes) {
  const r2nn_stage *stage = self->stage;
  size_t n = stage->n_nodes, m = self->n_channels ? self->n_channels : 1;
  signs->sign = malloc(n * sizeof *signs->sign);
  signs->staged = calloc(n, sizeof *signs->staged);
  signs->inverted = calloc(m, sizeof *signs->inverted);
  signs->ground = calloc(n, sizeof *signs->ground);
  self->self = malloc(n * sizeof *self->self);
  self->match = malloc(m * sizeof *self->match);
  self->seen = malloc(m * sizeof *self->seen);
  self->first_input = calloc(n + 2, sizeof *self->first_input);
  self->inputs = malloc((stage->n_inputs + 1) * sizeof *self->inputs);
  self->stack = malloc(n * sizeof *self->stack);
  *scratch = malloc(n * sizeof **scratch);
  *other = malloc(n * sizeof **other);
  *free_nodes = malloc(n * sizeof **free_nodes);
  return signs->sign && signs->staged && signs->inverted && signs->ground && self->self && self->match && self->seen &&
         self->first_input && self->inputs && self->stack && *scratch && *other && *free_nodes;
}

/* The inputs by node (counting sort). */
static void sort_inputs(search *self) {
  const r2nn_stage *stage = self->stage;
  for (uint32_t k = 0; k < stage->n_inputs; k++) self->first_input[stage->inputs[k].node + 2]++;
  for (uint32_t i = 2; i < stage->n_nodes + 2; i++) self->first_input[i] += self->first_input[i - 1];
  for (uint32_t k = 0; k < stage->n_inputs; k++) self->inputs[self->first_input[stage->inputs[k].node + 1]++] = k;
}

r2nn_status r2nn_signs_choose(const r2nn_stage *stage, uint32_t n_channels, const bool *fixed, r2nn_signs *signs,
                              r2nn_error *error) {
  search self = {.stage = stage, .n_channels = n_channels, .fixed = fixed};
  bool *scratch = NULL;
  int8_t *other = NULL;
  uint32_t *free_nodes = NULL;
  *signs = (r2nn_signs){0};
  bool enough = take(&self, signs, &scratch, &other, &free_nodes);
  if (enough) {
    sort_inputs(&self);
    r2nn_stage_selves(stage, self.self);
    for (uint32_t i = 0; i < stage->n_nodes; i++) signs->sign[i] = 1;
    uint32_t n_free = list_free(&self, free_nodes);
    if (n_free < 40 && ldexp(cost_of(&self), (int)n_free) < MOST_LOOKS)
      try_all(&self, signs, scratch, free_nodes, n_free, other);
    else
      try_two(&self, signs, scratch, other);
  }
  free(self.self);
  free(self.match);
  free(self.seen);
  free(self.first_input);
  free(self.inputs);
  free(self.stack);
  free(scratch);
  free(other);
  free(free_nodes);
  if (enough) return R2NN_OK;
  r2nn_signs_free(signs);
  return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the circuit");
}
