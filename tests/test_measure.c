/* Measuring a board, against boards that are not there: latency to a tenth of a frame, values found again, troubles named.
 * ctest-labels: physics ctest-timeout: 240 */
#include "model_file.h"
#include "networks.h"
#include "parts_file.h"
#include "r2nn/board.h"
#include "virtual_sweep.h"

#include <math.h>

#define RATE 48000.0

/* Any delay, coloured or not, in noise. */
static void finds_latency(void **state) {
  (void)state;
  static const double frames[] = {17, 144.25, 143.5, 999.9};
  r2nn_model *model = network(4, 1, 200, 900, 6, 1.5, false, 1);
  for (uint32_t i = 0; i < 8; i++) {
    virtual_def def = {.model = model,
                       .rate_hz = RATE,
                       .delay_s = frames[i / 2] / RATE,
                       .snr_db = i % 2 ? 60 : INFINITY,
                       .coloured = true,
                       .seed = i};
    r2nn_sweep sweep = r2nn_sweep_usual(RATE, 0.3, 0.25);
    session all = measure(&def, &sweep);
    double found;
    bool inverted;
    assert_int_equal(r2nn_heard_latency(&all.loopback, RATE, &found, &inverted, NULL), R2NN_OK);
    print_message("%8.2f frames: found %+.4f off\n", frames[i / 2], found - frames[i / 2]);
    assert_true(fabs(found - frames[i / 2]) < 0.1 && !inverted);
    forget(&all);
  }
  r2nn_model_free(model);
}

static r2nn_model *board_of(const r2nn_model *model, const char *opamp, double tolerance, uint64_t seed) {
  r2nn_circuit_def circuit_def = r2nn_circuit_def_default();
  r2nn_board_def board_def = {tolerance, seed};
  r2nn_circuit *circuit;
  r2nn_model *built;
  r2nn_error error = {""};
  circuit_def.network_only = true;
  if (parts_file_read("--opamp", opamp, &circuit_def.parts, &error) != R2NN_OK) fail_msg("%s", error.text);
  if (r2nn_circuit_design(model, &circuit_def, &circuit, &error) != R2NN_OK) fail_msg("%s", error.text);
  if (r2nn_board_build(circuit, &board_def, &built, &error) != R2NN_OK) fail_msg("%s", error.text);
  r2nn_circuit_free(circuit);
  return built;
}

/* The modes of the board are found, in frequency and quality. */
static void identifies(const r2nn_model *model, const char *opamp, uint64_t seed, double snr_db, double most_hz, double most_q,
                       uint32_t n_least) {
  r2nn_model *built = board_of(model, opamp, 0.05, seed);
  virtual_def def = {.model = built, .rate_hz = RATE, .delay_s = 0.003, .snr_db = snr_db, .coloured = true, .seed = seed};
  r2nn_sweep sweep;
  assert_int_equal(r2nn_sweep_for(built, RATE, 0.1, 0.25, &sweep, NULL), R2NN_OK);
  session all = measure(&def, &sweep);
  r2nn_identify_def how = r2nn_identify_def_default(0.05, RATE);
  r2nn_identified found;
  r2nn_error error = {""};
  if (r2nn_identify(model, all.heard, &all.loopback, &how, &found, &error) != R2NN_OK) fail_msg("%s", error.text);
  uint32_t n;
  double *re, *im, worst_hz = 0, worst_q = 0, moved = 0;
  uint32_t n_sure = 0;
  assert_int_equal(r2nn_stage_poles(&built->stages[0], &n, &re, &im, NULL), R2NN_OK);
  assert_int_equal(n, found.n_modes);
  for (uint32_t k = 0; k < n; k++) {
    const r2nn_mode_found *mode = &found.modes[k];
    if (mode->found_q == 0 || 3 * mode->sigma_hz > most_hz || 3 * mode->sigma_q > most_q) continue; /* no output shows it well */
    double off_hz = INFINITY, off_q = INFINITY;
    for (uint32_t j = 0; j < n; j++) { /* the true one nearest to it */
      double hz = hypot(re[j], im[j]) / (2 * M_PI), off = fabs(mode->found_hz / hz - 1);
      if (off < off_hz) off_q = fabs(mode->found_q * re[j] / (M_PI * hz) + 1);
      off_hz = fmin(off_hz, off);
    }
    worst_hz = fmax(worst_hz, off_hz);
    worst_q = fmax(worst_q, off_q);
    moved = fmax(moved, fabs(mode->found_hz / mode->design_hz - 1));
    n_sure++;
  }
  print_message("%u of %u modes, up to %.2f %% off: found within %.5f %% in frequency, %.4f %% in Q; misfit %.2f, "
                "error %.2g\n",
                n_sure, n, 100 * moved, 100 * worst_hz, 100 * worst_q, found.misfit, found.error);
  assert_true(worst_hz < most_hz && worst_q < most_q);
  assert_true(moved > 0.01 && n_sure >= n_least);
  free(re);
  free(im);
  r2nn_identified_free(&found);
  forget(&all);
  r2nn_model_free(built);
}

static void finds_modes(void **state) {
  (void)state;
  r2nn_model *model = network(6, 1, 200, 1500, 8, 1.5, false, 2);
  identifies(model, "ideal", 3, INFINITY, 1e-4, 2e-3, 4);
  identifies(model, "ideal", 4, 60, 1e-3, 0.05, 5);
  r2nn_model_free(model);
  r2nn_error error;
  static const char *const presets[] = {"vowels", "paper-grid"};
  for (int k = 0; k < 2; k++) {
    if (model_file_read(presets[k], &model, &error) != R2NN_OK) fail_msg("%s", error.text);
    identifies(model, "ideal", 7, 60, 1e-3, 0.05, k ? 1 : 32);
    identifies(model, "TL074", 7, 60, 1e-3, 0.05, k ? 1 : 32); /* what its op-amps do is in D, C and g */
    r2nn_model_free(model);
  }
  model = network(6, 2, 200, 1500, 200, 1.5, true, 5);
  identifies(model, "ideal", 7, 60, 1e-3, 0.05, 3);
  identifies(model, "TLV9064", 7, 60, 1e-3, 0.05, 3);
  r2nn_model_free(model);
}

/* Each trouble by its name, on the right output, and none where there is none. */
static void names_troubles(void **state) {
  (void)state;
  static const struct {
    virtual_fault fault;
    uint32_t a, b;
    double value;
    r2nn_trouble_kind expected;
  } cases[] = {
      {VIRTUAL_WELL, 0, 0, 0, R2NN_TROUBLE_NOISY},      {VIRTUAL_DEAD, 2, 0, 0, R2NN_TROUBLE_DEAD},
      {VIRTUAL_SWAP, 1, 3, 0, R2NN_TROUBLE_SWAPPED},    {VIRTUAL_CLIP, 0, 0, 0.1, R2NN_TROUBLE_CLIPS},
      {VIRTUAL_HUM, 0, 0, 50, R2NN_TROUBLE_HUM},        {VIRTUAL_HUM, 0, 0, 60, R2NN_TROUBLE_HUM},
      {VIRTUAL_INVERT, 1, 0, 0, R2NN_TROUBLE_INVERTED}, {VIRTUAL_OPEN, 0, 0, 0, R2NN_TROUBLE_OPEN},
      {VIRTUAL_SILENT, 0, 0, 0, R2NN_TROUBLE_SILENT},
  };
  r2nn_model *models[] = {network(6, 1, 200, 1500, 8, 1.5, false, 2), network(6, 2, 300, 3000, 30, 1.5, true, 5)};
  for (uint32_t w = 0; w < 2; w++) {
    r2nn_model *built = board_of(models[w], "ideal", 0.05, 3 + w);
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      virtual_def def = {.model = built,
                         .rate_hz = RATE,
                         .delay_s = 0.003,
                         .snr_db = 60,
                         .coloured = true,
                         .seed = i,
                         .fault = cases[i].fault,
                         .a = cases[i].a,
                         .b = cases[i].b,
                         .value = cases[i].value};
      r2nn_sweep sweep;
      assert_int_equal(r2nn_sweep_for(models[w], RATE, 0.1, 0.25, &sweep, NULL), R2NN_OK);
      session all = measure(&def, &sweep);
      r2nn_trouble troubles[R2NN_TROUBLES_MOST];
      uint32_t n;
      assert_int_equal(r2nn_diagnose(models[w], all.heard, &all.loopback, troubles, &n, NULL), R2NN_OK);
      for (uint32_t k = 0; k < n; k++)
        print_message("network %u, fault %d: trouble %d, output %d, other %d, %.3g, %g Hz\n", w, cases[i].fault, troubles[k].kind,
                      (int)troubles[k].output, (int)troubles[k].other, troubles[k].value, troubles[k].freq_hz);
      if (cases[i].fault == VIRTUAL_WELL) {
        assert_int_equal(n, 0);
      } else {
        assert_true(n >= 1);
        assert_int_equal(troubles[0].kind, cases[i].expected);
      }
      if (cases[i].fault == VIRTUAL_INVERT) {
        assert_int_equal(n, 1);
        assert_int_equal(troubles[0].output, cases[i].a);
      }
      if (cases[i].fault == VIRTUAL_DEAD || cases[i].fault == VIRTUAL_SWAP) {
        assert_int_equal(n, 1);
        assert_int_equal(troubles[0].output, cases[i].a);
        assert_int_equal(troubles[0].other, cases[i].b);
      }
      if (cases[i].fault == VIRTUAL_HUM) assert_true(troubles[0].freq_hz == cases[i].value);
      forget(&all);
    }
    r2nn_model_free(built);
    r2nn_model_free(models[w]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(finds_latency), cmocka_unit_test(finds_modes),
                                     cmocka_unit_test(names_troubles)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
