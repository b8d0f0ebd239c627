/* Classes told apart by a resistor network and the L2 readout (second paper, appendices B and C, Fig. 6 and 7). */
#include "lab/contrast.h"
#include "lab/nearest.h"
#include "rt/random.h"

#include <stdlib.h>
#include <string.h>

typedef struct flow {
  const r2nn_lab_flow_def *def;
  const r2nn_lab_data *train, *test;
  r2nn_contrast net;
  uint32_t n_in, n_out;
  uint32_t *order;                                 /* [train rows] */
  double *map, *means, *wanted, *train_v, *test_v; /* outputs, [rows][n_out] */
} flow;

static void shuffle(uint32_t *list, uint32_t n, r2nn_random *random) {
  for (uint32_t i = n; i > 1; i--) {
    uint32_t j = (uint32_t)(r2nn_random_uniform(random) * i), was = list[i - 1];
    list[i - 1] = list[j];
    list[j] = was;
  }
}

static void apply(const flow *self, const r2nn_lab_data *data, double *out) {
  for (uint32_t r = 0; r < data->n_rows; r++)
    for (uint32_t o = 0; o < self->n_out; o++) {
      double sum = 0;
      for (uint32_t i = 0; i < self->n_in; i++) sum += self->map[o * self->n_in + i] * data->x[(size_t)r * self->n_in + i];
      out[(size_t)r * self->n_out + o] = sum;
    }
}

/* What the present network and the readout on its outputs get right. */
static double look(flow *self) {
  r2nn_contrast_map(&self->net, self->map);
  apply(self, self->train, self->train_v);
  apply(self, self->test, self->test_v);
  r2nn_nearest_means(self->train_v, self->train->label, self->train->n_rows, self->n_out, self->n_out, self->means);
  return r2nn_nearest_accuracy(self->test_v, self->test->label, self->test->n_rows, self->n_out, self->means, self->n_out, NULL);
}

static void learn(flow *self, r2nn_random *random, double *accuracy) {
  uint32_t n = self->train->n_rows;
  size_t size = (size_t)self->n_out * self->n_out * sizeof *self->wanted;
  accuracy[0] = look(self);
  memcpy(self->wanted, self->means, size);
  for (uint32_t i = 0; i < n; i++) self->order[i] = i;
  for (uint32_t epoch = 1; epoch <= self->def->n_epochs; epoch++) {
    shuffle(self->order, n, random);
    for (uint32_t i = 0; i < n; i++) {
      uint32_t row = self->order[i];
      r2nn_contrast_step(&self->net, self->train->x + (size_t)row * self->n_in,
                         self->wanted + (size_t)self->train->label[row] * self->n_out);
    }
    accuracy[epoch] = look(self);
    if (self->def->follow) memcpy(self->wanted, self->means, size);
  }
}

static bool begin(flow *self, r2nn_random *random, r2nn_lab_flow_result *result) {
  const r2nn_lab_graph *graph = self->def->graph;
  uint32_t n_train = self->train->n_rows, n_test = self->test->n_rows, n_in = self->n_in, n_out = self->n_out;
  uint32_t *nodes = malloc(graph->n_nodes * sizeof *nodes);
  self->order = malloc(n_train * sizeof *self->order);
  self->map = malloc((size_t)n_out * n_in * sizeof *self->map);
  self->means = malloc((size_t)n_out * (n_in > n_out ? n_in : n_out) * sizeof *self->means);
  self->wanted = malloc((size_t)n_out * n_out * sizeof *self->wanted);
  self->train_v = malloc((size_t)n_train * n_out * sizeof *self->train_v);
  self->test_v = malloc((size_t)n_test * n_out * sizeof *self->test_v);
  result->accuracy = malloc((self->def->n_epochs + 1) * sizeof *result->accuracy);
  bool good = nodes && self->order && self->map && self->means && self->wanted && self->train_v && self->test_v && result->accuracy;
  if (good) {
    for (uint32_t i = 0; i < graph->n_nodes; i++) nodes[i] = i;
    shuffle(nodes, graph->n_nodes, random);
    good = r2nn_contrast_init(&self->net, graph, &self->def->learning, n_in, nodes + n_out + 1, nodes[n_out], n_out, nodes);
  }
  free(nodes);
  return good;
}

r2nn_status r2nn_lab_flow(const r2nn_lab_flow_def *def, const r2nn_lab_data *train, const r2nn_lab_data *test,
                          r2nn_lab_flow_result *result, r2nn_error *error) {
  flow self = {.def = def, .train = train, .test = test, .n_in = train->n_features, .n_out = train->n_classes};
  r2nn_random random = r2nn_random_new(def->learning.seed, 73);
  *result = (r2nn_lab_flow_result){0};
  if (self.n_in + self.n_out + 1 > def->graph->n_nodes)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: %u features, %u classes and a reference need %u nodes; the network has %u",
                     train->name, self.n_in, self.n_out, self.n_in + self.n_out + 1, def->graph->n_nodes);
  bool good = begin(&self, &random, result);
  if (good) {
    r2nn_nearest_means(train->x, train->label, train->n_rows, self.n_in, self.n_out, self.means);
    result->no_network = r2nn_nearest_accuracy(test->x, test->label, test->n_rows, self.n_in, self.means, self.n_out, NULL);
    learn(&self, &random, result->accuracy);
    result->same_sign = self.net.n_drops ? (double)self.net.n_same_sign / (double)self.net.n_drops : 1;
  }
  r2nn_contrast_free(&self.net);
  free(self.order);
  free(self.map);
  free(self.means);
  free(self.wanted);
  free(self.train_v);
  free(self.test_v);
  if (good) return R2NN_OK;
  r2nn_lab_flow_free(result);
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a network");
}

void r2nn_lab_flow_free(r2nn_lab_flow_result *result) {
  free(result->accuracy);
  *result = (r2nn_lab_flow_result){0};
}
