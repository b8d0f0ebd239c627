/* Measuring a board, against boards that are not there: latency to a tenth of a frame, values found again, troubles named.
 * ctest-labels: physics ctest-timeout: 240 */
#include "found_modes.h"
#include "model_file.h"
#include "networks.h"

#include <math.h>

#define RATE MODES_RATE

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

/* The modes of the board are found, in frequency and quality. */
static void identifies(const r2nn_model *model, const char *opamp, double tolerance, uint64_t seed, double snr_db, double most_hz,
                       double most_q, uint32_t n_least) {
  modes_def def = {model, opamp, tolerance, seed, snr_db, most_hz, most_q};
  modes_off off = modes_identify(&def);
  print_message("%u of %u modes, up to %.2f %% off: found within %.5f %% in frequency, %.4f %% in Q; misfit %.2f, "
                "error %.2g\n",
                off.n_sure, off.n, 100 * off.moved, 100 * off.hz, 100 * off.q, off.misfit, off.error);
  assert_true(off.hz < most_hz && off.q < most_q);
  assert_true(!isinf(snr_db) || off.error < 5e-4); /* nothing is left but what 32-bit floats make */
  assert_true(off.moved > 0.2 * tolerance && off.n_sure >= n_least);
}

static void finds_modes(void **state) {
  (void)state;
  r2nn_model *model = network(6, 1, 200, 1500, 8, 1.5, false, 2);
  identifies(model, "ideal", 0.05, 3, INFINITY, 1e-4, 2e-3, 4);
  identifies(model, "ideal", 0.05, 4, 60, 1e-3, 0.05, 5);
  r2nn_model_free(model);
  r2nn_error error;
  static const char *const presets[] = {"vowels", "paper-grid"};
  for (int k = 0; k < 2; k++) {
    if (model_file_read(presets[k], &model, &error) != R2NN_OK) fail_msg("%s", error.text);
    identifies(model, "ideal", 0.05, 7, 60, 1e-3, 0.05, k ? 1 : 32);
    identifies(model, "TL074", 0.05, 7, 60, 1e-3, 0.05, k ? 1 : 32);  /* what its op-amps do is in D, C and g */
    if (k == 0) identifies(model, "TL074", 0, 1, 60, 3e-4, 5e-3, 32); /* four of its resonances are at one frequency */
    r2nn_model_free(model);
  }
  model = network(6, 2, 200, 1500, 200, 1.5, true, 5);
  identifies(model, "ideal", 0.05, 7, 60, 1e-3, 0.05, 3);
  identifies(model, "TLV9064", 0.05, 7, 60, 1e-3, 0.05, 3);
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
    modes_def board = {.model = models[w], .opamp = "ideal", .tolerance = 0.05, .seed = 3 + w};
    r2nn_model *built = modes_board(&board);
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
