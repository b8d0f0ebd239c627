/* What op-amps do beside a circuit's model, in ngspice and as the board knows it: offsets, noise, how far they swing.
 * ctest-labels: physics slow ctest-timeout: 600 */
#include "circuit/sweep_sound.h"
#include "circuit/verify.h"
#include "r2nn/board.h"
#include "spice.h"

/* The largest gain to an op-amp's output, with the place and the frequency where the margins say: in ngspice it is there, and no
 * output has more, there or about every resonance. */
static void hold_room(r2nn_model *model, const char *at) {
  r2nn_circuit_def def = r2nn_circuit_def_default();
  r2nn_netlist_def netlist = {0};
  r2nn_margins margins;
  def.network_only = true;
  r2nn_circuit *circuit = design(model, &def);
  assert_int_equal(r2nn_circuit_margins(circuit, &margins, NULL), R2NN_OK);
  double largest = 0;
  for (uint32_t k = 0; k < circuit->n_blocks; k++)
    for (uint32_t i = circuit->blocks[k].first; i < circuit->blocks[k].first + circuit->blocks[k].n_elements; i++) {
      char line[300];
      const char *out = circuit->nets[circuit->elements[i].nets[2]];
      if (circuit->elements[i].kind != R2NN_OPAMP || circuit->blocks[k].kind == R2NN_BLOCK_DRIVE) continue;
      snprintf(line, sizeof line, "ac lin 1 %.12g %.12g\nprint vm(%s) > answer.txt", margins.gain_hz, margins.gain_hz, out);
      largest = fmax(largest, ask(circuit, &netlist, line));
      snprintf(line, sizeof line, "ac dec 2000 %g %g\nmeas ac most max vm(%s)\nprint most > answer.txt", circuit->lowest_hz / 2,
               2 * circuit->highest_hz, out);
      assert_true(ask(circuit, &netlist, line) < 1.001 * margins.gain);
    }
  print_message("  largest gain %.5g at node %u's %s, %.4g Hz; ngspice %.5g\n", margins.gain, margins.gain_node, margins.gain_at,
                margins.gain_hz, largest);
  assert_near(margins.gain, largest, 1e-3 * largest, "gain");
  assert_string_equal(margins.gain_at, at);
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
}

static void room(void **state) {
  (void)state;
  hold_room(network(4, 1, 300, 900, 6, 1.5, false, 5), "negative-resistance stage");
  hold_room(resonator(700, 200, 0.5), "FDNR");
}

/* Offsets and bias currents at rest, and the noise of the resistors: what ngspice finds in the netlist, the board knows. */
static void flaws(void **state) {
  (void)state;
  r2nn_model *model = network(4, 1, 300, 900, 6, 1.5, false, 5);
  r2nn_circuit_def def = r2nn_circuit_def_default();
  r2nn_board_def board = r2nn_board_def_default();
  r2nn_netlist_def netlist = {0};
  r2nn_flaws *found;
  def.network_only = true;
  def.parts.opamp.offset_v = 1e-3;
  def.parts.opamp.bias_a = 1e-8;
  r2nn_circuit *circuit = design(model, &def);
  assert_true(circuit->counts[R2NN_OPAMP] > 9); /* a buffer, four FDNRs and something negative */
  assert_int_equal(r2nn_board_flaws(circuit, &board, &found, NULL), R2NN_OK);
  for (uint32_t k = 0; k < circuit->n_probes; k++) {
    const r2nn_circuit_probe *probe = &circuit->probes[k];
    char line[200];
    snprintf(line, sizeof line, "op\nprint v(%s) > answer.txt", circuit->nets[probe->net]);
    double spice = ask(circuit, &netlist, line), here = probe->volt * found->offset_v[probe->node];
    print_message("  node %u: offset %.4g mV, ngspice %.4g mV\n", probe->node, 1e3 * here, 1e3 * spice);
    assert_near(here, spice, 0.03 * fabs(spice) + 1e-5, "offset");
  }
  r2nn_flaws_free(found);
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);

  model = resonator(1000, 10, 0.5);
  def.parts = r2nn_part_model_ideal();
  circuit = design(model, &def);
  assert_int_equal(r2nn_board_flaws(circuit, &board, &found, NULL), R2NN_OK);
  double k = r2nn_stage_self(&circuit->built->stages[0], 0), density = found->noise_a[0];
  double here = density / k * 10; /* at f0, where Q times 1/K is what a current sees */
  double spice = ask(circuit, &netlist, "noise v(n0_0) Vac0 lin 1 1000 1000\nsetplot noise1\nprint onoise_spectrum > answer.txt");
  print_message("  noise %.4g nV/sqrt(Hz), ngspice %.4g nV/sqrt(Hz)\n", 1e9 * here, 1e9 * spice);
  assert_near(here, spice, 0.05 * spice, "noise");
  r2nn_flaws_free(found);
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
}

/* Noise of a resonator behind an RC node: its own and, through it, that of the node. */
static void noise_of_second(void **state) {
  (void)state;
  r2nn_model *model = behind(follower(1e-4), resonator(1000, 10, 0.5));
  r2nn_circuit_def def = r2nn_circuit_def_default();
  r2nn_board_def board = r2nn_board_def_default();
  r2nn_netlist_def netlist = {0};
  r2nn_flaws *found;
  char line[200];
  r2nn_circuit *circuit = design(model, &def);
  assert_int_equal(r2nn_board_flaws(circuit, &board, &found, NULL), R2NN_OK);
  assert_int_equal(found->n_nodes, 2);
  const r2nn_stage *stages = circuit->built->stages;
  double self[2] = {r2nn_stage_self(&stages[0], 0), r2nn_stage_self(&stages[1], 0)};
  double first = found->noise_a[0] / hypot(self[0], 2 * PI * 1000 * stages[0].nodes[0].c);
  double own = found->noise_a[1] / self[1] * 10, here = hypot(own, first * stages[1].inputs[0].g / self[1] * 10);
  snprintf(line, sizeof line, "noise v(%s) Vac0 lin 1 1000 1000\nsetplot noise1\nprint onoise_spectrum > answer.txt",
           circuit->nets[circuit->probes[1].net]);
  double spice = ask(circuit, &netlist, line);
  print_message("  noise of a second stage %.4g nV/sqrt(Hz), %.4g its own, ngspice %.4g nV/sqrt(Hz)\n", 1e9 * here, 1e9 * own,
                1e9 * spice);
  assert_near(here, spice, 0.05 * spice, "noise of a second stage");
  r2nn_flaws_free(found);
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
}

/* Energies of a resonator's voltage while a tone plays to it and, after it, rings out: of the netlist, of the board's engine with
 * its limits, and of the board without. */
static void overload(const r2nn_circuit *circuit, double hz, double level_v, double spice[2], double limited[2],
                     double free_one[2]) {
  enum { PERIODS = 40, RATE = 300 };
  char folder[SCRATCH_SIZE], path[SCRATCH_SIZE + 16];
  uint32_t n = PERIODS * RATE, begin_rest = 3 * n / 4;
  double rate = RATE * hz;
  verify_sound sound = {.in = malloc(n * sizeof(float)), .n_frames = n, .rate_hz = rate};
  for (uint32_t t = 0; t < n; t++) sound.in[t] = t < begin_rest ? (float)(level_v * sin(2 * PI * hz * t / rate)) : 0;
  r2nn_netlist_def def = {
      .stimulus = "stimulus.txt", .result = "result.txt", .duration_s = (n - 2) / rate, .step_s = 0.5 / rate, .print_s = 1 / rate};
  char *text = r2nn_circuit_netlist(circuit, &def);
  spice_table table;
  r2nn_error error = {""};
  assert_int_equal(scratch_make(folder, NULL), R2NN_OK);
  snprintf(path, sizeof path, "%s/stimulus.txt", folder);
  assert_int_equal(verify_write_stimulus(&sound, 1, path, NULL), R2NN_OK);
  assert_int_equal(scratch_write(folder, "net.cir", text, NULL), R2NN_OK);
  free(text);
  if (spice_run(folder, "net.cir", &error) != R2NN_OK || spice_read(folder, "result.txt", 2, &table, &error) != R2NN_OK)
    fail_msg("%s", error.text);
  scratch_remove(folder);
  spice[0] = spice[1] = 0;
  for (uint32_t row = 0; row < table.n_rows; row++) {
    double v = table.values[2 * row + 1];
    spice[table.values[2 * row] * rate >= begin_rest] += v * v;
  }
  spice_free(&table);
  r2nn_board_def board_def = r2nn_board_def_default();
  r2nn_model *board;
  r2nn_flaws *found;
  assert_int_equal(r2nn_board_build(circuit, &board_def, &board, NULL), R2NN_OK);
  assert_int_equal(r2nn_board_flaws(circuit, &board_def, &found, NULL), R2NN_OK);
  float *out = malloc(n * sizeof *out);
  for (int with = 0; with < 2; with++) {
    r2nn_engine_def engine_def = r2nn_engine_def_default(board, rate);
    r2nn_engine *engine;
    double *sums = with ? limited : free_one;
    if (with) engine_def.flaws = found;
    assert_int_equal(r2nn_engine_new(board, &engine_def, &engine, NULL), R2NN_OK);
    r2nn_engine_run_nodes(engine, sound.in, out, n);
    r2nn_engine_free(engine);
    sums[0] = sums[1] = 0;
    for (uint32_t t = 0; t < n; t++) sums[t >= begin_rest] += (double)out[t] * (double)out[t];
  }
  free(out);
  free(sound.in);
  r2nn_flaws_free(found);
  r2nn_model_free(board);
}

/* Op-amps that swing 2.5 V: under their limit nothing changes, and up to eight times over it a tone's energy is that of ngspice
 * within 20 % (an eighth of the volts, a thirtieth of the energy that there would be without); then both ring out. */
static void swing(void **state) {
  (void)state;
  r2nn_model *model = resonator(1000, 10, 0.5);
  r2nn_circuit_def def = r2nn_circuit_def_default();
  def.network_only = true;
  def.parts.opamp.gbw_hz = 10e6;
  def.parts.opamp.swing_v = 2.5;
  r2nn_circuit *circuit = design(model, &def);
  double most_v = 2.5 / sqrt(2) / 5; /* a node of Q 10 that half of the input reaches has five times the tone */
  for (double over = 0.5; over <= 8; over *= 4) {
    double spice[2], limited[2], free_one[2];
    overload(circuit, 1000, over * most_v, spice, limited, free_one);
    print_message("  %g times the limit: %.3f of the free energy, ngspice %.3f\n", over, limited[0] / free_one[0],
                  spice[0] / free_one[0]);
    assert_near(limited[0] / spice[0], 1, over < 1 ? 0.005 : 0.2, "energy, of ngspice's");
    if (over > 1) assert_true(limited[0] < 0.5 * free_one[0]);
    assert_true(limited[1] < 0.5 * limited[0] && spice[1] < 0.5 * spice[0]);
  }
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(room), cmocka_unit_test(flaws), cmocka_unit_test(noise_of_second),
                                     cmocka_unit_test(swing)};
  return RUN_WITH_SPICE(tests);
}
