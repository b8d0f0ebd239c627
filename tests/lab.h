/* What the tests of the lab share: graphs, resistor networks with random values. */
#ifndef R2NN_TESTS_LAB_H
#define R2NN_TESTS_LAB_H

#include "r2nn/lab.h"
#include "rt/random.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static inline r2nn_lab_graph graph_named(const char *name, uint64_t seed) {
  r2nn_lab_graph graph;
  r2nn_error error = {""};
  if (r2nn_lab_graph_make(name, seed, &graph, &error) != R2NN_OK) fail_msg("%s", error.text);
  return graph;
}

/* A network on a graph with levels 1..128, three nodes held and two wanted, all drawn. */
static inline r2nn_lab_problem problem_on(const char *name, uint64_t seed) {
  r2nn_lab_graph graph = graph_named(name, seed);
  r2nn_random random = r2nn_random_new(seed, 5);
  r2nn_lab_problem problem;
  r2nn_error error = {""};
  char *text = NULL;
  size_t size = 0;
  FILE *to = open_memstream(&text, &size);
  uint32_t shift = (uint32_t)(r2nn_random_uniform(&random) * graph.n_nodes);
#define NODE(k) graph.numbers[((k) + shift) % graph.n_nodes]
  fprintf(to, "{\"edges\": [");
  for (uint32_t e = 0; e < graph.n_edges; e++)
    fprintf(to, "%s[%u, %u]", e ? ", " : "", graph.numbers[graph.edges[e].a], graph.numbers[graph.edges[e].b]);
  fprintf(to, "], \"levels\": [");
  for (uint32_t e = 0; e < graph.n_edges; e++) fprintf(to, "%s%d", e ? ", " : "", 1 + (int)(128 * r2nn_random_uniform(&random)));
  fprintf(to, "], \"inputs\": {\"%u\": %.6f, \"%u\": %.6f}, \"reference\": {\"%u\": 0}, ", NODE(0), r2nn_random_uniform(&random),
          NODE(1), r2nn_random_uniform(&random), NODE(2));
  fprintf(to, "\"target\": {\"%u\": 0.4, \"%u\": 0.3}, \"eta\": 0.5}", NODE(3), NODE(4));
#undef NODE
  fclose(to);
  if (r2nn_lab_problem_parse(text, size, &problem, &error) != R2NN_OK) fail_msg("%s: %s", error.text, text);
  free(text);
  r2nn_lab_graph_free(&graph);
  return problem;
}

#endif
