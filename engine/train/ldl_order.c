/* The node order and storage of the factorisation: trees first, then reverse Cuthill-McKee (Cuthill and McKee 1969, George 1971).
 */
#include "train/ldl.h"

#include <stdlib.h>
#include <string.h>

/* Who is coupled to whom, and the order so far. */
typedef struct node_graph {
  uint32_t n;
  uint32_t *at;       /* [n + 1] */
  uint32_t *neighbor; /* [2 * n_couplings], those of node i at at[i] .. at[i + 1] - 1 */
  uint32_t *degree;   /* [n] neighbours not yet taken by the trees */
  uint32_t *mark;     /* [n] the last search that met the node; TAKEN: in a tree */
  uint32_t *order;    /* [n] */
} node_graph;

#define TAKEN UINT32_MAX

static void graph_free(node_graph *graph) {
  free(graph->at);
  free(graph->neighbor);
  free(graph->degree);
  free(graph->mark);
  free(graph->order);
}

static bool graph_init(node_graph *graph, const r2nn_stage *stage) {
  uint32_t n = stage->n_nodes;
  graph->n = n;
  graph->at = calloc((size_t)n + 2, sizeof *graph->at);
  graph->neighbor = malloc((2 * (size_t)stage->n_couplings + 1) * sizeof *graph->neighbor);
  graph->degree = calloc(n, sizeof *graph->degree);
  graph->mark = calloc(n, sizeof *graph->mark);
  graph->order = malloc(n * sizeof *graph->order);
  if (!graph->at || !graph->neighbor || !graph->degree || !graph->mark || !graph->order) return false;
  for (uint32_t e = 0; e < stage->n_couplings; e++) {
    graph->degree[stage->couplings[e].a]++;
    graph->degree[stage->couplings[e].b]++;
  }
  /* at[i + 1] is where node i's list is filled: it ends up as the list's end. */
  for (uint32_t i = 0; i < n; i++) graph->at[i + 2] = graph->at[i + 1] + graph->degree[i];
  for (uint32_t e = 0; e < stage->n_couplings; e++) {
    uint32_t a = stage->couplings[e].a, b = stage->couplings[e].b;
    graph->neighbor[graph->at[a + 1]++] = b;
    graph->neighbor[graph->at[b + 1]++] = a;
  }
  return true;
}

/* Take every node that hangs on at most one other, again and again; answers how many. */
static uint32_t take_trees(node_graph *graph, uint32_t *parent) {
  uint32_t n_tree = 0;
  for (uint32_t i = 0; i < graph->n; i++)
    if (graph->degree[i] <= 1) graph->order[n_tree++] = i;
  for (uint32_t t = 0; t < n_tree; t++) {
    uint32_t node = graph->order[t];
    graph->mark[node] = TAKEN;
    parent[t] = UINT32_MAX;
    for (uint32_t k = graph->at[node]; k < graph->at[node + 1]; k++) {
      uint32_t other = graph->neighbor[k];
      if (graph->mark[other] == TAKEN) continue;
      parent[t] = other;
      if (--graph->degree[other] == 1) graph->order[n_tree++] = other;
    }
  }
  return n_tree;
}

/* Breadth first from root, nodes of low degree first; answers how many nodes follow in order. */
static uint32_t search(node_graph *graph, uint32_t root, uint32_t stamp, uint32_t *order) {
  uint32_t n = 1;
  order[0] = root;
  graph->mark[root] = stamp;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t level = n;
    for (uint32_t k = graph->at[order[i]]; k < graph->at[order[i] + 1]; k++) {
      uint32_t other = graph->neighbor[k], slot = n;
      if (graph->mark[other] == TAKEN || graph->mark[other] == stamp) continue;
      graph->mark[other] = stamp;
      for (; slot > level && graph->degree[order[slot - 1]] > graph->degree[other]; slot--) order[slot] = order[slot - 1];
      order[slot] = other;
      n++;
    }
  }
  return n;
}

/* Order the nodes that the trees left, part by part: search twice for a far end, then once from there, reversed. */
static void order_core(node_graph *graph, uint32_t n_tree) {
  uint32_t stamp = 0;
  for (uint32_t root = 0, done = n_tree; root < graph->n; root++) {
    if (graph->mark[root]) continue;
    uint32_t *part = graph->order + done, n = 0, start = root;
    for (uint32_t pass = 0; pass < 3; pass++) {
      n = search(graph, start, ++stamp, part);
      start = part[n - 1];
    }
    for (uint32_t i = 0; i < n / 2; i++) {
      uint32_t node = part[i];
      part[i] = part[n - 1 - i];
      part[n - 1 - i] = node;
    }
    done += n;
  }
}

/* First column and start of every pair. */
static void lay_out(r2nn_ldl *ldl, const r2nn_stage *stage) {
  for (uint32_t p = 0; p < ldl->n_pairs; p++) ldl->first[p] = 2 * p;
  for (uint32_t e = 0; e < stage->n_couplings; e++) {
    uint32_t a = ldl->row[stage->couplings[e].a], b = ldl->row[stage->couplings[e].b];
    if (a < ldl->n_tree || b < ldl->n_tree) continue;
    uint32_t late = (a > b ? a : b) - ldl->n_tree, column = ((a > b ? b : a) - ldl->n_tree) & ~1u;
    if (ldl->first[late / 2] > column) ldl->first[late / 2] = column;
  }
  ldl->n_entries = 2 * (size_t)ldl->n_tree;
  for (uint32_t p = 0; p < ldl->n_pairs; p++) {
    ldl->start[p] = ldl->n_entries;
    ldl->n_entries += 2 * (size_t)(2 * p - ldl->first[p]) + 3;
  }
}

r2nn_status r2nn_ldl_init(r2nn_ldl *ldl, const r2nn_stage *stage, r2nn_error *error) {
  uint32_t n = stage->n_nodes;
  node_graph graph;
  *ldl = (r2nn_ldl){.row = malloc(n * sizeof *ldl->row), .parent = malloc(n * sizeof *ldl->parent)};
  bool ok = graph_init(&graph, stage) && ldl->row && ldl->parent;
  if (ok) {
    ldl->n_tree = take_trees(&graph, ldl->parent);
    order_core(&graph, ldl->n_tree);
    for (uint32_t i = 0; i < n; i++) ldl->row[graph.order[i]] = i;
    for (uint32_t t = 0; t < ldl->n_tree; t++)
      if (ldl->parent[t] != UINT32_MAX) ldl->parent[t] = ldl->row[ldl->parent[t]];
    ldl->n_pairs = (n - ldl->n_tree + 1) / 2;
    ldl->n_rows = ldl->n_tree + 2 * ldl->n_pairs;
    ldl->first = malloc((ldl->n_pairs + 1) * sizeof *ldl->first);
    ldl->start = malloc((ldl->n_pairs + 1) * sizeof *ldl->start);
    ok = ldl->first && ldl->start;
  }
  graph_free(&graph);
  if (!ok) {
    r2nn_ldl_free(ldl);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the order of %u nodes", n);
  }
  lay_out(ldl, stage);
  return R2NN_OK;
}

void r2nn_ldl_free(r2nn_ldl *ldl) {
  free(ldl->row);
  free(ldl->parent);
  free(ldl->first);
  free(ldl->start);
  *ldl = (r2nn_ldl){0};
}

size_t r2nn_ldl_entry(const r2nn_ldl *ldl, uint32_t a, uint32_t b) {
  uint32_t late = a > b ? a : b, early = a > b ? b : a;
  if (early < ldl->n_tree) return 2 * (size_t)early + (late != early);
  late -= ldl->n_tree;
  early -= ldl->n_tree;
  uint32_t pair = late / 2;
  if (early < 2 * pair) return ldl->start[pair] + 2 * (size_t)(early - ldl->first[pair]) + late % 2;
  return ldl->start[pair] + 2 * (size_t)(2 * pair - ldl->first[pair]) + late % 2 + early % 2;
}

void r2nn_ldl_load(const r2nn_ldl *ldl, const r2nn_stage *stage, double *k, double *d, double *c) {
  memset(k, 0, ldl->n_entries * sizeof *k);
  if (ldl->n_rows > stage->n_nodes) k[r2nn_ldl_entry(ldl, ldl->n_rows - 1, ldl->n_rows - 1)] = 1;
  for (uint32_t i = 0; i < stage->n_nodes; i++) {
    uint32_t row = ldl->row[i];
    k[r2nn_ldl_entry(ldl, row, row)] = stage->nodes[i].g;
    d[row] = stage->nodes[i].d;
    c[row] = stage->nodes[i].c;
  }
  for (uint32_t e = 0; e < stage->n_couplings; e++) {
    const r2nn_coupling *coupling = &stage->couplings[e];
    uint32_t a = ldl->row[coupling->a], b = ldl->row[coupling->b];
    k[r2nn_ldl_entry(ldl, a, b)] -= coupling->g;
    k[r2nn_ldl_entry(ldl, a, a)] += coupling->g;
    k[r2nn_ldl_entry(ldl, b, b)] += coupling->g;
  }
  for (uint32_t e = 0; e < stage->n_inputs; e++) {
    uint32_t row = ldl->row[stage->inputs[e].node];
    k[r2nn_ldl_entry(ldl, row, row)] += stage->inputs[e].g;
  }
}
