/* Circuits in ngspice: networks meet the engine, the certificate is where they begin to grow, detectors and heads do what they
 * should. ctest-labels: physics slow ctest-timeout: 600 */
#include "circuit/sweep_sound.h"
#include "circuit/verify.h"
#include "r2nn/board.h"
#include "spice.h"

/* Sweep a network and hold it to the engine, both of the same parts: of each output's peak in time, and in frequency. */
static void hold_parts(r2nn_model *model, const r2nn_part_model *parts, double waveform, double response) {
  r2nn_circuit_def def = r2nn_circuit_def_default();
  def.network_only = true;
  if (parts) def.parts = *parts;
  r2nn_circuit *circuit = design(model, &def);
  r2nn_model *board;
  assert_int_equal(r2nn_board_model(circuit, NULL, &board, NULL), R2NN_OK);
  const verify_job job = {circuit, model, board};
  sweep_sound sound;
  verify_result result;
  r2nn_error error = {""};
  assert_int_equal(sweep_sound_make(circuit, 0.5, &sound, NULL), R2NN_OK);
  if (verify_sound_on(&job, sound.in, sound.n_frames, sound.rate_hz, VERIFY_STEPS_SWEEP, true, &result, &error) != R2NN_OK)
    fail_msg("%s", error.text);
  print_message("  waveform off by %.2g %%, response by %.2g %%\n", 100 * result.waveform_error, 100 * result.response_error);
  if (result.waveform_error > waveform || result.response_error > response)
    fail_msg("waveform off by %g, response by %g", result.waveform_error, result.response_error);
  assert_int_equal(result.decisions_compared, result.decisions_equal);
  sweep_sound_free(&sound);
  r2nn_model_free(board);
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
}

static void hold(r2nn_model *model) {
  hold_parts(model, NULL, 1e-3, 5e-4);
}

/* Couplings of both signs: some nodes have stages. */
static void coupled(void **state) {
  (void)state;
  hold(network(4, 1, 300, 900, 6, 1.5, false, 5));
}

/* Two high-passes, RC nodes, inputs of both signs from two channels: inverters. */
static void driven(void **state) {
  (void)state;
  r2nn_model *model = network(3, 2, 200, 600, 4, 0, true, 7);
  r2nn_stage *s = &model->stages[0];
  for (uint32_t k = 0; k < s->n_inputs; k++) {
    s->nodes[s->inputs[k].node].g += s->inputs[k].channel ? 2 * s->inputs[k].g : 0;
    s->inputs[k].g *= s->inputs[k].channel ? -1 : 1;
  }
  model->remove_mean = true;
  model->highpass_hz = 150;
  model->highpass_order = 2;
  hold(checked(model));
}

/* Op-amps of 10 MHz and film capacitors: dD/D = 4 f/ft = 8e-4 shifts a resonance by half of that, which at Q 20 is 1.6 % of the
 * peak, and 2 tan delta = 0.002 adds 4 % to its damping. The board knows, alone and in a network with negative-resistance stages.
 */
static void real_parts(void **state) {
  (void)state;
  r2nn_circuit_def def = r2nn_circuit_def_default();
  r2nn_model *model = resonator(2000, 20, 0.5);
  verify_result off;
  sweep_sound sound;
  def.parts.opamp.gbw_hz = 10e6;
  def.parts.opamp.gain = 1e5;
  def.parts.capacitor.loss = 1e-3;
  def.network_only = true;
  r2nn_circuit *circuit = design(model, &def);
  const verify_job unknowing = {circuit, model, circuit->built};
  assert_int_equal(sweep_sound_make(circuit, 0.5, &sound, NULL), R2NN_OK);
  assert_int_equal(verify_sound_on(&unknowing, sound.in, sound.n_frames, sound.rate_hz, 100, true, &off, NULL), R2NN_OK);
  print_message("  response off by %.2g %% without the board's model\n", 100 * off.response_error);
  assert_true(off.response_error > 2e-2 && off.response_error < 8e-2);
  sweep_sound_free(&sound);
  r2nn_circuit_free(circuit);
  hold_parts(model, &def.parts, 2e-3, 5e-4);
  hold_parts(network(4, 1, 300, 3000, 6, 1.5, false, 5), &def.parts, 1e-2, 1e-2);
}

/* Three nodes in a ring, one coupling negative and share of its limit 1/R_eff. */
static r2nn_model *ring(double share) {
  r2nn_model *model = new_model(1, 3, 3, 1, 3);
  r2nn_stage *s = &model->stages[0];
  s->couplings[0] = (r2nn_coupling){0, 1, 2e-5};
  s->couplings[1] = (r2nn_coupling){1, 2, 3e-5};
  s->inputs[0] = (r2nn_input){0, 0, 1e-6};
  for (uint32_t i = 0; i < 3; i++) s->nodes[i].g = 1e-5;
  s->nodes[0].g -= 1e-6;
  /* R_eff between 0 and 2 of what is there: K^-1 of a chain, by hand: (K^-1)_00 + (K^-1)_22 - 2 (K^-1)_02 */
  double k00 = 3e-5, k11 = 6e-5, k22 = 4e-5, a = 2e-5, b = 3e-5;
  double det = k00 * (k11 * k22 - b * b) - a * a * k22, r = (k11 * k22 - b * b + k00 * k11 - a * a - 2 * a * b) / det;
  s->couplings[2] = (r2nn_coupling){0, 2, -share / r};
  for (uint32_t i = 0; i < 3; i++) {
    s->nodes[i].d = 1e-5 / (4 * PI * PI * 400 * 400);
    s->nodes[i].c = 1e-5 / (2 * PI * 400 * 5);
  }
  return model;
}

/* Largest |V| of the outputs over the last quarter of a run from 1 mV. */
static double left_of(const r2nn_circuit *circuit, double duration_s) {
  char folder[SCRATCH_SIZE];
  spice_table table;
  r2nn_error error = {""};
  double start_v[] = {1e-3, -1e-3, 0.5e-3}, largest = 0;
  r2nn_netlist_def def = {.result = "result.txt", .duration_s = duration_s, .step_s = 5e-6, .print_s = 1e-4, .start_v = start_v};
  char *text = r2nn_circuit_netlist(circuit, &def);
  assert_int_equal(scratch_make(folder, NULL), R2NN_OK);
  assert_int_equal(scratch_write(folder, "net.cir", text, NULL), R2NN_OK);
  free(text);
  if (spice_run(folder, "net.cir", &error) != R2NN_OK || spice_read(folder, "result.txt", 4, &table, &error) != R2NN_OK)
    fail_msg("%s", error.text);
  for (uint32_t row = 3 * table.n_rows / 4; row < table.n_rows; row++)
    for (uint32_t i = 1; i < 4; i++) largest = fmax(largest, fabs(table.values[4 * row + i]));
  spice_free(&table);
  scratch_remove(folder);
  return largest;
}

/* Op-amps as negative resistors are stable exactly while the certificate says so: a network just inside the limit rings out, one
 * just outside grows. */
static void certificate(void **state) {
  (void)state;
  static const double shares[] = {0.9, 0.97, 1.03, 1.1};
  int n_stable = 0;
  for (int k = 0; k < 4; k++) {
    r2nn_model *model = ring(shares[k]);
    r2nn_circuit_def def = r2nn_circuit_def_default();
    def.network_only = def.unchecked = true;
    def.scale_ohm = 22e3;
    r2nn_circuit *circuit = design(model, &def);
    bool is_stable = r2nn_stage_certify(&circuit->built->stages[0], NULL, NULL) == R2NN_OK;
    assert_true(circuit->counts[R2NN_OPAMP] > 7); /* buffer, three FDNRs and negative resistances */
    double left = left_of(circuit, 0.3);
    print_message("  %g of the limit: certificate %s, from 1 mV to %.3g V\n", shares[k], is_stable ? "stable" : "unstable", left);
    if (is_stable ? left > 0.9e-3 : left < 5e-3) fail_msg("the certificate says %s", is_stable ? "stable" : "unstable");
    n_stable += is_stable;
    r2nn_circuit_free(circuit);
    def.unchecked = false; /* and what would grow is not built */
    r2nn_status status = r2nn_circuit_design(model, &def, &circuit, NULL);
    assert_int_equal(status, is_stable ? R2NN_OK : R2NN_UNSTABLE);
    r2nn_circuit_free(circuit);
    r2nn_model_free(model);
  }
  assert_int_equal(n_stable, 2); /* both sides were seen */
}

/* Play tones of hz to a circuit; what nets[n] have at the end, averaged over the last tenth, and the amplitude of the first probe.
 */
static void play(const r2nn_circuit *circuit, double hz, double level_v, double length_s, const uint32_t *nets, uint32_t n,
                 double *ends, double *amplitude) {
  char folder[SCRATCH_SIZE], path[SCRATCH_SIZE + 16];
  spice_table table;
  r2nn_error error = {""};
  double rate = 60 * hz;
  uint32_t n_frames = (uint32_t)(length_s * rate), width = 1 + circuit->n_probes + n;
  verify_sound sound = {.in = malloc(n_frames * sizeof(float)), .n_frames = n_frames, .rate_hz = rate};
  for (uint32_t t = 0; t < n_frames; t++) sound.in[t] = (float)(level_v * sin(2 * PI * hz * t / rate));
  r2nn_netlist_def def = {.stimulus = "stimulus.txt",
                          .result = "result.txt",
                          .duration_s = length_s - 2 / rate,
                          .step_s = 0.5 / rate,
                          .print_s = 1 / rate,
                          .watched = nets,
                          .n_watched = n};
  char *text = r2nn_circuit_netlist(circuit, &def);
  assert_int_equal(scratch_make(folder, NULL), R2NN_OK);
  snprintf(path, sizeof path, "%s/stimulus.txt", folder);
  assert_int_equal(verify_write_stimulus(&sound, 1, path, NULL), R2NN_OK);
  assert_int_equal(scratch_write(folder, "net.cir", text, NULL), R2NN_OK);
  free(text);
  if (spice_run(folder, "net.cir", &error) != R2NN_OK || spice_read(folder, "result.txt", width, &table, &error) != R2NN_OK)
    fail_msg("%s", error.text);
  uint32_t from = 9 * table.n_rows / 10;
  *amplitude = 0;
  for (uint32_t i = 0; i < n; i++) ends[i] = 0;
  for (uint32_t row = from; row < table.n_rows; row++) {
    const double *at = table.values + (size_t)row * width;
    *amplitude = fmax(*amplitude, fabs(at[1]));
    for (uint32_t i = 0; i < n; i++) ends[i] += at[1 + circuit->n_probes + i] / (table.n_rows - from);
  }
  spice_free(&table);
  scratch_remove(folder);
  free(sound.in);
}

/* A resonator, a law, and an RC node behind it that takes half of what it hears. */
static r2nn_model *cascade(r2nn_law law, double scale_v) {
  r2nn_model *model = r2nn_model_new(1, 2, 2);
  model->classes[0] = strdup("a");
  model->classes[1] = strdup("b");
  model->remove_mean = false;
  model->readout.mode = R2NN_MODE_FILE;
  assert_int_equal(r2nn_stage_init(&model->stages[0], 1, 0, 1, 1, NULL), R2NN_OK);
  assert_int_equal(r2nn_stage_init(&model->stages[1], 1, 0, 1, 1, NULL), R2NN_OK);
  assert_int_equal(r2nn_head_init(&model->head, R2NN_HEAD_PERCEPTRON, 1, 0, 2, NULL), R2NN_OK);
  r2nn_stage *first = &model->stages[0], *second = &model->stages[1];
  first->inputs[0].g = first->nodes[0].g = 1e-5;
  tune_node(first, 0, 500, 3);
  first->law = law;
  first->law_scale_v = scale_v;
  first->smooth_s = 0.02;
  second->inputs[0].g = second->nodes[0].g = 1e-5;
  second->nodes[0].c = 2e-5 * 0.005;
  return checked(model);
}

/* Half of the law of a tone's mean, within a few per cent: diodes, transistors and rounding are real. */
static void law(r2nn_law which, double scale_v, double (*expected)(double amplitude, double scale_v), double volt) {
  r2nn_model *model = cascade(which, scale_v);
  r2nn_circuit_def def = r2nn_circuit_def_default();
  r2nn_circuit *circuit = design(model, &def);
  uint32_t net = circuit->probes[1].net;
  double end, amplitude;
  assert_int_equal(circuit->n_probes, 2);
  assert_true(circuit->probes[1].volt == volt);
  play(circuit, 500, 0.6, 0.15, &net, 1, &end, &amplitude);
  double wanted = volt * expected(amplitude, scale_v) / 2;
  print_message("  %s: %.4f V, expected %.4f V\n", r2nn_law_name(which), end, wanted);
  assert_true(fabs(end - wanted) < 0.03 * fabs(wanted) + 2e-3);
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
}

static double mean_rectified(double amplitude, double scale_v) {
  (void)scale_v;
  return 2 / PI * amplitude;
}
static double mean_square(double amplitude, double scale_v) {
  return amplitude * amplitude / 2 / scale_v;
}
static double log_rectified(double amplitude, double scale_v) {
  return log(2 / PI * amplitude + scale_v);
}
static double log_of_itself(double amplitude, double scale_v) { /* agc of a single output: e is its own peak */
  (void)amplitude;
  return log(1 + 1 / scale_v);
}

static void detectors(void **state) {
  (void)state;
  law(R2NN_LAW_RECTIFY, 1, mean_rectified, 1);
  law(R2NN_LAW_SQUARE, 0.5, mean_square, 1);
  law(R2NN_LAW_LOG, 0.05, log_rectified, 0.25);
  law(R2NN_LAW_AGC, 0.01, log_of_itself, 1);
}

/* Two resonators, a head, and two tones: the class whose net is at 5 V is the one that the engine decides on. */
static void head(r2nn_head_kind kind, r2nn_energy energy) {
  static const double tones[] = {300, 600};
  uint32_t n_hidden = kind == R2NN_HEAD_ENERGY ? 0 : 2;
  r2nn_model *model = new_model(1, 2, 0, 2, 2);
  r2nn_stage *s = &model->stages[0];
  for (uint32_t i = 0; i < 2; i++) {
    s->inputs[i] = (r2nn_input){i, 0, 1e-5};
    s->nodes[i].g = 1e-5;
    tune_node(s, i, tones[i], 6);
  }
  model->readout.energy = energy;
  r2nn_head_free(&model->head);
  assert_int_equal(r2nn_head_init(&model->head, kind, 2, n_hidden, 2, NULL), R2NN_OK);
  model->readout.suppress_common = true;
  if (n_hidden) { /* hidden 0 hears feature 0 less feature 1; class 0 hears hidden 0 less hidden 1 */
    const float w1[] = {0.8f, -0.5f, -0.4f, 0.9f}, b1[] = {0.7f, 0.5f}, w2[] = {1.2f, -0.7f, -0.6f, 1.1f}, b2[] = {0.5f, 0.5f};
    memcpy(model->head.w1, w1, sizeof w1);
    memcpy(model->head.b1, b1, sizeof b1);
    memcpy(model->head.w2, w2, sizeof w2);
    memcpy(model->head.b2, b2, sizeof b2);
    model->head.ground1[0] = 0.3f;
    model->head.ground2[1] = -0.2f;
    for (uint32_t i = 0; i < 2; i++) model->head.gain[i] = 0.7f;
    if (kind == R2NN_HEAD_SPML) model->head.offset[0] = -0.5f;
  }
  checked(model);
  r2nn_circuit_def def = r2nn_circuit_def_default();
  r2nn_circuit *circuit = design(model, &def);
  uint32_t nets[] = {r2nn_circuit_net(circuit, "class0"), r2nn_circuit_net(circuit, "class1")};
  assert_true(nets[0] && nets[1]);
  for (int k = 0; k < 2; k++) {
    double ends[2], amplitude;
    float *in = malloc(4800 * sizeof *in);
    for (int t = 0; t < 4800; t++) in[t] = (float)(0.8 * sin(2 * PI * tones[k] * t / 48000));
    r2nn_engine_def engine_def = r2nn_engine_def_default(model, 48000);
    r2nn_engine *engine;
    r2nn_decision decision;
    assert_int_equal(r2nn_engine_new(model, &engine_def, &engine, NULL), R2NN_OK);
    r2nn_engine_run(engine, in, 4800);
    r2nn_engine_finish(engine);
    assert_true(r2nn_engine_poll(engine, &decision));
    int decided = decision.best_index;
    play(circuit, tones[k], 0.8, 0.1, nets, 2, ends, &amplitude);
    print_message("  %s, %g Hz: class nets at %.2f and %.2f V, engine: class %d\n", r2nn_head_name(kind), tones[k], ends[0],
                  ends[1], decided);
    assert_true(ends[decided] > 4 && ends[1 - decided] < 1);
    if (kind != R2NN_HEAD_SPML) assert_int_equal(decided, k);
    r2nn_engine_free(engine);
    free(in);
  }
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
}

static void heads(void **state) {
  (void)state;
  head(R2NN_HEAD_ENERGY, R2NN_ENERGY_SQUARE);
  head(R2NN_HEAD_ENERGY, R2NN_ENERGY_RECTIFY);
  head(R2NN_HEAD_NPML, R2NN_ENERGY_SQUARE);
  head(R2NN_HEAD_SPML, R2NN_ENERGY_SQUARE);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(coupled),     cmocka_unit_test(driven),    cmocka_unit_test(real_parts),
                                     cmocka_unit_test(certificate), cmocka_unit_test(detectors), cmocka_unit_test(heads)};
  return RUN_WITH_SPICE(tests);
}
