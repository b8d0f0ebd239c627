/* One network with what is applied to it: read from JSON, solved, answered as JSON, and as a circuit. */
#include "circuit/make.h"
#include "core/json_value.h"
#include "lab/kirchhoff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NUMBER = 1000000000, RAIL_V = 1000000 };
#define LARGEST_OHM 1e3 /* of a circuit for ngspice: only ratios matter */

static void read_edges(r2nn_reader *reader, const r2nn_cursor *root, r2nn_lab_graph *graph) {
  r2nn_cursor edges = r2nn_json_field(root, "edges");
  uint32_t n = r2nn_json_array(reader, &edges, 1, R2NN_LAB_MAX_EDGES), *ends = malloc((2 * (size_t)n + 1) * sizeof *ends);
  if (!ends) reader->status = r2nn_fail(reader->error, R2NN_NO_MEMORY, "out of memory for a graph");
  for (uint32_t e = 0; e < n && reader->status == R2NN_OK; e++) {
    r2nn_cursor edge = r2nn_json_item(&edges, e);
    r2nn_json_array(reader, &edge, 2, 2);
    for (uint32_t k = 0; k < 2; k++) {
      r2nn_cursor end = r2nn_json_item(&edge, k);
      ends[2 * e + k] = r2nn_json_integer(reader, &end, 0, MOST_NUMBER);
    }
  }
  if (reader->status == R2NN_OK) reader->status = r2nn_lab_graph_of(n, ends, graph, reader->error);
  free(ends);
}

/* The node that a key names, or fail. */
static uint32_t node_of(r2nn_reader *reader, const r2nn_cursor *at, const r2nn_lab_graph *graph, const char *key) {
  char *end;
  unsigned long number = strtoul(key, &end, 10);
  for (uint32_t i = 0; key[0] >= '0' && key[0] <= '9' && *end == '\0' && i < graph->n_nodes; i++)
    if (graph->numbers[i] == number) return i;
  r2nn_json_fail(reader, at, "there is no node %.40s; the nodes are those of edges, %u to %u", key, graph->numbers[0],
                 graph->numbers[graph->n_nodes - 1]);
  return 0;
}

/* {"3": 0.7, ...} appended to nodes and volts; taken marks nodes that something holds already. */
static void read_volts(r2nn_reader *reader, const r2nn_cursor *root, const char *field, const r2nn_lab_graph *graph,
                       const char **taken, uint32_t *n, uint32_t *nodes, double *volts) {
  r2nn_cursor object = r2nn_json_field(root, field);
  if (!r2nn_json_is_set(&object) || !r2nn_json_is_object(reader, &object)) return;
  const char *key;
  json_t *value;
  json_object_foreach(object.value, key, value) {
    r2nn_cursor at = r2nn_json_field(&object, key);
    double volt = r2nn_json_number(reader, &at);
    uint32_t node = reader->status == R2NN_OK ? node_of(reader, &at, graph, key) : 0;
    if (reader->status == R2NN_OK && (volt < -RAIL_V || volt > RAIL_V))
      r2nn_json_fail(reader, &at, "must be within +-%d V, is %g", RAIL_V, volt);
    if (reader->status == R2NN_OK && taken[node]) r2nn_json_fail(reader, &at, "node %s stands under %s already", key, taken[node]);
    if (reader->status != R2NN_OK) return;
    taken[node] = field;
    nodes[*n] = node;
    volts[(*n)++] = volt;
  }
}

static void read_levels(r2nn_reader *reader, const r2nn_cursor *root, r2nn_lab_problem *problem) {
  r2nn_cursor count = r2nn_json_field(root, "n_levels"), levels = r2nn_json_field(root, "levels");
  uint32_t n = problem->graph.n_edges;
  problem->n_levels = r2nn_json_is_set(&count) ? r2nn_json_integer(reader, &count, 2, R2NN_LAB_MAX_LEVELS) : 128;
  for (uint32_t e = 0; e < n; e++) problem->levels[e] = problem->n_levels / 2;
  if (!r2nn_json_is_set(&levels)) return;
  r2nn_json_array(reader, &levels, n, n);
  for (uint32_t e = 0; e < n; e++) {
    r2nn_cursor level = r2nn_json_item(&levels, e);
    problem->levels[e] = r2nn_json_integer(reader, &level, 1, problem->n_levels);
  }
}

static void read_problem(r2nn_reader *reader, const r2nn_cursor *root, r2nn_lab_problem *problem) {
  static const char *const known[] = {"edges", "levels", "n_levels", "inputs", "reference", "target", "eta", "bias", NULL};
  r2nn_json_object(reader, root, known);
  if (reader->status == R2NN_OK) read_edges(reader, root, &problem->graph);
  if (reader->status != R2NN_OK) return;
  const r2nn_lab_graph *graph = &problem->graph;
  const char **taken = calloc(graph->n_nodes, sizeof *taken);
  problem->levels = malloc(graph->n_edges * sizeof *problem->levels);
  problem->fixed = malloc(graph->n_nodes * sizeof *problem->fixed);
  problem->fixed_v = malloc(graph->n_nodes * sizeof *problem->fixed_v);
  problem->targets = malloc(graph->n_nodes * sizeof *problem->targets);
  problem->target_v = malloc(graph->n_nodes * sizeof *problem->target_v);
  if (!taken || !problem->levels || !problem->fixed || !problem->fixed_v || !problem->targets || !problem->target_v)
    reader->status = r2nn_fail(reader->error, R2NN_NO_MEMORY, "out of memory for a network");
  if (reader->status == R2NN_OK) {
    read_levels(reader, root, problem);
    read_volts(reader, root, "inputs", graph, taken, &problem->n_fixed, problem->fixed, problem->fixed_v);
    read_volts(reader, root, "reference", graph, taken, &problem->n_fixed, problem->fixed, problem->fixed_v);
    read_volts(reader, root, "target", graph, taken, &problem->n_targets, problem->targets, problem->target_v);
    problem->eta = r2nn_json_number_or(reader, root, "eta", 0.5);
    problem->bias_v = r2nn_json_number_or(reader, root, "bias", 0);
    r2nn_cursor inputs = r2nn_json_field(root, "inputs"), eta = r2nn_json_field(root, "eta");
    if (problem->n_fixed == 0) r2nn_json_fail(reader, &inputs, "no node has a voltage; give inputs or a reference");
    if (!(problem->eta > 0 && problem->eta <= 1))
      r2nn_json_fail(reader, &eta, "must be above 0 and at most 1, is %g", problem->eta);
  }
  free(taken);
}

/* Read a text with read(), which is told where to put what it finds. */
static r2nn_status parse(const char *text, size_t size, void (*read)(r2nn_reader *, const r2nn_cursor *, void *), void *into,
                         r2nn_error *error) {
  r2nn_reader reader = {.error = error};
  r2nn_cursor root = {.value = r2nn_json_load(&reader, text, size)};
  if (root.value) read(&reader, &root, into);
  json_decref(root.value);
  return reader.status == R2NN_OK || reader.status == R2NN_NO_MEMORY ? reader.status : R2NN_BAD_ARGUMENT;
}

static void read_graph_into(r2nn_reader *reader, const r2nn_cursor *root, void *graph) {
  static const char *const known[] = {"edges", NULL};
  r2nn_json_object(reader, root, known);
  if (reader->status == R2NN_OK) read_edges(reader, root, graph);
}

static void read_problem_into(r2nn_reader *reader, const r2nn_cursor *root, void *problem) {
  read_problem(reader, root, problem);
}

r2nn_status r2nn_lab_graph_parse(const char *text, size_t size, r2nn_lab_graph *graph, r2nn_error *error) {
  *graph = (r2nn_lab_graph){0};
  return parse(text, size, read_graph_into, graph, error);
}

r2nn_status r2nn_lab_problem_parse(const char *text, size_t size, r2nn_lab_problem *problem, r2nn_error *error) {
  *problem = (r2nn_lab_problem){0};
  r2nn_status status = parse(text, size, read_problem_into, problem, error);
  if (status != R2NN_OK) r2nn_lab_problem_free(problem);
  return status;
}

void r2nn_lab_problem_free(r2nn_lab_problem *problem) {
  r2nn_lab_graph_free(&problem->graph);
  free(problem->levels);
  free(problem->fixed);
  free(problem->fixed_v);
  free(problem->targets);
  free(problem->target_v);
  *problem = (r2nn_lab_problem){0};
}

/* The nodes that are held, and at which voltages: [n_nodes] of room each. Clamped, free_v says what the outputs were. */
static uint32_t hold(const r2nn_lab_problem *problem, const double *free_v, uint32_t *nodes, double *volts) {
  uint32_t n = problem->n_fixed;
  memcpy(nodes, problem->fixed, n * sizeof *nodes);
  memcpy(volts, problem->fixed_v, n * sizeof *volts);
  for (uint32_t k = 0; free_v && k < problem->n_targets; k++, n++) {
    double was = free_v[problem->targets[k]];
    nodes[n] = problem->targets[k];
    volts[n] = was + problem->eta * (problem->target_v[k] - was);
  }
  return n;
}

/* One phase: the nodes held (into nodes and volts) and all voltages. */
static r2nn_status solve(const r2nn_lab_problem *problem, const double *free_v, uint32_t *nodes, double *volts, uint32_t *n_held,
                         double *v, r2nn_error *error) {
  r2nn_kirchhoff law;
  uint32_t n_edges = problem->graph.n_edges, n = hold(problem, free_v, nodes, volts);
  double *g = malloc(n_edges * sizeof *g);
  r2nn_status status = g && r2nn_kirchhoff_init(&law, &problem->graph, n, nodes)
                           ? R2NN_OK
                           : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a network");
  if (status == R2NN_OK) {
    for (uint32_t e = 0; e < n_edges; e++) g[e] = (double)problem->n_levels / problem->levels[e];
    if (!r2nn_kirchhoff_factor(&law, g)) status = r2nn_fail(error, R2NN_BAD_ARGUMENT, "the network has no single solution");
    if (status == R2NN_OK) r2nn_kirchhoff_solve(&law, volts, v);
    r2nn_kirchhoff_free(&law);
  }
  free(g);
  *n_held = n;
  return status;
}

/* Both phases up to the one asked for. */
static r2nn_status phase(const r2nn_lab_problem *problem, bool clamped, uint32_t *nodes, double *volts, uint32_t *n_held, double *v,
                         r2nn_error *error) {
  r2nn_status status = solve(problem, NULL, nodes, volts, n_held, v, error);
  double *free_v = clamped && status == R2NN_OK ? malloc(problem->graph.n_nodes * sizeof *v) : NULL;
  if (!clamped || status != R2NN_OK) return status;
  if (!free_v) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a network");
  memcpy(free_v, v, problem->graph.n_nodes * sizeof *v);
  status = solve(problem, free_v, nodes, volts, n_held, v, error);
  free(free_v);
  return status;
}

r2nn_status r2nn_lab_voltages(const r2nn_lab_problem *problem, bool clamped, double *v, r2nn_error *error) {
  uint32_t n = problem->graph.n_nodes, n_held, *nodes = malloc(n * sizeof *nodes);
  double *volts = malloc(n * sizeof *volts);
  r2nn_status status = nodes && volts ? phase(problem, clamped, nodes, volts, &n_held, v, error)
                                      : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a network");
  free(nodes);
  free(volts);
  return status;
}

static json_t *volts_of(const r2nn_lab_graph *graph, const double *v) {
  json_t *object = json_object();
  for (uint32_t i = 0; i < graph->n_nodes; i++) {
    char key[16];
    snprintf(key, sizeof key, "%u", graph->numbers[i]);
    json_object_set_new(object, key, json_real(v[i]));
  }
  return object;
}

static double drop(const r2nn_lab_graph *graph, uint32_t e, const double *v) {
  return v[graph->edges[e].a] - v[graph->edges[e].b];
}

static json_t *drops_of(const r2nn_lab_graph *graph, const double *v) {
  json_t *list = json_array();
  for (uint32_t e = 0; e < graph->n_edges; e++) json_array_append_new(list, json_real(drop(graph, e, v)));
  return list;
}

r2nn_status r2nn_lab_problem_answer(const r2nn_lab_problem *problem, char **text, r2nn_error *error) {
  const r2nn_lab_graph *graph = &problem->graph;
  double *f = malloc(2 * graph->n_nodes * sizeof *f), *c = f ? f + graph->n_nodes : NULL;
  *text = NULL;
  r2nn_status status = f ? r2nn_lab_voltages(problem, false, f, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = r2nn_lab_voltages(problem, true, c, error);
  if (status == R2NN_OK) {
    errno = 0;
    json_t *update = json_object();
    for (uint32_t k = 0; k < r2nn_lab_n_rules; k++) {
      json_t *list = json_array();
      for (uint32_t e = 0; e < graph->n_edges; e++)
        json_array_append_new(
            list, json_integer(r2nn_lab_rules[k].rises(drop(graph, e, f), drop(graph, e, c), problem->bias_v) ? 1 : -1));
      json_object_set_new(update, r2nn_lab_rules[k].name, list);
    }
    json_t *answer = json_pack("{s:o, s:o, s:o, s:o, s:o}", "v_free", volts_of(graph, f), "v_clamped", volts_of(graph, c),
                               "drop_free", drops_of(graph, f), "drop_clamped", drops_of(graph, c), "update", update);
    *text = r2nn_json_print(answer, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    json_decref(answer);
    if (!*text) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  free(f);
  return status;
}

r2nn_status r2nn_lab_problem_circuit(const r2nn_lab_problem *problem, bool clamped, r2nn_circuit **circuit, r2nn_error *error) {
  const r2nn_lab_graph *graph = &problem->graph;
  uint32_t n = graph->n_nodes, n_held = 0, *nodes = malloc(n * sizeof *nodes);
  double *volts = malloc(2 * n * sizeof *volts);
  r2nn_maker maker = {.circuit = calloc(1, sizeof *maker.circuit)};
  *circuit = maker.circuit;
  r2nn_status status = nodes && volts && *circuit ? phase(problem, clamped, nodes, volts, &n_held, volts + n, error)
                                                  : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a circuit");
  if (status == R2NN_OK) (*circuit)->probes = calloc(n, sizeof *(*circuit)->probes);
  if (status == R2NN_OK && (*circuit)->probes) {
    (*circuit)->def = r2nn_circuit_def_default();
    (*circuit)->n_probes = n;
    r2nn_make_net(&maker, "0");
    r2nn_make_block(&maker, R2NN_BLOCK_COUPLING, 0, 0, 0);
    for (uint32_t i = 0; i < n; i++)
      (*circuit)->probes[i] = (r2nn_circuit_probe){.node = i, .net = r2nn_make_net(&maker, "v%u", graph->numbers[i]), .volt = 1};
    for (uint32_t e = 0; e < graph->n_edges; e++)
      r2nn_make_exact(&maker, R2NN_RESISTOR, 1 + graph->edges[e].a, 1 + graph->edges[e].b,
                      LARGEST_OHM * problem->levels[e] / problem->n_levels, 0, 0, "edge");
    for (uint32_t i = 0; i < n_held; i++)
      r2nn_make_exact(&maker, R2NN_REFERENCE, 1 + nodes[i], R2NN_NET_GROUND, volts[i], volts[i], 0, "held");
  }
  if (status == R2NN_OK && (maker.is_short || !(*circuit)->probes))
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a circuit");
  free(nodes);
  free(volts);
  if (status == R2NN_OK) return status;
  r2nn_circuit_free(*circuit);
  *circuit = NULL;
  return status;
}
