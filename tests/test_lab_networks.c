/* Resistor networks of the lab: Kirchhoff's laws against a direct solution and ngspice, the local rules, what can be reached, and
 * learning. ctest-labels: physics */
#include "circuit/scratch.h"
#include "circuit/spice.h"
#include "differences.h"
#include "lab.h"
#include "lab/kirchhoff.h"
#include "lab/reach.h"

#include <math.h>

static r2nn_error error;

/* Gauss with pivots on the whole Laplacian, held nodes as equations of their own. */
static void direct(const r2nn_lab_problem *p, const double *held_v, const uint8_t *held, double *v) {
  uint32_t n = p->graph.n_nodes;
  double *m = doubles((size_t)n * (n + 1));
#define M(i, j) m[(size_t)(i) * (n + 1) + (j)]
  for (uint32_t e = 0; e < p->graph.n_edges; e++) {
    uint32_t ends[] = {p->graph.edges[e].a, p->graph.edges[e].b};
    for (int k = 0; k < 2; k++) {
      M(ends[k], ends[k]) += 128.0 / p->levels[e];
      M(ends[k], ends[1 - k]) -= 128.0 / p->levels[e];
    }
  }
  for (uint32_t i = 0; i < n; i++) {
    if (!held[i]) continue;
    for (uint32_t j = 0; j < n; j++) M(i, j) = i == j;
    M(i, n) = held_v[i];
  }
  for (uint32_t c = 0; c < n; c++) {
    uint32_t best = c;
    for (uint32_t r = c; r < n; r++)
      if (fabs(M(r, c)) > fabs(M(best, c))) best = r;
    for (uint32_t j = 0; j <= n; j++) {
      double was = M(c, j);
      M(c, j) = M(best, j);
      M(best, j) = was;
    }
    for (uint32_t r = 0; r < n; r++) {
      double share = r == c ? 0 : M(r, c) / M(c, c);
      for (uint32_t j = c; j <= n && share != 0; j++) M(r, j) -= share * M(c, j);
    }
  }
  for (uint32_t i = 0; i < n; i++) v[i] = M(i, n) / M(i, i);
#undef M
  free(m);
}

static const char *const graphs[] = {"paper", "periodic", "grid:4x7", "ws:40,4,0.3", "ws:100", "paper"};

static void against_direct(void **state) {
  (void)state;
  for (uint64_t k = 0; k < sizeof graphs / sizeof *graphs; k++) {
    r2nn_lab_problem p = problem_on(graphs[k], k);
    uint32_t n = p.graph.n_nodes;
    double *f = doubles(n), *c = doubles(n), *wanted = doubles(n), *held_v = doubles(n), lo = 1e9, hi = -1e9;
    uint8_t *held = calloc(n, 1);
    for (uint32_t i = 0; i < p.n_fixed; i++) {
      held[p.fixed[i]] = 1;
      held_v[p.fixed[i]] = p.fixed_v[i];
      lo = fmin(lo, p.fixed_v[i]);
      hi = fmax(hi, p.fixed_v[i]);
    }
    assert_int_equal(r2nn_lab_voltages(&p, false, f, &error), R2NN_OK);
    assert_int_equal(r2nn_lab_voltages(&p, true, c, &error), R2NN_OK);
    direct(&p, held_v, held, wanted);
    for (uint32_t i = 0; i < n; i++) {
      if (fabs(f[i] - wanted[i]) > 1e-11) fail_msg("%s: free node %u: %g, not %g", graphs[k], i, f[i], wanted[i]);
      assert_true(f[i] >= lo - 1e-12 && f[i] <= hi + 1e-12); /* passive: a weighted mean */
    }
    for (uint32_t i = 0; i < p.n_targets; i++) {
      held[p.targets[i]] = 1;
      held_v[p.targets[i]] = f[p.targets[i]] + p.eta * (p.target_v[i] - f[p.targets[i]]);
    }
    direct(&p, held_v, held, wanted);
    for (uint32_t i = 0; i < n; i++)
      if (fabs(c[i] - wanted[i]) > 1e-11) fail_msg("%s: clamped node %u: %g, not %g", graphs[k], i, c[i], wanted[i]);
    free(f);
    free(c);
    free(wanted);
    free(held_v);
    free(held);
    r2nn_lab_problem_free(&p);
  }
}

static void against_ngspice(void **state) {
  (void)state;
  if (!spice_is_there()) {
    print_message("  skipped: ngspice is not installed\n");
    skip();
  }
  double worst = 0;
  for (uint64_t k = 0; k < 8; k++) {
    r2nn_lab_problem p = problem_on(graphs[k % 4], 10 + k);
    r2nn_circuit *circuit;
    char folder[SCRATCH_SIZE], *text;
    spice_table table;
    double *v = doubles(p.graph.n_nodes);
    assert_int_equal(r2nn_lab_voltages(&p, k % 2, v, &error), R2NN_OK);
    assert_int_equal(r2nn_lab_problem_circuit(&p, k % 2, &circuit, &error), R2NN_OK);
    r2nn_netlist_def def = {.result = "result.txt", .duration_s = 1e-3, .step_s = 1e-4, .print_s = 1e-4};
    assert_non_null(text = r2nn_circuit_netlist(circuit, &def));
    assert_int_equal(scratch_make(folder, &error), R2NN_OK);
    assert_int_equal(scratch_write(folder, "net.cir", text, &error), R2NN_OK);
    if (spice_run(folder, "net.cir", &error) != R2NN_OK ||
        spice_read(folder, "result.txt", 1 + p.graph.n_nodes, &table, &error) != R2NN_OK)
      fail_msg("%s", error.text);
    const double *last = table.values + (size_t)(table.n_rows - 1) * table.n_columns + 1;
    for (uint32_t i = 0; i < p.graph.n_nodes; i++) worst = fmax(worst, fabs(last[i] - v[i]));
    spice_free(&table);
    scratch_remove(folder);
    free(text);
    free(v);
    r2nn_circuit_free(circuit);
    r2nn_lab_problem_free(&p);
  }
  print_message("  ngspice and Kirchhoff: %.2g V apart at most\n", worst);
  assert_true(worst < 1e-6);
}

static void rules(void **state) {
  (void)state;
  r2nn_random random = r2nn_random_new(3, 3);
  const r2nn_lab_rule *r8 = r2nn_lab_rule_find("rule8"), *r9 = r2nn_lab_rule_find("rule9"), *r10 = r2nn_lab_rule_find("rule10");
  uint32_t n_differ = 0;
  assert_null(r2nn_lab_rule_find("rule7"));
  for (int k = 0; k < 20000; k++) {
    double f = r2nn_random_normal(&random), c = r2nn_random_normal(&random);
    if (f * c > 0) assert_int_equal(r8->rises(f, c, 0), !r9->rises(f, c, 0));
    n_differ += f * c < 0 && r8->rises(f, c, 0) == r9->rises(f, c, 0);
    assert_int_equal(r10->rises(f, c, 0), r9->rises(f, c, 1e9)); /* its limit */
    assert_int_equal(r10->rises(f, c, 0), !r9->rises(f, c, -1e9));
  }
  assert_true(n_differ > 1000); /* where signs differ the two are not the same */
}

static r2nn_lab_linear_def task2(const r2nn_lab_graph *graph, uint32_t n_levels) {
  return (r2nn_lab_linear_def){.graph = graph,
                               .learning = {r2nn_lab_rule_find("rule8"), 0, 0.5, n_levels, 4},
                               .n_inputs = 2,
                               .n_outputs = 2,
                               .reference = 4,
                               .inputs = {2, 8},
                               .outputs = {0, 5},
                               .matrix = {0.15, 0.2, 0.25, 0.1},
                               .n_updates = 4000,
                               .n_points = 20};
}

typedef struct reach_at {
  r2nn_reach *reach;
  double *theta, *gradient;
} reach_at;

static double reach_loss(void *context) {
  reach_at *at = context;
  return r2nn_reach_loss(at->reach, at->theta, at->gradient);
}

static void reach_gradient(void **state) {
  (void)state;
  r2nn_lab_graph graph = graph_named("paper", 0);
  r2nn_lab_linear_def def = task2(&graph, 128);
  r2nn_reach reach;
  r2nn_random random = r2nn_random_new(1, 1);
  assert_true(r2nn_reach_init(&reach, &def, def.matrix));
  reach_at at = {&reach, doubles(graph.n_edges), doubles(graph.n_edges)};
  double *own = doubles(graph.n_edges);
  for (uint32_t e = 0; e < graph.n_edges; e++) at.theta[e] = r2nn_random_normal(&random);
  r2nn_reach_loss(&reach, at.theta, own);
  double largest = 0;
  for (uint32_t e = 0; e < graph.n_edges; e++) largest = fmax(largest, fabs(own[e]));
  for (uint32_t e = 0; e < graph.n_edges; e++) {
    double wanted = difference(reach_loss, &at, &at.theta[e], 1e-3);
    if (fabs(own[e] - wanted) > 1e-6 * largest) fail_msg("edge %u: %.12g, by differences %.12g", e, own[e], wanted);
  }
  free(at.theta);
  free(at.gradient);
  free(own);
  r2nn_reach_free(&reach);
  r2nn_lab_graph_free(&graph);
}

/* Descent learns a task that can be reached, finer levels learn it a hundredfold better, ascent does not; same seed, same numbers.
 */
static void learning(void **state) {
  (void)state;
  r2nn_lab_graph graph = graph_named("paper", 0);
  r2nn_lab_linear_def def = task2(&graph, 128);
  r2nn_lab_linear_result coarse, again, fine, ascent;
  assert_int_equal(graph.n_edges, 16);
  assert_int_equal(graph.n_nodes, 9);
  assert_int_equal(r2nn_lab_linear(&def, &coarse, &error), R2NN_OK);
  assert_int_equal(r2nn_lab_linear(&def, &again, &error), R2NN_OK);
  for (uint32_t k = 0; k <= def.n_points; k++) assert_true(coarse.error[k] == again.error[k]);
  def.learning.n_levels = 1280;
  assert_int_equal(r2nn_lab_linear(&def, &fine, &error), R2NN_OK);
  def.learning.rule = r2nn_lab_rule_find("rule9");
  assert_int_equal(r2nn_lab_linear(&def, &ascent, &error), R2NN_OK);
  print_message("  error %.2g V^2, with 1280 levels %.2g, reachable %.2g; by ascent %.2g\n", coarse.last, fine.last, fine.reachable,
                ascent.last);
  assert_true(coarse.last < 0.1 * coarse.error[0] && fine.last < 0.05 * coarse.last && fine.reachable < 1e-12);
  assert_true(ascent.last > 10 * fine.last);
  r2nn_lab_linear_free(&coarse);
  r2nn_lab_linear_free(&again);
  r2nn_lab_linear_free(&fine);
  r2nn_lab_linear_free(&ascent);
  r2nn_lab_graph_free(&graph);
}

static void refused(void **state) {
  (void)state;
  static const char *const wrong[][2] = {
      {"{\"edges\": [[1,2],[3,4]], \"inputs\": {\"1\": 1}}", "hang together"},
      {"{\"edges\": [[1,1]], \"inputs\": {\"1\": 1}}", "itself"},
      {"{\"edges\": [[1,2]], \"inputs\": {\"7\": 1}}", "no node 7"},
      {"{\"edges\": [[1,2]], \"levels\": [0], \"inputs\": {\"1\": 1}}", "levels[0]"},
      {"{\"edges\": [[1,2]], \"levels\": [129], \"inputs\": {\"1\": 1}}", "levels[0]"},
      {"{\"edges\": [[1,2]], \"levels\": [1, 2], \"inputs\": {\"1\": 1}}", "levels"},
      {"{\"edges\": [[1,2]]}", "inputs"},
      {"{\"edges\": [[1,2]], \"inputs\": {\"1\": \"x\"}}", "inputs.1"},
      {"{\"edges\": [[1,2]], \"inputs\": {\"1\": 1}, \"target\": {\"1\": 1}}", "stands under inputs"},
      {"{\"edges\": [[1,2]], \"inputs\": {\"1\": 1}, \"eta\": 2}", "eta"},
      {"{\"edges\": [[1,2,3]], \"inputs\": {\"1\": 1}}", "edges[0]"},
      {"{\"edges\": [], \"inputs\": {\"1\": 1}}", "edges"},
      {"{\"edges\": [[1,2]], \"colour\": 1}", "colour"},
      {"{\"edges\": [[1,2]]", "line 1, column"},
  };
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    r2nn_lab_problem problem;
    assert_int_equal(r2nn_lab_problem_parse(wrong[k][0], strlen(wrong[k][0]), &problem, &error), R2NN_BAD_ARGUMENT);
    if (!strstr(error.text, wrong[k][1])) fail_msg("%s: \"%s\" lacks \"%s\"", wrong[k][0], error.text, wrong[k][1]);
  }
  static const char *const names[] = {"", "papers", "grid:0x3", "ws:2", "ws:10,3", "ws:10,4,2", "ws:10,4,0.1x", "grid:9999x9999"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    r2nn_lab_graph graph;
    assert_int_equal(r2nn_lab_graph_make(names[k], 0, &graph, &error), R2NN_BAD_ARGUMENT);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(against_direct), cmocka_unit_test(against_ngspice),
                                     cmocka_unit_test(rules),          cmocka_unit_test(reach_gradient),
                                     cmocka_unit_test(learning),       cmocka_unit_test(refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
