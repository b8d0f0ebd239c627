/* What real circuits do beside their equations, in the engine: limits take energy away at any rate, noise is as large as physics
 * says and the same however it is cut into blocks, offsets stand. ctest-labels: physics */
#include "networks.h"
#include "rt/lanes.h"

static r2nn_engine *flawed(const r2nn_model *model, double rate_hz, const r2nn_flaws *flaws) {
  r2nn_engine_def def = r2nn_engine_def_default(model, rate_hz);
  r2nn_engine *engine;
  r2nn_error error = {""};
  def.flaws = flaws;
  if (r2nn_engine_new(model, &def, &engine, &error) != R2NN_OK) fail_msg("%s", error.text);
  return engine;
}

/* One sample more; the first output of the last network, V. */
static double last_node(r2nn_engine *engine, float sample) {
  r2nn_engine_run(engine, &sample, 1);
  return (double)engine->stages[engine->n_stages - 1].y[0];
}

/* 1/2 sum d v'^2 + 1/2 v K v of the last network, of one connected part; the largest slope over its limit in *over. */
static double energy_of(const r2nn_engine *engine, const r2nn_model *model, const double *limits, double *over) {
  uint32_t last = model->n_stages - 1;
  const r2nn_network *network = &engine->stages[last].network;
  const r2nn_carry_part *part = &network->carry[0];
  const r2nn_stage *stage = &model->stages[last];
  uint32_t n = stage->n_nodes;
  double x[16] = {0}, v[8], self[8], largest = 0, energy = 0;
  assert_true(part->n_states == 2 * n && 2 * n <= 16);
  for (uint32_t k = 0; k < part->n_modes; k++) {
    double re, im;
    r2nn_lane_read(network, part->lane[k], &re, &im);
    for (uint32_t i = 0; i < 2 * n; i++)
      x[i] += part->shapes[2 * (i * part->n_modes + k)] * re - part->shapes[2 * (i * part->n_modes + k) + 1] * im;
  }
  for (uint32_t i = 0; i < n; i++) self[i] = r2nn_stage_self(stage, i);
  for (uint32_t i = 0; i < n; i++) largest = fmax(largest, self[i]);
  *over = 0;
  for (uint32_t i = 0; i < n; i++) {
    double scale = sqrt(largest / self[i]), slope = scale * sqrt(self[i] / stage->nodes[i].d) * x[n + i];
    v[i] = scale * x[i];
    energy += stage->nodes[i].d * slope * slope / 2 + self[i] * v[i] * v[i] / 2;
    *over = fmax(*over, fabs(slope) / limits[i]);
  }
  for (uint32_t k = 0; k < stage->n_couplings; k++)
    energy -= stage->couplings[k].g * v[stage->couplings[k].a] * v[stage->couplings[k].b];
  return energy;
}

/* A coupled network, alone or as a second stage, played to far beyond its limits and then left alone: no sample has more energy
 * than the one before, down to rates at which a period is six samples, and no slope is ever over its limit. sums[rates]: of its
 * first output's squares, V^2 s. */
#define N_RATES 4
static void play_limited(bool is_second, double *sums) {
  static const double rates[N_RATES] = {6e3, 16e3, 48e3, 192e3};
  for (int r = 0; r < N_RATES; r++) {
    r2nn_model *model = network(6, 1, 200, 1000, 30, 1.5, false, 11);
    if (is_second) model = behind(follower(1e-6), model);
    double steps[7] = {INFINITY};
    double *most = steps + 1;
    for (int i = 0; i < 6; i++) most[i] = 20 + 8 * i;
    const r2nn_flaws flaws = {.n_nodes = is_second ? 7 : 6, .slope_v_s = is_second ? steps : most};
    r2nn_engine *engine = flawed(model, rates[r], &flaws), *free_one = new_engine(model, rates[r]);
    uint32_t n = (uint32_t)(0.1 * rates[r]);
    float *noise = new_noise(n, 3), silence = 0;
    double over, loudest = 0, free_loudest = 0;
    sums[r] = 0;
    for (uint32_t t = 0; t < n; t++) {
      noise[t] *= (float)sqrt(rates[r] / 6e3); /* as loud in the band whatever the rate */
      double v = last_node(engine, noise[t]);
      loudest = fmax(loudest, fabs(v));
      sums[r] += v * v / rates[r];
      energy_of(engine, model, most, &over);
      if (over > 1.0001) fail_msg("a slope is %g times its limit", over);
      free_loudest = fmax(free_loudest, fabs(last_node(free_one, noise[t])));
    }
    print_message("  %g Hz: %.3g V, %.3g V without limits\n", rates[r], loudest, free_loudest);
    assert_true(loudest < 0.7 * free_loudest);                               /* they were at work */
    for (uint32_t t = 0; t < R2NN_TAPS_MAX; t++) last_node(engine, silence); /* what a first stage is late by */
    double before = energy_of(engine, model, most, &over), first = before;
    for (uint32_t t = 0; t < n; t++) {
      last_node(engine, silence);
      double energy = energy_of(engine, model, most, &over);
      if (energy > before * (1 + 1e-5)) fail_msg("at %g Hz energy grows from %g to %g", rates[r], before, energy);
      before = energy;
    }
    assert_true(before < 0.1 * first);
    free(noise);
    r2nn_engine_free(engine);
    r2nn_engine_free(free_one);
    r2nn_model_free(model);
  }
}

/* A stage clips behind another as it does alone. */
static void limits(void **state) {
  (void)state;
  double first[N_RATES], second[N_RATES];
  play_limited(false, first);
  play_limited(true, second);
  for (int r = 0; r < N_RATES; r++)
    assert_near(second[r] / first[r], 1, 0.03, "what a second stage clips to, of what a first one does");
}

/* Under its limits an engine with limits is the engine without. */
static void small(void **state) {
  (void)state;
  r2nn_model *model = network(6, 1, 200, 1000, 30, 1.5, false, 11);
  double most[6] = {1e9, 1e9, 1e9, 1e9, 1e9, 1e9};
  const r2nn_flaws flaws = {.n_nodes = 6, .slope_v_s = most};
  enum { N = 3000 };
  float *noise = new_noise(N, 3), *plain = voltages(model, 16e3, noise, N), *limited = malloc(4 * N * sizeof *limited);
  r2nn_engine *engine = flawed(model, 16e3, &flaws);
  r2nn_engine_run_nodes(engine, noise, limited, N);
  for (uint32_t k = 0; k < 4 * N; k++) assert_true(limited[k] == plain[k]);
  r2nn_engine_free(engine);
  free(noise);
  free(plain);
  free(limited);
  r2nn_model_free(model);
}

/* Current noise of density i in a resonator: <v^2> = i^2/K^2 pi/2 f0 Q. */
static void noise(void **state) {
  (void)state;
  r2nn_model *model = resonator(500, 8, 0.5);
  double density = 3e-8, squares = 0;
  const r2nn_flaws flaws = {.n_nodes = 1, .noise_a = &density, .seed = 5};
  enum { N = 400000 };
  float *silence = calloc(N, sizeof *silence), *out = malloc(N * sizeof *out), *again = malloc(N * sizeof *again);
  r2nn_engine *engine = flawed(model, 16e3, &flaws);
  r2nn_engine_run_nodes(engine, silence, out, N);
  for (uint32_t t = N / 100; t < N; t++) squares += (double)out[t] * (double)out[t] / (N - N / 100);
  assert_near(squares / (density * density / 1e-8 * PI / 2 * 500 * 8), 1, 0.06, "noise, of what it should be");
  r2nn_engine_reset(engine);
  for (uint32_t t = 0, n = 1; t < N; t += n, n = n * 7 % 67)
    r2nn_engine_run_nodes(engine, silence, again + t, n = t + n > N ? N - t : n);
  for (uint32_t t = 0; t < N; t++) assert_true(out[t] == again[t]);
  r2nn_engine_free(engine);
  free(silence);
  free(out);
  free(again);
  r2nn_model_free(model);
}

static void offset(void **state) {
  (void)state;
  r2nn_model *model = resonator(500, 8, 0.5);
  double volt = 0.01;
  r2nn_flaws flaws = {.n_nodes = 1, .offset_v = &volt};
  float silence[200] = {0}, out[200];
  r2nn_engine *engine = flawed(model, 16e3, &flaws);
  r2nn_engine_run_nodes(engine, silence, out, 200);
  for (int t = 0; t < 200; t++) assert_true(out[t] == 0.01f);
  r2nn_engine_free(engine);
  r2nn_engine_def def = r2nn_engine_def_default(model, 16e3);
  flaws.n_nodes = 2;
  def.flaws = &flaws;
  assert_int_equal(r2nn_engine_new(model, &def, &engine, NULL), R2NN_BAD_ARGUMENT);
  r2nn_model_free(model);
}

/* Noise of a second stage at its own rate, a quarter of the first's, is as large as there is; whatever the block sizes, after a
 * reset, and beside a plan of stages without noise, the same bits. */
static void noise_of_second(void **state) {
  (void)state;
  enum { N = 1600000, EVERY = 4 };
  r2nn_model *model = behind(follower(1e-5), resonator(200, 8, 0.5));
  model->stages[0].rate_hz = 4e3;
  double density[2] = {0, 3e-8}, squares = 0, energy;
  const r2nn_flaws flaws = {.n_nodes = 2, .noise_a = density, .seed = 5};
  r2nn_engine *engine = flawed(model, 16e3, &flaws);
  for (uint32_t t = 0; t < N; t++) {
    double v = last_node(engine, 0);
    if (t % EVERY == EVERY - 1 && t >= N / 100) squares += v * v * EVERY / (N - N / 100);
  }
  assert_near(squares / (density[1] * density[1] / 1e-8 * PI / 2 * 200 * 8), 1, 0.06, "noise, of what it should be");
  energy = engine->readout.energy[0];
  assert_true(energy > 0);
  float *silence = calloc(N, sizeof *silence);
  r2nn_engine_reset(engine);
  for (uint32_t t = 0, n = 1; t < N; t += n, n = n * 7 % 67) r2nn_engine_run(engine, silence + t, t + n > N ? N - t : n);
  assert_true(engine->readout.energy[0] == energy);
  r2nn_engine_free(engine);
  r2nn_engine_def def = r2nn_engine_def_default(model, 16e3);
  r2nn_plan *plan;
  assert_int_equal(r2nn_plan_new(model, 16e3, &plan, NULL), R2NN_OK);
  def.plan = plan;
  def.flaws = &flaws;
  assert_int_equal(r2nn_engine_new(model, &def, &engine, NULL), R2NN_OK);
  r2nn_plan_free(plan);
  r2nn_engine_run(engine, silence, N);
  assert_true(engine->readout.energy[0] == energy);
  r2nn_engine_free(engine);
  free(silence);
  r2nn_model_free(model);
}

/* Offsets of both stages arrive at the energies as algebra says: the first's through the second, which passes half of it at rest.
 */
static void offsets_of_both(void **state) {
  (void)state;
  enum { N = 16000 };
  r2nn_model *model = behind(follower(1e-3), resonator(500, 8, 0.5));
  double volts[2] = {0.01, -0.03}, wanted = 0.5 * volts[0] + volts[1];
  r2nn_flaws flaws = {.n_nodes = 2, .offset_v = volts};
  float *silence = calloc(N, sizeof *silence);
  r2nn_engine *engine = flawed(model, 16e3, &flaws);
  r2nn_engine_run(engine, silence, N);
  double before = engine->readout.energy[0];
  r2nn_engine_run(engine, silence, N);
  assert_near(engine->readout.energy[0] - before, wanted * wanted, 1e-3 * wanted * wanted, "energy of a second at rest, V^2 s");
  r2nn_engine_free(engine);
  r2nn_engine_def def = r2nn_engine_def_default(model, 16e3);
  r2nn_error error;
  flaws.n_nodes = 3;
  def.flaws = &flaws;
  assert_int_equal(r2nn_engine_new(model, &def, &engine, &error), R2NN_BAD_ARGUMENT);
  assert_string_equal(error.text, "flaws of 3 nodes, but the first 2 stages have 2");
  free(silence);
  r2nn_model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(limits),          cmocka_unit_test(small),
                                     cmocka_unit_test(noise),           cmocka_unit_test(offset),
                                     cmocka_unit_test(noise_of_second), cmocka_unit_test(offsets_of_both)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
