/* The stability certificate: stable exactly where algebra says so, the margin in closed form, and the offender by name. */
#include "core/components.h"
#include "core/topology.h"
#include "r2nn/model.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_near(double value, double wanted, double tolerance) {
  if (fabs(value - wanted) <= tolerance * fabs(wanted)) return;
  fail_msg("is %.17g, wanted %.17g", value, wanted);
}

/* n nodes with d = c = 1 and ground conductance g each. */
static r2nn_stage new_stage(uint32_t n_nodes, uint32_t n_couplings, double g) {
  r2nn_stage stage = {.topology = ""};
  assert_int_equal(r2nn_stage_init(&stage, n_nodes, n_couplings, 1, 1, NULL), R2NN_OK);
  for (uint32_t i = 0; i < n_nodes; i++) stage.nodes[i] = (r2nn_node){.d = 1, .c = 1, .g = g};
  return stage;
}

static void assert_stable(const r2nn_stage *stage, double wanted_margin, double tolerance) {
  double margin = 0;
  r2nn_error error = {""};
  if (r2nn_stage_certify(stage, &margin, &error) != R2NN_OK) fail_msg("%s", error.text);
  assert_near(margin, wanted_margin, tolerance);
  assert_int_equal(r2nn_stage_certify(stage, NULL, NULL), R2NN_OK);
}

static void assert_unstable(const r2nn_stage *stage, const char *message) {
  r2nn_error error = {""};
  r2nn_status status = r2nn_stage_certify(stage, NULL, &error);
  if (status == R2NN_UNSTABLE && strncmp(error.text, message, strlen(message)) == 0) return;
  fail_msg("wanted \"%s\", got %s: \"%s\"", message, r2nn_strerror(status), error.text);
}

/* -g between two nodes with g0 and g1 to ground sees R_eff = 1/g0 + 1/g1: stable exactly below g = g0 g1 / (g0 + g1). */
static void test_pair(void **state) {
  (void)state;
  const double scales[] = {1e-12, 1e-4, 1, 1e9};
  for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
    double g0 = 3 * scales[i], g1 = 6 * scales[i], limit = 2 * scales[i];
    r2nn_stage s = new_stage(2, 1, g0);
    s.nodes[1].g = g1;
    s.couplings[0] = (r2nn_coupling){.a = 0, .b = 1, .g = -limit * (1 - 1e-12)};
    assert_int_equal(r2nn_stage_certify(&s, NULL, NULL), R2NN_OK);
    s.couplings[0].g = -limit * (1 + 1e-12);
    assert_unstable(&s, "couplings[0][2]: must be > ");
    s.couplings[0].g = -limit;
    assert_unstable(&s, "couplings[0][2]: must be > ");

    /* K = [g0 + g, -g; -g, g1 + g], eigenvalues by the quadratic formula */
    double g = -limit / 2, mean = (g0 + g1) / 2 + g, half = sqrt((g1 - g0) * (g1 - g0) / 4 + g * g);
    s.couplings[0].g = g;
    assert_stable(&s, (mean - half) / (mean + half), 1e-12);
    r2nn_stage_free(&s);
  }
}

static void test_pair_message(void **state) {
  (void)state;
  r2nn_stage s = new_stage(4, 3, 1);
  s.couplings[0] = (r2nn_coupling){.a = 0, .b = 1, .g = 0.5};
  s.couplings[1] = (r2nn_coupling){.a = 2, .b = 3, .g = -0.1};
  s.couplings[2] = (r2nn_coupling){.a = 1, .b = 2, .g = -2};
  /* without coupling 2: R_eff = 1 / (1 + 0.5/1.5) + 1 / (1 - 0.1/0.9) */
  double r_eff = 1 / (1 + 0.5 / 1.5) + 1 / (1 - 0.1 / 0.9);
  char wanted[200];
  snprintf(wanted, sizeof wanted,
           "couplings[2][2]: must be > %.6g S for a stable circuit, is -2 (nodes 1 and 2: g*R_eff is %.6g, must be < 1)",
           -1 / r_eff, 2 * r_eff);
  assert_unstable(&s, wanted);
  s.couplings[2].g = -1 / r_eff * (1 + 1e-9);
  assert_unstable(&s, "couplings[2][2]: must be > ");
  s.couplings[2].g = -1 / r_eff * (1 - 1e-9);
  assert_int_equal(r2nn_stage_certify(&s, NULL, NULL), R2NN_OK);
  r2nn_stage_free(&s);
}

/* Ground conductances: a negative one is balanced by couplings up to a point, and no ground at all is not enough. */
static void test_ground(void **state) {
  (void)state;
  r2nn_stage s = new_stage(2, 1, -0.5);
  s.nodes[1].g = 1;
  s.couplings[0] = (r2nn_coupling){.a = 1, .b = 0, .g = 2};
  assert_int_equal(r2nn_stage_certify(&s, NULL, NULL), R2NN_OK); /* det K = 1.5 * 3 - 4 > 0 */
  s.nodes[0].g = -2.0 / 3 * (1 + 1e-12);
  assert_unstable(&s, "nodes[0].g: must be > 0 S for a stable circuit, is -0.666667");
  s.nodes[0].g = -2.0 / 3 * (1 - 1e-12);
  assert_int_equal(r2nn_stage_certify(&s, NULL, NULL), R2NN_OK);
  r2nn_stage_free(&s);

  /* a chain that hangs on nothing, with conductances that do not add up exactly */
  s = new_stage(200, 199, 0);
  for (uint32_t i = 0; i < 199; i++) s.couplings[i] = (r2nn_coupling){.a = i, .b = i + 1, .g = 1.0 / (3 + i)};
  assert_unstable(&s, "nodes[");
  s.inputs[0] = (r2nn_input){.node = 100, .channel = 0, .g = 1e-3}; /* an input is a way to ground too */
  assert_int_equal(r2nn_stage_certify(&s, NULL, NULL), R2NN_OK);
  r2nn_stage_free(&s);
}

/* A ring of n equal nodes: lambda_k = g0 + 2 g (1 - cos(2 pi k / n)). */
static void test_ring(void **state) {
  (void)state;
  uint32_t n = 64;
  r2nn_stage s = new_stage(n, n, 0.25);
  for (uint32_t i = 0; i < n; i++) s.couplings[i] = (r2nn_coupling){.a = i, .b = (i + 1) % n, .g = 2};
  assert_stable(&s, 0.25 / (0.25 + 8), 1e-12);
  r2nn_stage_free(&s);
}

/* Nodes without couplings cost nothing but themselves, and the offender among them has a name. */
static void test_bank(void **state) {
  (void)state;
  r2nn_stage s = new_stage(R2NN_MAX_NODES, 0, 1);
  s.nodes[40000].g = 1e-3;
  s.nodes[50000].g = 1e3;
  s.inputs[0] = (r2nn_input){.node = 50000, .channel = 0, .g = 1e3};
  assert_stable(&s, 1e-3 / 2e3, 1e-15);
  s.nodes[60000].g = -1e-3;
  assert_unstable(&s, "nodes[60000].g: must be > 0 S for a stable circuit, is -0.001");
  s.inputs[0] = (r2nn_input){.node = 60000, .channel = 0, .g = 0.5};
  s.nodes[60000].g = -0.6;
  assert_unstable(&s, "nodes[60000].g: must be > -0.5 S for a stable circuit, is -0.6");
  r2nn_stage_free(&s);
}

/* Many small parts: pairs with one bad one. */
static void test_many_parts(void **state) {
  (void)state;
  uint32_t n = R2NN_MAX_NODES;
  r2nn_stage s = new_stage(n, n / 2, 1);
  for (uint32_t i = 0; i < n / 2; i++) s.couplings[i] = (r2nn_coupling){.a = i, .b = n - 1 - i, .g = -0.25};
  assert_stable(&s, 0.5, 1e-12); /* K = [0.75 0.25; 0.25 0.75] */
  s.couplings[777].g = -0.75;
  assert_unstable(
      &s, "couplings[777][2]: must be > -0.5 S for a stable circuit, is -0.75 (nodes 777 and 64758: g*R_eff is 1.5, must be < 1)");

  uint32_t *component = malloc(n * sizeof *component);
  assert_int_equal(r2nn_components(&s, component), n / 2);
  for (uint32_t i = 0; i < n / 2; i++) assert_true(component[i] == i && component[n - 1 - i] == i);
  free(component);
  r2nn_stage_free(&s);
}

/* Random networks built stable on purpose, then broken by one coupling: the named bound is the true one. */
static void test_random(void **state) {
  (void)state;
  uint64_t seed = 7;
  for (uint32_t round = 0; round < 50; round++) {
    uint32_t n = 3 + round % 10, n_couplings = n * (n - 1) / 2, i = 0;
    r2nn_stage s = new_stage(n, n_couplings, 0);
    for (uint32_t a = 0; a < n; a++)
      for (uint32_t b = 0; b < a; b++, i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double g = (double)(seed >> 11) / 9007199254740992.0 - 0.5;
        s.couplings[i] = (r2nn_coupling){.a = a, .b = b, .g = g};
        s.nodes[a].g += fmax(0, -2 * g) + 0.01;
        s.nodes[b].g += fmax(0, -2 * g) + 0.01;
      }
    assert_int_equal(r2nn_stage_certify(&s, NULL, NULL), R2NN_OK);
    uint32_t broken = round % n_couplings, named = 0;
    s.couplings[broken].g = -100;
    r2nn_error error = {""};
    double bound = 0;
    assert_int_equal(r2nn_stage_certify(&s, NULL, &error), R2NN_UNSTABLE);
    assert_int_equal(sscanf(error.text, "couplings[%u][2]: must be > %lf", &named, &bound), 2);
    assert_int_equal(named, broken);
    s.couplings[broken].g = bound * (1 - 1e-5);
    assert_int_equal(r2nn_stage_certify(&s, NULL, NULL), R2NN_OK);
    s.couplings[broken].g = bound * (1 + 1e-5);
    assert_int_equal(r2nn_stage_certify(&s, NULL, NULL), R2NN_UNSTABLE);
    r2nn_stage_free(&s);
  }
}

static void test_self(void **state) {
  (void)state;
  r2nn_stage s = new_stage(3, 2, 0.5);
  s.couplings[0] = (r2nn_coupling){.a = 0, .b = 1, .g = 2};
  s.couplings[1] = (r2nn_coupling){.a = 2, .b = 1, .g = -0.25};
  s.inputs[0] = (r2nn_input){.node = 1, .channel = 0, .g = 4};
  double self[3];
  r2nn_stage_selves(&s, self);
  const double wanted[] = {2.5, 6.25, 0.25};
  for (uint32_t i = 0; i < 3; i++) assert_true(r2nn_stage_self(&s, i) == wanted[i] && self[i] == wanted[i]);
  r2nn_stage_free(&s);
}

static void test_layouts(void **state) {
  (void)state;
  r2nn_stage s = {.topology = ""};
  assert_int_equal(r2nn_topology_bank(&s, 5, 2, NULL), R2NN_OK);
  assert_string_equal(s.topology, "bank:5");
  assert_true(s.n_nodes == 5 && s.n_couplings == 0 && s.n_inputs == 10 && s.n_outputs == 5);
  assert_true(s.inputs[3].node == 1 && s.inputs[3].channel == 1 && s.inputs[3].g == 0 && s.outputs[4] == 4);
  r2nn_stage_free(&s);

  assert_int_equal(r2nn_topology_full(&s, 5, 1, NULL), R2NN_OK);
  assert_string_equal(s.topology, "full:5");
  assert_true(s.n_couplings == 10 && s.couplings[0].a == 0 && s.couplings[0].b == 1);
  assert_true(s.couplings[9].a == 3 && s.couplings[9].b == 4);
  r2nn_stage_free(&s);

  /* the paper's lattice: 25 outer nodes, 40 couplings between them, 25 inner nodes */
  assert_int_equal(r2nn_topology_grid(&s, 5, 5, 1, NULL), R2NN_OK);
  assert_string_equal(s.topology, "grid:5x5");
  assert_true(s.n_nodes == 50 && s.n_couplings == 65 && s.n_inputs == 1 && s.n_outputs == 3);
  assert_true(s.inputs[0].node == 2 && s.outputs[0] == 25 + 10 && s.outputs[1] == 25 + 14 && s.outputs[2] == 25 + 22);
  uint32_t n_at[50] = {0}, corners[4];
  for (uint32_t i = 0; i < 65; i++) {
    n_at[s.couplings[i].a]++;
    n_at[s.couplings[i].b]++;
    s.couplings[i].g = -(double)(i + 1);
  }
  assert_true(n_at[0] == 3 && n_at[2] == 4 && n_at[12] == 5 && n_at[25] == 1 && n_at[49] == 1);
  r2nn_topology_corners(5, 5, corners);
  assert_true(corners[0] == 0 && corners[1] == 4 && corners[2] == 20 && corners[3] == 24);
  r2nn_topology_ground(&s, corners[3]);
  assert_true(s.nodes[24].g == R2NN_SHORT * 65); /* its inner node's coupling is the last */
  r2nn_stage_free(&s);

  r2nn_error error = {""};
  assert_int_equal(r2nn_topology_grid(&s, 2, 5, 1, &error), R2NN_BAD_ARGUMENT);
  assert_int_equal(r2nn_topology_grid(&s, 40, 40, 1, &error), R2NN_BAD_ARGUMENT);
  assert_string_equal(error.text, "grid columns: must be 3 to 25, is 40");
  assert_int_equal(r2nn_topology_full(&s, R2NN_MAX_COMPONENT + 1, 1, &error), R2NN_BAD_ARGUMENT);
  assert_int_equal(r2nn_topology_bank(&s, 0, 1, &error), R2NN_BAD_ARGUMENT);
  assert_int_equal(r2nn_topology_bank(&s, 65536, 256, &error), R2NN_BAD_ARGUMENT);
  assert_null(s.nodes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pair),   cmocka_unit_test(test_pair_message), cmocka_unit_test(test_ground),
      cmocka_unit_test(test_ring),   cmocka_unit_test(test_bank),         cmocka_unit_test(test_many_parts),
      cmocka_unit_test(test_random), cmocka_unit_test(test_self),         cmocka_unit_test(test_layouts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
