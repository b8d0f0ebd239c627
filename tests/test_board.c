/* Boards: what parts make is what was designed, drawn parts stay within their tolerance, the same board comes out again.
 * ctest-labels: physics */
#include "networks.h"
#include "r2nn/board.h"

static r2nn_circuit *design(const r2nn_model *model, const r2nn_circuit_def *def) {
  r2nn_circuit *circuit;
  r2nn_error error = {""};
  if (r2nn_circuit_design(model, def, &circuit, &error) != R2NN_OK) fail_msg("%s", error.text);
  return circuit;
}

static void meet(double a, double b, const char *what, uint32_t index) {
  if (fabs(a - b) > 1e-9 * fmax(fabs(a), fabs(b))) fail_msg("%s[%u]: %.12g and %.12g", what, index, a, b);
}

static void same_stage(const r2nn_stage *a, const r2nn_stage *b) {
  for (uint32_t i = 0; i < a->n_nodes; i++) {
    meet(a->nodes[i].d, b->nodes[i].d, "d", i);
    meet(a->nodes[i].c, b->nodes[i].c, "c", i);
    meet(r2nn_stage_self(a, i), r2nn_stage_self(b, i), "K", i);
  }
  for (uint32_t k = 0; k < a->n_couplings; k++) meet(a->couplings[k].g, b->couplings[k].g, "couplings", k);
  for (uint32_t k = 0; k < a->n_inputs; k++) meet(a->inputs[k].g, b->inputs[k].g, "inputs", k);
}

/* Parts of their stock values around op-amps without limits make the values that rounding has made. */
static void stock(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 8; seed++) {
    r2nn_model *model = network(5, 2, 200, 900, 6, 1.5, seed % 2, seed), *made;
    r2nn_circuit_def def = r2nn_circuit_def_default();
    def.parts.opamp.gain = 1e18;
    r2nn_circuit *circuit = design(model, &def);
    assert_int_equal(r2nn_board_model(circuit, NULL, &made, NULL), R2NN_OK);
    same_stage(&made->stages[0], &circuit->built->stages[0]);
    r2nn_model_free(made);
    r2nn_circuit_free(circuit);
    r2nn_model_free(model);
  }
}

/* Every part within its tolerance, all over it; the same seed draws the same board, another one another. */
static void draws(void **state) {
  (void)state;
  r2nn_model *model = network(5, 2, 200, 900, 6, 1.5, false, 3), *one, *two;
  r2nn_circuit_def circuit_def = r2nn_circuit_def_default();
  circuit_def.parts.capacitor.tolerance = 0.05;
  r2nn_circuit *circuit = design(model, &circuit_def);
  double *factors = malloc(circuit->n_elements * sizeof *factors), least = 1, most = 1;
  for (uint64_t seed = 1; seed <= 50; seed++) {
    r2nn_board_def def = {.tolerance = seed % 2 ? -1 : 0.02, .seed = seed};
    r2nn_board_draw(circuit, &def, factors);
    for (uint32_t i = 0; i < circuit->n_elements; i++) {
      r2nn_element_kind kind = circuit->elements[i].kind;
      double own = kind == R2NN_CAPACITOR ? 0.05 : kind == R2NN_RESISTOR ? 0.01 : 0;
      double most_off = own > 0 && def.tolerance > 0 ? def.tolerance : own;
      assert_true(fabs(factors[i] - 1) <= most_off);
      if (kind == R2NN_CAPACITOR && def.tolerance < 0) {
        least = fmin(least, factors[i]);
        most = fmax(most, factors[i]);
      }
    }
  }
  assert_true(least < 0.951 && most > 1.049);
  r2nn_board_def def = {.tolerance = 0.05, .seed = 7};
  assert_int_equal(r2nn_board_build(circuit, &def, &one, NULL), R2NN_OK);
  assert_int_equal(r2nn_board_build(circuit, &def, &two, NULL), R2NN_OK);
  same_stage(&one->stages[0], &two->stages[0]);
  r2nn_model_free(two);
  def.seed = 8;
  assert_int_equal(r2nn_board_build(circuit, &def, &two, NULL), R2NN_OK);
  assert_true(one->stages[0].nodes[0].d != two->stages[0].nodes[0].d);
  r2nn_model_free(one);
  r2nn_model_free(two);
  free(factors);
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
}

/* What a network does beside its equations is the same behind a detector as alone, there 1 V of the model being a quarter of one:
 * currents at rest, noise and limits, node by node. */
static void second_stage(void **state) {
  (void)state;
  r2nn_model *first = network(4, 1, 200, 900, 6, 1.5, false, 5), *alone = network(5, 4, 200, 900, 6, 1.5, true, 6);
  r2nn_model *model;
  r2nn_circuit_def def = r2nn_circuit_def_default();
  r2nn_board_def board = r2nn_board_def_default();
  r2nn_flaws *both, *one;
  def.parts.opamp.bias_a = 1e-8;
  def.parts.opamp.noise_v = 18e-9;
  def.parts.opamp.swing_v = 13.5;
  r2nn_circuit *circuit = design(alone, &def);
  assert_int_equal(r2nn_board_flaws(circuit, &board, &one, NULL), R2NN_OK);
  r2nn_circuit_free(circuit);
  first->stages[0].law = R2NN_LAW_LOG;
  first->stages[0].law_scale_v = 0.01;
  model = behind(first, alone);
  circuit = design(model, &def);
  assert_int_equal(r2nn_board_flaws(circuit, &board, &both, NULL), R2NN_OK);
  assert_int_equal(one->n_nodes, 5);
  assert_int_equal(both->n_nodes, 4 + 5);
  for (uint32_t i = 0; i < 5; i++) {
    assert_true(one->noise_a[i] > 0 && one->offset_v[i] != 0);
    assert_true(isfinite(one->slope_v_s[i]) == (i % 3 != 1));
    meet(both->noise_a[4 + i], 4 * one->noise_a[i], "noise", i);
    meet(both->offset_v[4 + i], 4 * one->offset_v[i], "offset", i);
    if (isfinite(one->slope_v_s[i])) meet(both->slope_v_s[4 + i], 4 * one->slope_v_s[i], "slope", i);
  }
  r2nn_flaws_free(both);
  def.network_only = true;
  r2nn_circuit_free(circuit);
  circuit = design(model, &def);
  assert_int_equal(r2nn_board_flaws(circuit, &board, &both, NULL), R2NN_OK);
  assert_int_equal(both->n_nodes, 4);
  r2nn_flaws_free(both);
  r2nn_flaws_free(one);
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(stock), cmocka_unit_test(draws), cmocka_unit_test(second_stage)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
