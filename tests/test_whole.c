/* Whole clips judged by their spectra: the decisions and energies of the engine that runs them.
 * ctest-labels: physics */
#include "core/drive.h"
#include "networks.h"
#include "r2nn/whole.h"

#include <string.h>

enum { MOST = 6000, TAIL_S = 2 };

/* A coupled network that m channels drive through order high-passes. */
static r2nn_model *coupled(uint32_t m, uint32_t order) {
  r2nn_model *model = network(6, m, 150, 3000, 5, 0.5, true, 7 + m);
  model->readout.scale = R2NN_SCALE_LOG;
  model->remove_mean = order > 0;
  model->highpass_hz = 700;
  model->highpass_order = order ? order : 1;
  for (uint32_t i = 0; i < 2 * model->stages[0].n_outputs; i++) model->head.w1[i] = (float)(i % 3) - 1;
  return checked(model);
}

/* A sound with an offset, that rises and breaks off. */
static void fill(float *samples, uint32_t n_values, uint32_t seed) {
  uint64_t state = seed;
  for (uint32_t i = 0; i < n_values; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    float noise = (float)(state >> 40) * 0x1p-23f - 1;
    samples[i] = 0.3f + noise * (0.01f + 0.3f * (float)i / (float)n_values) + 0.2f * sinf((float)(i * seed) * 0.01f);
  }
}

static r2nn_decision run_clip(r2nn_engine *engine, const float *samples, uint32_t n) {
  r2nn_decision decision;
  r2nn_engine_reset(engine);
  r2nn_engine_run(engine, samples, n);
  r2nn_engine_drain(engine, r2nn_engine_tail(engine, TAIL_S));
  r2nn_engine_finish(engine);
  assert_true(r2nn_engine_poll(engine, &decision));
  return decision;
}

static void compare(const r2nn_model *model, double rate_hz) {
  static float samples[3 * MOST];
  static const uint32_t lengths[] = {1, 2, 63, 1000, 2999, 3000};
  r2nn_error error = {""};
  r2nn_whole *whole;
  r2nn_hall *hall;
  r2nn_engine_def def = r2nn_engine_def_default(model, rate_hz);
  uint32_t m = model->n_channels, n_features = r2nn_model_n_features(model);
  if (r2nn_whole_new(model, &def, 3000, TAIL_S, &whole, &error) != R2NN_OK) fail_msg("%s", error.text);
  assert_int_equal(r2nn_hall_new(whole, &hall, &error), R2NN_OK);
  uint64_t least, most = r2nn_whole_frames(whole, &least);
  assert_true(least <= 3000 && most >= 3000 && most <= MOST);
  r2nn_engine *run = new_engine(model, rate_hz), *told = new_engine(model, rate_hz);
  double worst_db = 0;
  for (uint32_t k = 0; k < sizeof lengths / sizeof *lengths + 1; k++) {
    uint32_t n = k < sizeof lengths / sizeof *lengths ? lengths[k] : (uint32_t)most;
    fill(samples, n * m, k + 1);
    r2nn_decision a = run_clip(run, samples, n), b;
    r2nn_whole_decide(whole, hall, told, samples, n);
    assert_true(r2nn_engine_poll(told, &b));
    assert_false(r2nn_engine_poll(told, &b));
    double loudest = 0;
    for (uint32_t o = 0; o < n_features; o++) loudest = fmax(loudest, a.energies[o]);
    for (uint32_t o = 0; o < n_features; o++) {
      assert_true(fabs(a.energies[o] - b.energies[o]) <= 2e-4 * loudest);
      if (n >= 1000) worst_db = fmax(worst_db, fabs(10 * log10(b.energies[o] / a.energies[o])));
    }
    assert_int_equal(a.class_index, b.class_index);
    assert_true(a.start == b.start && a.end == b.end && fabsf(a.level_db - b.level_db) < 1e-3f);
  }
  printf("  %u channels, %g Hz: within %.5f dB\n", m, rate_hz, worst_db);
  assert_true(worst_db < 0.0005);
  r2nn_engine_free(run);
  r2nn_engine_free(told);
  r2nn_hall_free(hall);
  r2nn_whole_free(whole);
}

static void energies_are_those_of_the_engine(void **state) {
  (void)state;
  for (uint32_t m = 1; m <= 3; m++)
    for (uint32_t order = 0; order <= 2; order++) {
      r2nn_model *model = coupled(m, order);
      compare(model, 12000);
      r2nn_model_free(model);
    }
}

/* Lengths from the least to the most share one, and the next make others. */
static void lengths_come_in_kinds(void **state) {
  (void)state;
  r2nn_error error = {""};
  r2nn_model *model = coupled(1, 1);
  r2nn_engine_def def = r2nn_engine_def_default(model, 8000);
  uint64_t least, most, before = 0;
  for (uint64_t n = 1; n < 9000; n = most + 1) {
    r2nn_whole *whole;
    assert_int_equal(r2nn_whole_new(model, &def, n, TAIL_S, &whole, &error), R2NN_OK);
    most = r2nn_whole_frames(whole, &least);
    assert_true(least == before + 1 && most >= n);
    before = most;
    r2nn_whole_free(whole);
  }
  r2nn_model_free(model);
}

static void what_does_not_fit_is_told(void **state) {
  (void)state;
  r2nn_error error = {""};
  r2nn_whole *whole;
  r2nn_model *model = coupled(1, 1);
  r2nn_engine_def def = r2nn_engine_def_default(model, 8000);
  assert_true(r2nn_whole_fits(model, &def));
  assert_int_equal(r2nn_whole_new(model, &def, 100000000, TAIL_S, &whole, &error), R2NN_BAD_ARGUMENT);
  assert_non_null(strstr(error.text, "too long"));
  assert_int_equal(r2nn_whole_new(model, &def, 8000, 1e-4, &whole, &error), R2NN_BAD_ARGUMENT);
  assert_non_null(strstr(error.text, "rings longer"));
  def.readout.mode = R2NN_MODE_WINDOW;
  assert_false(r2nn_whole_fits(model, &def));
  def.readout.mode = R2NN_MODE_FILE;
  def.readout.energy = R2NN_ENERGY_RECTIFY;
  assert_false(r2nn_whole_fits(model, &def));
  def.readout.energy = R2NN_ENERGY_SQUARE;
  model->stages[0].smooth_s = 0.01;
  assert_false(r2nn_whole_fits(model, &def));
  model->stages[0].smooth_s = 0;
  model->stages[0].law = R2NN_LAW_RECTIFY;
  assert_false(r2nn_whole_fits(model, &def));
  assert_int_equal(r2nn_whole_new(model, &def, 8000, TAIL_S, &whole, &error), R2NN_BAD_ARGUMENT);
  assert_null(whole);
  r2nn_model_free(model);
}

/* The coupling of a row is that of one sample after another. */
static void rows_are_coupled_as_samples_are(void **state) {
  (void)state;
  static float samples[MOST];
  static double row[MOST];
  static const uint32_t lengths[] = {1, 3, 4, 5, 255, 256, 257, 260, 512, MOST};
  for (uint32_t order = 0; order <= 2; order++)
    for (uint32_t corner = 0; corner < 3; corner++)
      for (uint32_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        r2nn_drive drive = r2nn_drive_design((double[]){0.01, 100, 30000}[corner], order, 8000);
        r2nn_drive_state here = {0};
        fill(samples, lengths[k], k + 1);
        for (uint32_t t = 0; t < lengths[k]; t++) row[t] = (double)samples[t];
        r2nn_drive_row(&drive, row, lengths[k]);
        for (uint32_t t = 0; t < lengths[k]; t++)
          assert_true(fabs(row[t] - r2nn_drive_step(&drive, &here, (double)samples[t])) < 1e-12);
      }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(energies_are_those_of_the_engine),
      cmocka_unit_test(lengths_come_in_kinds),
      cmocka_unit_test(what_does_not_fit_is_told),
      cmocka_unit_test(rows_are_coupled_as_samples_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
