/* Many resistor networks that learn to classify. */
#include "lab/flow.h"

#include <stdlib.h>

enum { EACH = 10 };

static r2nn_status learn(void *context, uint32_t index, r2nn_error *error) {
  flow_runs *self = context;
  const flow_way *way = &self->ways[index / self->n_seeds];
  uint32_t seed = index % self->n_seeds;
  r2nn_lab_split split = {.pick = way->pick, .n_each = EACH, .scale_all = true, .seed = seed};
  r2nn_lab_data train = {0}, test = {0};
  r2nn_lab_graph graph = {0};
  r2nn_lab_flow_def def = {
      .graph = &graph, .learning = self->run->options->learning, .follow = way->follow, .n_epochs = self->n_epochs};
  def.learning.rule = way->rule;
  def.learning.seed = seed;
  r2nn_status status = lab_graph_load(way->graph, seed, &graph, error);
  if (status == R2NN_OK) status = r2nn_lab_data_split(&self->data, &split, &train, &test, error);
  if (status == R2NN_OK) status = r2nn_lab_flow(&def, &train, &test, &self->results[index], error);
  r2nn_lab_data_free(&train);
  r2nn_lab_data_free(&test);
  r2nn_lab_graph_free(&graph);
  return status;
}

r2nn_status flow_runs_do(flow_runs *self, r2nn_error *error) {
  uint32_t n = self->n_ways * self->n_seeds;
  r2nn_status status = lab_run_set(self->run, "iris", &self->data, error);
  if (status != R2NN_OK) return status;
  self->results = calloc(n, sizeof *self->results);
  if (!self->results) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  return lab_run_tasks(self->run, "resistor networks", n, learn, self, error);
}

void flow_runs_free(flow_runs *self) {
  for (uint32_t i = 0; self->results && i < self->n_ways * self->n_seeds; i++) r2nn_lab_flow_free(&self->results[i]);
  free(self->results);
  r2nn_lab_data_free(&self->data);
}

/* What value() says of the results of a way. */
static lab_spread over(const flow_runs *self, uint32_t way, double (*value)(const r2nn_lab_flow_result *, uint32_t),
                       uint32_t epoch) {
  double values[LAB_MOST_SEEDS];
  for (uint32_t s = 0; s < self->n_seeds; s++) values[s] = value(&self->results[(size_t)way * self->n_seeds + s], epoch);
  return lab_spread_of(values, self->n_seeds);
}

static double accuracy(const r2nn_lab_flow_result *result, uint32_t epoch) {
  return result->accuracy[epoch];
}

static double change(const r2nn_lab_flow_result *result, uint32_t epoch) {
  return result->accuracy[epoch] - result->accuracy[0];
}

static double no_network(const r2nn_lab_flow_result *result, uint32_t epoch) {
  (void)epoch;
  return result->no_network;
}

static double same_sign(const r2nn_lab_flow_result *result, uint32_t epoch) {
  (void)epoch;
  return result->same_sign;
}

lab_spread flow_accuracy(const flow_runs *self, uint32_t way, uint32_t epoch) {
  return over(self, way, accuracy, epoch);
}

lab_spread flow_change(const flow_runs *self, uint32_t way, uint32_t epoch) {
  return over(self, way, change, epoch);
}

lab_spread flow_no_network(const flow_runs *self, uint32_t way) {
  return over(self, way, no_network, 0);
}

lab_spread flow_same_sign(const flow_runs *self, uint32_t way) {
  return over(self, way, same_sign, 0);
}
