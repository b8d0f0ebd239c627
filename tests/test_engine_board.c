/* An engine whose first stage is a board, fed with what the first stage of another puts out, decides the same, bit for bit, in
 * events and windows, of one stage and of a cascade, with flaws of all stages too; in file mode the board rings out.
 * ctest-labels: physics */
#include "model_file.h"
#include "networks.h"

enum { FRAMES = 48000, MOST = 64 };

/* Bursts of noise between silences. */
static float *new_bursts(double rate_hz) {
  float *in = new_noise(FRAMES, 7);
  for (uint32_t t = 0; t < FRAMES; t++) in[t] *= (t / (uint32_t)(0.4 * rate_hz)) % 2 ? 0.2f : 1e-4f;
  return in;
}

typedef struct made {
  uint64_t start, end;
  int32_t best;
  float score;
} made;

static uint32_t take(r2nn_engine *engine, made *all, uint32_t n) {
  r2nn_decision decision;
  while (r2nn_engine_poll(engine, &decision) && n < MOST)
    all[n++] = (made){decision.start, decision.end, decision.best_index, decision.score};
  return n;
}

/* Offsets, noise and limits at every node of the model: room of 3 n_nodes for them. */
static r2nn_flaws new_flaws(const r2nn_model *model) {
  r2nn_flaws flaws = {.seed = 3};
  for (uint32_t s = 0; s < model->n_stages; s++) flaws.n_nodes += model->stages[s].n_nodes;
  flaws.offset_v = malloc(3 * (size_t)flaws.n_nodes * sizeof *flaws.offset_v);
  flaws.noise_a = flaws.offset_v + flaws.n_nodes;
  flaws.slope_v_s = flaws.noise_a + flaws.n_nodes;
  for (uint32_t i = 0; i < flaws.n_nodes; i++) {
    flaws.offset_v[i] = i % 2 ? 1e-3 : -1e-3;
    flaws.noise_a[i] = 1e-9;
    flaws.slope_v_s[i] = 10;
  }
  return flaws;
}

static void decides_alike(const char *name, r2nn_mode mode, bool with_flaws) {
  r2nn_model *model;
  r2nn_engine *plain, *board;
  r2nn_error error = {""};
  if (model_file_read(name, &model, &error) != R2NN_OK) fail_msg("%s", error.text);
  r2nn_engine_def def = r2nn_engine_def_default(model, model->trained_rate_hz);
  def.readout.mode = mode;
  def.readout.window_s = 0.3;
  r2nn_flaws flaws = new_flaws(model);
  if (with_flaws) def.flaws = &flaws;
  assert_int_equal(r2nn_engine_new(model, &def, &plain, &error), R2NN_OK);
  def.has_board = true;
  assert_int_equal(r2nn_engine_new(model, &def, &board, &error), R2NN_OK);
  uint32_t n_nodes = model->stages[0].n_outputs, width = r2nn_engine_width(board), n = 0, m = 0;
  assert_int_equal(r2nn_engine_width(plain), model->n_channels);
  assert_int_equal(width, model->n_channels + n_nodes);
  assert_int_equal(model->n_channels, 1);
  float *in = new_bursts(model->trained_rate_hz), *nodes = malloc((size_t)n_nodes * sizeof *nodes),
        *row = malloc(width * sizeof *row);
  made expected[MOST], got[MOST];
  for (uint32_t t = 0; t < FRAMES; t++) {
    r2nn_engine_run_nodes(plain, in + t, nodes, 1);
    row[0] = in[t];
    memcpy(row + 1, nodes, n_nodes * sizeof *row);
    r2nn_engine_run(board, row, 1);
    n = take(plain, expected, n);
    m = take(board, got, m);
  }
  r2nn_engine_finish(plain);
  r2nn_engine_finish(board);
  n = take(plain, expected, n);
  m = take(board, got, m);
  print_message("%s, mode %d: %u decisions\n", name, mode, n);
  assert_true(n > 0);
  assert_int_equal(n, m);
  for (uint32_t k = 0; k < n; k++) {
    assert_int_equal(expected[k].start, got[k].start);
    assert_int_equal(expected[k].end, got[k].end);
    assert_int_equal(expected[k].best, got[k].best);
    assert_memory_equal(&expected[k].score, &got[k].score, sizeof(float));
  }
  free(in);
  free(nodes);
  free(row);
  free(flaws.offset_v);
  r2nn_engine_free(plain);
  r2nn_engine_free(board);
  r2nn_model_free(model);
}

static void events(void **state) {
  (void)state;
  decides_alike("vowels", R2NN_MODE_EVENT, false);
  decides_alike("digits", R2NN_MODE_EVENT, false);
  decides_alike("digits", R2NN_MODE_EVENT, true);
}

static void windows(void **state) {
  (void)state;
  decides_alike("vowels", R2NN_MODE_WINDOW, false);
  decides_alike("vowels", R2NN_MODE_FILE, false);
  decides_alike("vowels12", R2NN_MODE_WINDOW, false);
  decides_alike("vowels12", R2NN_MODE_WINDOW, true);
}

/* What the board rings out after the sound counts, its time does not. */
static void rings_out(void **state) {
  (void)state;
  r2nn_model *model;
  r2nn_engine *plain, *board;
  r2nn_decision a, b;
  assert_int_equal(model_file_read("vowels", &model, NULL), R2NN_OK);
  r2nn_engine_def def = r2nn_engine_def_default(model, 16000);
  def.readout.mode = R2NN_MODE_FILE;
  assert_int_equal(r2nn_engine_new(model, &def, &plain, NULL), R2NN_OK);
  def.has_board = true;
  assert_int_equal(r2nn_engine_new(model, &def, &board, NULL), R2NN_OK);
  uint32_t n_nodes = model->stages[0].n_outputs;
  float *in = new_noise(800, 3), *row = malloc((n_nodes + 1) * sizeof *row);
  r2nn_engine *network;
  def.has_board = false;
  assert_int_equal(r2nn_engine_new(model, &def, &network, NULL), R2NN_OK);
  for (uint32_t t = 0; t < 800; t++) {
    row[0] = in[t];
    r2nn_engine_run_nodes(network, in + t, row + 1, 1);
    r2nn_engine_run(board, row, 1);
  }
  r2nn_engine_run(plain, in, 800);
  r2nn_engine_drain(plain, 4000);
  /* the network rings out where its coupled input is 0, which is not where its input is: so take what it rings for as it is */
  float rest = in[799];
  for (uint32_t t = 0; t < 4000; t++) {
    r2nn_engine_run_nodes(network, &rest, row + 1, 1);
    r2nn_engine_drain_board(board, row + 1, 1);
  }
  r2nn_engine_finish(plain);
  r2nn_engine_finish(board);
  assert_true(r2nn_engine_poll(plain, &a) && r2nn_engine_poll(board, &b));
  assert_int_equal(a.end, b.end);
  assert_int_equal(a.best_index, b.best_index);
  free(in);
  free(row);
  r2nn_engine_free(plain);
  r2nn_engine_free(board);
  r2nn_engine_free(network);
  r2nn_model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(events), cmocka_unit_test(windows), cmocka_unit_test(rings_out)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
