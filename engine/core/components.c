/* The connected parts of a stage, and its elements sorted by part. */
#include "core/components.h"

#include <stdlib.h>

/* The first node of the tree that node hangs in; paths are halved on the way. */
static uint32_t root_of(uint32_t *up, uint32_t node) {
  while (up[node] != node) node = up[node] = up[up[node]];
  return node;
}

uint32_t r2nn_components(const r2nn_stage *stage, uint32_t *component) {
  for (uint32_t i = 0; i < stage->n_nodes; i++) component[i] = i;
  for (uint32_t i = 0; i < stage->n_couplings; i++) {
    uint32_t a = root_of(component, stage->couplings[i].a), b = root_of(component, stage->couplings[i].b);
    if (a < b) component[b] = a;
    if (b < a) component[a] = b;
  }
  /* every tree's root is its smallest node, so roots are met, and numbered, before what hangs on them */
  for (uint32_t i = 0; i < stage->n_nodes; i++) component[i] = root_of(component, i);
  uint32_t n = 0;
  for (uint32_t i = 0; i < stage->n_nodes; i++) component[i] = component[i] == i ? n++ : component[component[i]];
  return n;
}

/* The part that an element belongs to. */
typedef uint32_t (*part_of)(const r2nn_parts *parts, const r2nn_stage *stage, uint32_t index);

static uint32_t part_of_node(const r2nn_parts *parts, const r2nn_stage *stage, uint32_t index) {
  (void)stage;
  return parts->component[index];
}

static uint32_t part_of_coupling(const r2nn_parts *parts, const r2nn_stage *stage, uint32_t index) {
  return parts->component[stage->couplings[index].a];
}

static uint32_t part_of_input(const r2nn_parts *parts, const r2nn_stage *stage, uint32_t index) {
  return parts->component[stage->inputs[index].node];
}

/* A counting sort of n elements by part: first[n_parts + 1], zeroed before, and list[n]. */
static void sort(const r2nn_parts *parts, const r2nn_stage *stage, part_of part, uint32_t n, uint32_t *first, uint32_t *list) {
  for (uint32_t i = 0; i < n; i++) first[part(parts, stage, i)]++;
  for (uint32_t p = 0, sum = 0; p <= parts->n_parts; p++) { /* first[p] becomes the end of part p */
    sum += first[p];
    first[p] = sum;
  }
  for (uint32_t i = n; i-- > 0;) list[--first[part(parts, stage, i)]] = i;
}

r2nn_status r2nn_parts_init(r2nn_parts *parts, const r2nn_stage *stage, r2nn_error *error) {
  size_t n_nodes = stage->n_nodes, size = sizeof(uint32_t);
  *parts = (r2nn_parts){.component = calloc(n_nodes + 1, size)};
  if (parts->component) parts->n_parts = r2nn_components(stage, parts->component);
  size_t n_first = (size_t)parts->n_parts + 1;
  parts->local = calloc(n_nodes + 1, size);
  parts->first_node = calloc(n_first, size);
  parts->first_coupling = calloc(n_first, size);
  parts->first_input = calloc(n_first, size);
  parts->nodes = calloc(n_nodes + 1, size);
  parts->couplings = calloc((size_t)stage->n_couplings + 1, size);
  parts->inputs = calloc((size_t)stage->n_inputs + 1, size);
  if (!parts->component || !parts->local || !parts->first_node || !parts->first_coupling || !parts->first_input || !parts->nodes ||
      !parts->couplings || !parts->inputs) {
    r2nn_parts_free(parts);
    return r2nn_fail(error, R2NN_NO_MEMORY, "no memory for the connected parts of %u nodes", stage->n_nodes);
  }

  sort(parts, stage, part_of_node, stage->n_nodes, parts->first_node, parts->nodes);
  sort(parts, stage, part_of_coupling, stage->n_couplings, parts->first_coupling, parts->couplings);
  sort(parts, stage, part_of_input, stage->n_inputs, parts->first_input, parts->inputs);
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    uint32_t p = parts->component[parts->nodes[i]], local = i - parts->first_node[p];
    parts->local[parts->nodes[i]] = local;
    if (local + 1 > parts->largest) parts->largest = local + 1;
  }
  return R2NN_OK;
}

void r2nn_parts_free(r2nn_parts *parts) {
  free(parts->component);
  free(parts->local);
  free(parts->first_node);
  free(parts->first_coupling);
  free(parts->first_input);
  free(parts->nodes);
  free(parts->couplings);
  free(parts->inputs);
  *parts = (r2nn_parts){0};
}

void r2nn_stage_selves(const r2nn_stage *stage, double *self) {
  for (uint32_t i = 0; i < stage->n_nodes; i++) self[i] = stage->nodes[i].g;
  for (uint32_t i = 0; i < stage->n_couplings; i++) {
    self[stage->couplings[i].a] += stage->couplings[i].g;
    self[stage->couplings[i].b] += stage->couplings[i].g;
  }
  for (uint32_t i = 0; i < stage->n_inputs; i++) self[stage->inputs[i].node] += stage->inputs[i].g;
}

double r2nn_stage_self(const r2nn_stage *stage, uint32_t node) {
  double self = stage->nodes[node].g;
  for (uint32_t i = 0; i < stage->n_couplings; i++)
    if (stage->couplings[i].a == node || stage->couplings[i].b == node) self += stage->couplings[i].g;
  for (uint32_t i = 0; i < stage->n_inputs; i++)
    if (stage->inputs[i].node == node) self += stage->inputs[i].g;
  return self;
}

void r2nn_parts_conductances(const r2nn_parts *parts, const r2nn_stage *stage, const double *self, uint32_t p, double *k) {
  uint32_t first = parts->first_node[p], n = parts->first_node[p + 1] - first;
  for (size_t i = 0; i < (size_t)n * n; i++) k[i] = 0;
  for (uint32_t i = 0; i < n; i++) k[(size_t)i * n + i] = self[parts->nodes[first + i]];
  for (uint32_t j = parts->first_coupling[p]; j < parts->first_coupling[p + 1]; j++) {
    const r2nn_coupling *c = &stage->couplings[parts->couplings[j]];
    size_t a = parts->local[c->a], b = parts->local[c->b];
    k[a * n + b] -= c->g;
    k[b * n + a] -= c->g;
  }
}
