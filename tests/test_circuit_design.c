/* Circuits on paper: preferred values, FDNRs, op-amps for what is negative, lists, part models.
 * ctest-labels: physics */
#include "circuit/gic.h"
#include "circuit/signs.h"
#include "networks.h"
#include "r2nn/circuit.h"

static void series(void **state) {
  (void)state;
  assert_true(r2nn_series_step(R2NN_E24, 4990, 0) == 5100);
  assert_true(r2nn_series_step(R2NN_E96, 4990, 0) == 4990);
  assert_true(r2nn_series_step(R2NN_E96, 9.9e-9, 0) == 1e-8);
  assert_true(r2nn_series_step(R2NN_E6, 5e-9, 0) == 4.7e-9);
  assert_true(r2nn_series_step(R2NN_E12, 1e3, -1) == 820);
  assert_true(r2nn_series_step(R2NN_E24, 910, 1) == 1000);
  for (int k = 0; k < R2NN_N_SERIES; k++) assert_int_equal(r2nn_series_find(r2nn_series_name((r2nn_series)k)), k);
  assert_int_equal(r2nn_series_find("E192"), -1);
  for (double x = 1; x < 1e7; x *= 1.013) assert_true(fabs(r2nn_series_step(R2NN_E96, x, 0) / x - 1) < 0.0155);
}

/* D within tolerance, omega*tau near 1, Rx on the damped side, for whatever a model may ask. */
static void fdnr(void **state) {
  (void)state;
  for (double hz = 0.5; hz < 20e3; hz *= 1.7)
    for (double ohm = 2e3; ohm < 200e3; ohm *= 1.9) {
      double omega = 2 * PI * hz, d = 1 / (ohm * omega * omega);
      if (d * omega < 1.5e-10 || d * omega > 8e-6) continue; /* no such capacitor on stock */
      for (int e24 = 0; e24 < 2; e24++) {
        r2nn_gic gic = r2nn_gic_design(d, omega, e24 ? R2NN_E24 : R2NN_E96);
        double off = fabs(gic.ca * gic.cb * gic.r2 * gic.r4 / gic.rx / d - 1), tau = omega * gic.r4 * gic.cb;
        if (off > (e24 ? 0.01 : 1e-3)) fail_msg("%g Hz, %g ohm: D is off by %g", hz, ohm, off);
        if (tau < 0.6 || tau > 1.7) fail_msg("%g Hz, %g ohm: omega tau is %g", hz, ohm, tau);
        if (gic.rx > gic.r2 || gic.rx > gic.r4) fail_msg("%g Hz, %g ohm: Rx %g feeds the resonance", hz, ohm, gic.rx);
      }
    }
}

/* Couplings of either sign among n nodes, dominant as training makes them. */
static r2nn_model *signed_model(uint32_t n, uint64_t seed, double negative) {
  r2nn_model *model = new_model(2, n, n * (n - 1) / 2, 2 * n, 1);
  r2nn_stage *s = &model->stages[0];
  uint32_t k = 0;
  for (uint32_t a = 0; a < n; a++)
    for (uint32_t b = a + 1; b < n; b++, k++)
      s->couplings[k] = (r2nn_coupling){a, b, (uniform(&seed) < negative ? -1 : 1) * 1e-5 * (0.3 + uniform(&seed))};
  for (uint32_t i = 0; i < 2 * n; i++)
    s->inputs[i] = (r2nn_input){i / 2, i % 2, (uniform(&seed) < negative ? -1 : 1) * 1e-5 * (0.5 + uniform(&seed))};
  for (uint32_t i = 0; i < n; i++) {
    double turned = 0;
    for (k = 0; k < s->n_couplings; k++)
      if ((s->couplings[k].a == i || s->couplings[k].b == i) && s->couplings[k].g < 0) turned -= 2 * s->couplings[k].g;
    for (k = 0; k < s->n_inputs; k++)
      if (s->inputs[k].node == i && s->inputs[k].g < 0) turned -= 2 * s->inputs[k].g;
    s->nodes[i].g = 2e-5 + turned;
    tune_node(s, i, 300 + 200 * i, 8);
  }
  return checked(model);
}

/* The op-amps of the signs that fixed[] leaves no choice of. */
static uint32_t count_fixed(const r2nn_stage *stage, const bool *fixed) {
  r2nn_signs signs;
  assert_int_equal(r2nn_signs_choose(stage, 2, fixed, &signs, NULL), R2NN_OK);
  uint32_t n = signs.n_opamps;
  r2nn_signs_free(&signs);
  return n;
}

/* As few op-amps as any choice of signs needs. */
static void fewest(void **state) {
  (void)state;
  enum { N = 5 };
  for (uint64_t seed = 1; seed <= 30; seed++) {
    r2nn_model *model = signed_model(N, seed, 0.2 + 0.02 * (double)seed);
    r2nn_stage *s = &model->stages[0];
    bool fixed[N] = {false}, all[N] = {true, true, true, true, true};
    uint32_t chosen = count_fixed(s, fixed), least = UINT32_MAX;
    double self[N];
    for (uint32_t i = 0; i < N; i++) self[i] = r2nn_stage_self(s, i);
    for (uint32_t turns = 0; turns < 1u << N; turns++) {
      r2nn_model *copy = r2nn_model_copy(model);
      r2nn_stage *t = &copy->stages[0];
      for (uint32_t k = 0; k < t->n_couplings; k++)
        if ((turns >> t->couplings[k].a ^ turns >> t->couplings[k].b) & 1) t->couplings[k].g = -t->couplings[k].g;
      for (uint32_t k = 0; k < t->n_inputs; k++)
        if (turns >> t->inputs[k].node & 1) t->inputs[k].g = -t->inputs[k].g;
      for (uint32_t i = 0; i < N; i++) t->nodes[i].g += self[i] - r2nn_stage_self(t, i);
      uint32_t n = count_fixed(t, all);
      if (n < least) least = n;
      r2nn_model_free(copy);
    }
    if (chosen != least) fail_msg("seed %u: %u op-amps, %u would do", (unsigned)seed, chosen, least);
    r2nn_model_free(model);
  }
}

/* Negative couplings that a change of signs takes away need no op-amp; one around a ring of three needs two. */
static void frustration(void **state) {
  (void)state;
  r2nn_model *model = new_model(1, 3, 3, 1, 1);
  r2nn_stage *s = &model->stages[0];
  bool fixed[3] = {false};
  for (uint32_t k = 0; k < 3; k++) s->couplings[k] = (r2nn_coupling){k, (k + 1) % 3, k < 2 ? -1e-5 : 1e-5};
  s->inputs[0] = (r2nn_input){0, 0, 1e-5};
  for (uint32_t i = 0; i < 3; i++) s->nodes[i].g = 5e-5;
  assert_int_equal(count_fixed(s, fixed), 0);
  s->couplings[1].g = 1e-5;
  assert_int_equal(count_fixed(s, fixed), 2);
  r2nn_model_free(model);
}

/* What is built is near what was wanted, the lists hold all of it, and the network has no part beyond what they list. */
static void lists(void **state) {
  (void)state;
  r2nn_model *model = signed_model(6, 3, 0.5);
  r2nn_circuit_def def = r2nn_circuit_def_default();
  r2nn_circuit *circuit;
  r2nn_error error = {""};
  if (r2nn_circuit_design(model, &def, &circuit, &error) != R2NN_OK) fail_msg("%s", error.text);
  for (uint32_t i = 0; i < 6; i++) {
    double d = circuit->built->stages[0].nodes[i].d / model->stages[0].nodes[i].d;
    double c = circuit->built->stages[0].nodes[i].c / model->stages[0].nodes[i].c;
    double k = r2nn_stage_self(&circuit->built->stages[0], i) / r2nn_stage_self(&model->stages[0], i);
    if (fabs(d - 1) > 1e-3 || fabs(c - 1) > 0.03 || fabs(k - 1) > 0.02) fail_msg("node %u: D %g, C %g, K %g", i, d, c, k);
  }
  char *bom = r2nn_circuit_bom(circuit), *map = r2nn_circuit_map(circuit);
  assert_non_null(bom);
  assert_non_null(map);
  for (uint32_t i = 0; i < circuit->n_elements; i++) {
    const r2nn_element *e = &circuit->elements[i];
    char name[24];
    snprintf(name, sizeof name, "%s%u", r2nn_element_letter(e->kind), e->number);
    assert_non_null(strstr(bom, name));
    if (e->kind == R2NN_RESISTOR) assert_true(fabs(e->value / e->exact - 1) < 0.02 || strstr(e->role, "R"));
  }
  for (uint32_t k = 0; k < model->stages[0].n_couplings; k++) {
    char name[40];
    snprintf(name, sizeof name, "stages[0].couplings[%u],S,", k);
    assert_non_null(strstr(map, name));
  }
  uint32_t lines = 0, total = 0, count;
  for (char *at = bom; (at = strchr(at, '\n')) && at[1]; lines++) {
    char *end = strchr(++at, '\n'), *last = end; /* reference,value,unit,series,tolerance,count,role */
    while (*--last != ',') continue;
    while (*--last != ',') continue;
    assert_int_equal(sscanf(last, ",%u,", &count), 1);
    total += count;
  }
  assert_int_equal(total, circuit->n_elements);
  free(bom);
  free(map);
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
}

/* --scale puts the middle of the resistors where it is asked for and changes no response. */
static void scale(void **state) {
  (void)state;
  r2nn_model *model = signed_model(6, 4, 0.3);
  double first[2];
  for (int k = 0; k < 2; k++) {
    r2nn_circuit_def def = r2nn_circuit_def_default();
    r2nn_circuit *circuit;
    double re[2], im[2], logs = 0;
    uint32_t n = 0;
    def.scale_ohm = k ? 100e3 : 5e3;
    assert_int_equal(r2nn_circuit_design(model, &def, &circuit, NULL), R2NN_OK);
    for (uint32_t b = 0; b < circuit->n_blocks; b++)
      for (uint32_t i = 0; i < circuit->blocks[b].n_elements && circuit->blocks[b].kind == R2NN_BLOCK_COUPLING; i++, n++)
        logs += log(circuit->elements[circuit->blocks[b].first + i].value);
    assert_true(fabs(log(exp(logs / n) / def.scale_ohm)) < log(2.5));
    assert_int_equal(r2nn_stage_response(&circuit->built->stages[0], 2, 400, re, im, NULL, NULL), R2NN_OK);
    first[k] = hypot(re[0], im[0]);
    r2nn_circuit_free(circuit);
  }
  assert_true(fabs(first[0] / first[1] - 1) < 0.1);
  r2nn_model_free(model);
}

static void refuse_parts(const char *text, const char *says) {
  r2nn_part_model parts;
  r2nn_error error = {""};
  assert_int_equal(r2nn_part_model_parse(text, strlen(text), &parts, &error), R2NN_BAD_ARGUMENT);
  if (!strstr(error.text, says)) fail_msg("\"%s\" does not say \"%s\"", error.text, says);
}

static void parts(void **state) {
  (void)state;
  const char *good = "{\"format\":\"r2nn-parts\",\"version\":1,\"opamp\":{\"name\":\"X\",\"gbw_hz\":1e7,\"units\":2},"
                     "\"capacitor\":{\"loss\":0.002}}";
  r2nn_part_model read;
  assert_int_equal(r2nn_part_model_parse(good, strlen(good), &read, NULL), R2NN_OK);
  assert_true(read.opamp.gbw_hz == 1e7 && read.opamp.gain == 1e6 && read.opamp.n_units == 2 && read.capacitor.loss == 0.002);
  refuse_parts("{", "line 1");
  refuse_parts("[]", "object");
  refuse_parts("{\"format\":\"r2nn-model\",\"version\":1}", "format: must be \"r2nn-parts\", is \"r2nn-model\"");
  refuse_parts("{\"format\":\"r2nn-parts\",\"version\":2}", "version");
  refuse_parts("{\"format\":\"r2nn-parts\",\"version\":1,\"opamp\":{\"gbw\":1}}", "gbw");
  refuse_parts("{\"format\":\"r2nn-parts\",\"version\":1,\"opamp\":{\"gain\":1}}", "opamp.gain: must be 100 to 1e+09, is 1");
  refuse_parts("{\"format\":\"r2nn-parts\",\"version\":1,\"opamp\":{\"swing_v\":20,\"supply_v\":15}}", "opamp.swing_v");
  refuse_parts("{\"format\":\"r2nn-parts\",\"version\":1,\"capacitor\":{\"loss\":2}}", "capacitor.loss: must be 0 to 1, is 2");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(series),      cmocka_unit_test(fdnr),  cmocka_unit_test(fewest),
                                     cmocka_unit_test(frustration), cmocka_unit_test(lists), cmocka_unit_test(scale),
                                     cmocka_unit_test(parts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
