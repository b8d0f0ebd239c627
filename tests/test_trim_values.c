/* What turning a trimmer does to a model, against the parts of the circuit that has it. ctest-labels: physics */
#include "networks.h"
#include "r2nn/board.h"
#include "r2nn/circuit.h"

/* The ideal op-amp has a gain of 1e6. */
static void near(double got, double expected, double scale) {
  assert_true(fabs(got - expected) <= 1e-5 * (fabs(expected) + scale));
}

/* Couplings and inputs of both signs, so that there are stages, inverters and nodes with the other sign. */
static r2nn_circuit *design(const r2nn_model *model, double range) {
  r2nn_circuit_def def = r2nn_circuit_def_default();
  r2nn_circuit *circuit;
  r2nn_error error = {""};
  def.network_only = true;
  def.trim_range = range;
  for (int k = 0; k < R2NN_N_TRIMS; k++) def.trims[k] = true;
  if (r2nn_circuit_design(model, &def, &circuit, &error) != R2NN_OK) fail_msg("%s", error.text);
  return circuit;
}

/* The model that the turned parts make is the one that r2nn_trims_turn makes of the model of the parts as they were. */
static void turns_as_the_parts_do(const r2nn_model *model, uint32_t *n_of_kind) {
  r2nn_circuit *circuit = design(model, 0.2);
  uint32_t n;
  r2nn_trim *trims = r2nn_circuit_trims(circuit, &n);
  double *factors = malloc(circuit->n_elements * sizeof *factors), *ohm = malloc((n + 1) * sizeof *ohm);
  r2nn_model *before, *after;
  r2nn_error error = {""};
  uint64_t seed = 3;
  assert_int_equal(r2nn_trims_check(trims, n, &model->stages[0], &error), R2NN_OK);
  for (uint32_t i = 0; i < n; i++) {
    double share = uniform(&seed);
    assert_true(trims[i].low_ohm <= 0.8 * trims[i].ohm && trims[i].high_ohm >= 1.2 * trims[i].ohm);
    ohm[i] = trims[i].ohm * (0.9 + 0.2 * share);
    n_of_kind[trims[i].kind]++;
  }
  for (uint32_t i = 0; i < circuit->n_elements; i++) factors[i] = 1;
  assert_int_equal(r2nn_board_model(circuit, factors, &before, &error), R2NN_OK);
  r2nn_trims_turn(trims, n, ohm, &before->stages[0]);
  for (uint32_t i = 0; i < n; i++) trims[i].set_ohm = ohm[i];
  assert_int_equal(r2nn_circuit_turn(circuit, trims, n, factors, &error), R2NN_OK);
  if (r2nn_board_model(circuit, factors, &after, &error) != R2NN_OK) fail_msg("%s", error.text);
  const r2nn_stage *a = &before->stages[0], *b = &after->stages[0];
  for (uint32_t i = 0; i < a->n_nodes; i++) {
    near(a->nodes[i].d, b->nodes[i].d, 0);
    near(a->nodes[i].c, b->nodes[i].c, 0);
    near(a->nodes[i].g, b->nodes[i].g, 1e-4);
  }
  for (uint32_t k = 0; k < a->n_couplings; k++) near(a->couplings[k].g, b->couplings[k].g, 1e-6);
  for (uint32_t k = 0; k < a->n_inputs; k++) near(a->inputs[k].g, b->inputs[k].g, 1e-6);
  r2nn_model_free(before);
  r2nn_model_free(after);
  free(factors);
  free(ohm);
  free(trims);
  r2nn_circuit_free(circuit);
}

static void all_kinds(void **state) {
  (void)state;
  uint32_t n_of_kind[R2NN_N_TRIMS] = {0};
  for (uint64_t seed = 1; seed < 6; seed++) {
    r2nn_model *model = network(6, 2, 200, 1500, 20, 1.5, true, seed);
    turns_as_the_parts_do(model, n_of_kind);
    r2nn_model_free(model);
  }
  for (int k = 0; k < R2NN_N_TRIMS; k++) {
    print_message("%s: %u trimmers\n", r2nn_trim_names[k], n_of_kind[k]);
    assert_true(n_of_kind[k] > 0);
  }
}

static void paths_are_read_back(void **state) {
  (void)state;
  r2nn_trim trim, again;
  char path[64];
  for (int k = 0; k < R2NN_N_TRIMS; k++) {
    trim = (r2nn_trim){.kind = (r2nn_trim_kind)k, .index = 37};
    r2nn_trim_path(&trim, path, sizeof path);
    assert_true(r2nn_trim_find(path, &again));
    assert_true(again.kind == trim.kind && again.index == 37);
  }
  static const char *const wrong[] = {"",
                                      "stages[1].nodes[0].g",
                                      "stages[0].nodes[].g",
                                      "stages[0].nodes[07].g",
                                      "stages[0].nodes[1].c",
                                      "stages[0].inputs[99999999999]"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_false(r2nn_trim_find(wrong[i], &again));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(all_kinds), cmocka_unit_test(paths_are_read_back)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
