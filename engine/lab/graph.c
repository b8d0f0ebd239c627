/* Graphs of resistor networks: the paper's, grids, small worlds, and those of users. */
#include "r2nn/lab.h"
#include "rt/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Draws of a small world until it hangs together: with degree 2 and much rewiring few do. */
#define MOST_DRAWS 1000

static int compare(const void *a, const void *b) {
  uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
  return (left > right) - (left < right);
}

static uint32_t index_of(const r2nn_lab_graph *graph, uint32_t number) {
  const uint32_t *at = bsearch(&number, graph->numbers, graph->n_nodes, sizeof number, compare);
  return (uint32_t)(at - graph->numbers);
}

/* The first node that no path leads to from node 0; n_nodes if there is none. */
static uint32_t lost_node(const r2nn_lab_graph *graph, uint8_t *seen) {
  memset(seen, 0, graph->n_nodes);
  seen[0] = 1;
  for (bool grows = true; grows;) {
    grows = false;
    for (uint32_t e = 0; e < graph->n_edges; e++) {
      uint32_t a = graph->edges[e].a, b = graph->edges[e].b;
      bool reaches = seen[a] != seen[b];
      grows = grows || reaches;
      if (reaches) seen[a] = seen[b] = 1;
    }
  }
  uint32_t lost = 0;
  while (lost < graph->n_nodes && seen[lost]) lost++;
  return lost;
}

r2nn_status r2nn_lab_graph_of(uint32_t n_edges, const uint32_t *ends, r2nn_lab_graph *graph, r2nn_error *error) {
  *graph = (r2nn_lab_graph){.n_edges = n_edges};
  if (n_edges == 0) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "a network needs one edge at least");
  graph->edges = malloc(n_edges * sizeof *graph->edges);
  graph->numbers = malloc(2 * (size_t)n_edges * sizeof *graph->numbers);
  uint8_t *seen = malloc(2 * (size_t)n_edges);
  r2nn_status status = R2NN_OK;
  if (!graph->edges || !graph->numbers || !seen) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a graph");
  if (status == R2NN_OK) {
    memcpy(graph->numbers, ends, 2 * (size_t)n_edges * sizeof *ends);
    qsort(graph->numbers, 2 * (size_t)n_edges, sizeof *ends, compare);
    for (uint32_t i = 0; i < 2 * n_edges; i++)
      if (i == 0 || graph->numbers[i] != graph->numbers[graph->n_nodes - 1]) graph->numbers[graph->n_nodes++] = graph->numbers[i];
    for (uint32_t e = 0; e < n_edges; e++)
      graph->edges[e] = (r2nn_lab_edge){index_of(graph, ends[2 * e]), index_of(graph, ends[2 * e + 1])};
  }
  for (uint32_t e = 0; e < n_edges && status == R2NN_OK; e++)
    if (graph->edges[e].a == graph->edges[e].b)
      status =
          r2nn_fail(error, R2NN_BAD_ARGUMENT, "edges[%u]: goes from node %u to itself; a resistor needs two nodes", e, ends[2 * e]);
  if (status == R2NN_OK && graph->n_nodes > R2NN_LAB_MAX_NODES)
    status =
        r2nn_fail(error, R2NN_BAD_ARGUMENT, "edges: join %u nodes; at most %u are possible", graph->n_nodes, R2NN_LAB_MAX_NODES);
  if (status == R2NN_OK) {
    uint32_t lost = lost_node(graph, seen);
    if (lost < graph->n_nodes)
      status = r2nn_fail(error, R2NN_BAD_ARGUMENT, "edges: no path joins node %u to node %u; a network must hang together",
                         graph->numbers[lost], graph->numbers[0]);
  }
  free(seen);
  if (status != R2NN_OK) r2nn_lab_graph_free(graph);
  return status;
}

void r2nn_lab_graph_free(r2nn_lab_graph *graph) {
  free(graph->edges);
  free(graph->numbers);
  *graph = (r2nn_lab_graph){0};
}

/* Edges of rows x cols nodes, row by row: to the right, then below, then around each row and each column where wraps says so. */
enum { NO_WRAPS, OUTER_WRAPS, ALL_WRAPS };
static r2nn_status make_grid(uint32_t rows, uint32_t cols, int wraps, r2nn_lab_graph *graph, r2nn_error *error) {
  uint32_t *ends = malloc(4 * ((size_t)rows * cols + rows + cols) * sizeof *ends), n = 0;
  if (!ends) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a graph");
  for (uint32_t r = 0; r < rows; r++)
    for (uint32_t c = 0; c < cols; c++) {
      uint32_t node = r * cols + c + 1;
      if (c + 1 < cols) ends[n++] = node, ends[n++] = node + 1;
      if (r + 1 < rows) ends[n++] = node, ends[n++] = node + cols;
    }
  for (uint32_t r = 0; r < rows && wraps; r += wraps == ALL_WRAPS ? 1 : rows - 1)
    ends[n++] = r * cols + 1, ends[n++] = (r + 1) * cols;
  for (uint32_t c = 0; c < cols && wraps; c += wraps == ALL_WRAPS ? 1 : cols - 1)
    ends[n++] = c + 1, ends[n++] = (rows - 1) * cols + c + 1;
  r2nn_status status = r2nn_lab_graph_of(n / 2, ends, graph, error);
  free(ends);
  return status;
}

static bool is_joined(const uint32_t *ends, uint32_t n_edges, uint32_t a, uint32_t b) {
  for (uint32_t e = 0; e < n_edges; e++)
    if ((ends[2 * e] == a && ends[2 * e + 1] == b) || (ends[2 * e] == b && ends[2 * e + 1] == a)) return true;
  return false;
}

/* A ring where each node is joined to degree/2 neighbours on each side; then each edge's far end moves with probability p. */
static r2nn_status make_world(uint32_t n, uint32_t degree, double p, uint64_t seed, r2nn_lab_graph *graph, r2nn_error *error) {
  uint32_t n_edges = n * (degree / 2), *ends = malloc(2 * (size_t)n_edges * sizeof *ends);
  r2nn_random random = r2nn_random_new(seed, 70);
  r2nn_status status = ends ? R2NN_BAD_ARGUMENT : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a graph");
  for (int draw = 0; draw < MOST_DRAWS && status == R2NN_BAD_ARGUMENT; draw++) {
    for (uint32_t i = 0, e = 0; i < n; i++)
      for (uint32_t k = 1; k <= degree / 2; k++, e++) ends[2 * e] = i + 1, ends[2 * e + 1] = (i + k) % n + 1;
    for (uint32_t e = 0; e < n_edges; e++) {
      if (r2nn_random_uniform(&random) >= p) continue;
      uint32_t to = 1 + (uint32_t)(r2nn_random_uniform(&random) * n);
      if (to != ends[2 * e] && !is_joined(ends, n_edges, ends[2 * e], to)) ends[2 * e + 1] = to;
    }
    status = r2nn_lab_graph_of(n_edges, ends, graph, error);
    if (status == R2NN_OK && graph->n_nodes < n) { /* a node was left without an edge */
      r2nn_lab_graph_free(graph);
      status = r2nn_fail(error, R2NN_BAD_ARGUMENT, "ws: no connected graph was found");
    }
  }
  free(ends);
  return status;
}

r2nn_status r2nn_lab_graph_make(const char *name, uint64_t seed, r2nn_lab_graph *graph, r2nn_error *error) {
  unsigned rows, cols, n, degree = 4;
  double p = 0.1;
  char rest;
  *graph = (r2nn_lab_graph){0};
  if (strcmp(name, "paper") == 0) return make_grid(3, 3, OUTER_WRAPS, graph, error);
  if (strcmp(name, "periodic") == 0) return make_grid(3, 3, ALL_WRAPS, graph, error);
  if (sscanf(name, "grid:%4ux%4u%c", &rows, &cols, &rest) == 2) {
    if (rows < 1 || cols < 1 || rows * cols < 2 || rows * cols > R2NN_LAB_MAX_NODES)
      return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%.60s: a grid has 2 to %u nodes", name, R2NN_LAB_MAX_NODES);
    return make_grid(rows, cols, NO_WRAPS, graph, error);
  }
  int got = sscanf(name, "ws:%5u,%5u,%30lf%c", &n, &degree, &p, &rest);
  bool whole =
      got == 3 || (got == 2 && sscanf(name, "ws:%*5u,%*5u%c", &rest) != 1) || (got == 1 && sscanf(name, "ws:%*5u%c", &rest) != 1);
  if (!whole)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT,
                     "%.60s: no such graph; there are paper, periodic, grid:RxC, ws:NODES[,DEGREE[,REWIRED]] and files", name);
  if (n < 3 || n > R2NN_LAB_MAX_NODES || degree < 2 || degree % 2 != 0 || degree >= n || n * degree / 2 > R2NN_LAB_MAX_EDGES ||
      !(p >= 0 && p <= 1))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT,
                     "%.60s: a small world has 3 to %u nodes, an even degree below that, and a share 0..1 of rewired edges", name,
                     R2NN_LAB_MAX_NODES);
  return make_world(n, degree, p, seed, graph, error);
}
