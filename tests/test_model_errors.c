/* Model files that are wrong: the first wrong field is named by its path, with what is wrong and what would be right. */
#include "models.h"

#include <float.h>
#include <math.h>

static void assert_message(r2nn_status status, r2nn_status wanted_status, const r2nn_error *error, const char *wanted) {
  if (status == wanted_status && strncmp(error->text, wanted, strlen(wanted)) == 0) return;
  fail_msg("wanted %s: \"%s\"\n got %s: \"%s\"", r2nn_strerror(wanted_status), wanted, r2nn_strerror(status), error->text);
}

static void assert_refused(const char *text, size_t size, const char *message) {
  r2nn_model *model = (void *)&size;
  r2nn_error error = {""};
  r2nn_status status = r2nn_model_parse(text, size, &model, &error);
  assert_message(status, strstr(message, "stable") ? R2NN_UNSTABLE : R2NN_BAD_MODEL, &error, message);
  assert_null(model);
  assert_null(strchr(error.text, '\n'));
}

typedef struct mistake {
  const char *from, *to, *message;
} mistake;

static const mistake mistakes[] = {
    /* JSON itself */
    {"\"version\": 1", "\"version\" 1", "line 1, column "},
    {"\"outputs\": [0, 1]", "\"outputs\": [0, 1", "line 7, column "},
    {"\"c\": 1.0e-9", "\"d\": 1.0e-9", "line 5, column "},
    {"\"d\": 2.5e-12", "\"d\": NaN", "line 5, column "},
    {"\"d\": 2.5e-12", "\"d\": 1e999", "line 5, column "},
    {"\"ä\"", "\"\\u0000\"", "line 1, column 77: a string must not hold the character \\u0000"},
    {"\"ä\"", "\"\xe4\"", "line 1, column "},
    {"} } }", "} } } x", "line 11, column "},
    /* what it is */
    {"\"r2nn-model\"", "\"preset\"", "format: must be \"r2nn-model\", is \"preset\""},
    {"\"format\": \"r2nn-model\",", "", "format: must be a string, is missing"},
    {"\"version\": 1", "\"version\": 2, \"later\": 1", "version: this program reads version 1, the file has 2"},
    {"\"version\": 1", "\"version\": \"1\"", "version: must be a number, is \"1\""},
    /* fields */
    {"\"decision\"", "\"decide\"", "decide: unknown field"},
    {"\"couplings\"", "\"coupligs\"", "stages[0].coupligs: unknown field"},
    {"\"trained_rate_hz\"", "\"rate_hz\"", "input.rate_hz: unknown field"},
    {"\"d\": 2.5e-12", "\"D\": 2.5e-12", "stages[0].nodes[0].D: unknown field"},
    {"\"bias\"", "\"means\"", "head.means: unknown field"},
    {"\"gate_db\"", "\"gate\"", "readout.gate: unknown field"},
    {"{ \"margin\": 0.1 }", "{ \"min\": 0.1 }", "decision.min: unknown field"},
    {"{ \"stability_margin\"", "{ \"x\"", "certificate.x: unknown field"},
    /* types */
    {"\"Vögel\"", "7", "name: must be a string, is 7"},
    {"[\"ä\", \"b\"]", "\"ä\"", "classes: must be an array, is \"ä\""},
    {"\"ä\"", "null", "classes[0]: must be a string, is null"},
    {"\"channels\": 1", "\"channels\": 1.5", "input.channels: must be an integer from 1 to 256, is 1.5"},
    {"\"channels\": 1", "\"channels\": 257", "input.channels: must be an integer from 1 to 256, is 257"},
    {"\"channels\": 1", "\"channels\": 1, \"unit\": 3", "input.unit: must be a string, is 3"},
    {"\"channels\": 1", "\"channels\": 1, \"axes\": [\"x\", \"y\"]", "input.axes: must hold 1 entries, holds 2"},
    {"\"channels\": 1", "\"channels\": 1, \"axes\": [7]", "input.axes[0]: must be a string, is 7"},
    {"\"channels\": 1", "\"channels\": 1, \"axes\": [\"\"]", "input.axes[0]: must not be empty"},
    {"\"channels\": 1", "\"channels\": 2, \"axes\": [\"x\", \"x\"]", "input.axes[1]: repeats input.axes[0], \"x\""},
    {"\"remove_mean\": true", "\"remove_mean\": 1", "input.remove_mean: must be true or false, is 1"},
    {"{ \"d\": 2.5e-12, \"c\": 1.0e-9, \"g\": 1.0e-4 }", "[1]", "stages[0].nodes[0]: must be an object, is an array"},
    {"\"d\": 2.5e-12", "\"d\": {}", "stages[0].nodes[0].d: must be a number, is an object"},
    {"[0, 1, 1.0e-6]", "[0, 1]", "stages[0].couplings[0]: must hold 3 entries, holds 2"},
    {"[0, 1, 1.0e-6]", "[0, 1, null]", "stages[0].couplings[0][2]: must be a number, is null"},
    {"[0, 1, 1.0e-6]", "[0, 2, 1.0e-6]", "stages[0].couplings[0][1]: must be an integer from 0 to 1, is 2"},
    {"[0, 1, 1.0e-6]", "[-1, 1, 1.0e-6]", "stages[0].couplings[0][0]: must be an integer from 0 to 1, is -1"},
    {"[0, 0, 1.0e-5]", "[0, 1, 1.0e-5]", "stages[0].inputs[0][1]: must be an integer from 0 to 0, is 1"},
    {"[0, 0, 1.0e-5]", "[4294967296, 0, 1.0e-5]", "stages[0].inputs[0][0]: must be an integer from 0 to 1, is 4294967296"},
    {"\"outputs\": [0, 1]", "\"outputs\": [0, 5]", "stages[0].outputs[1]: must be an integer from 0 to 1, is 5"},
    {"\"law\": \"log\"", "\"law\": \"cube\"",
     "stages[0].law: must be one of identity, square, rectify, log, saturate, bandpass, agc, is \"cube\""},
    {"\"mode\": \"event\"", "\"mode\": \"never\"", "readout.mode: must be one of event, window, leaky, file, is \"never\""},
    {"\"energy\": \"square\"", "\"energy\": \"cube\"", "readout.energy: must be one of square, rectify, mean, is \"cube\""},
    {"\"gate_db\"", "\"scale\": \"dB\", \"gate_db\"", "readout.scale: must be one of log, linear, is \"dB\""},
    {"\"perceptron\"", "\"svm\"", "head.kind: must be one of energy, centroid, perceptron, mlp, npml, spml, is \"svm\""},
    {"\"kind\": \"perceptron\",", "", "head.kind: must be one of energy, centroid, perceptron, mlp, npml, spml, is missing"},
    {"\"evaluation\": {", "\"training\": [], \"evaluation\": {", "training: must be an object, is an array"},
    /* ranges */
    {"\"d\": 2.5e-12", "\"d\": -1", "stages[0].nodes[0].d: must be ≥ 0, is -1"},
    {"\"c\": 1.0e-9", "\"c\": -0.25", "stages[0].nodes[0].c: must be ≥ 0, is -0.25"},
    {"\"c\": 1e-9", "\"c\": 0", "stages[0].nodes[1]: d and c must not both be 0"},
    {"[0, 1, 1.0e-6]", "[0, 1, 1.0e-6], [1, 0, 1]", "stages[0].couplings[1]: repeats couplings[0]"},
    {"[0, 1, 1.0e-6]", "[1, 1, 1.0e-6]", "stages[0].couplings[0]: must join two nodes, joins 1 to itself"},
    {"[0, 0, 1.0e-5]", "[1, 0, 1], [0, 0, 1], [1, 0, 2]", "stages[0].inputs[2]: repeats inputs[0]"},
    {"\"outputs\": [0, 1]", "\"outputs\": [1, 1]", "stages[0].outputs[1]: repeats outputs[0]"},
    {"\"outputs\": [0, 1]", "\"outputs\": []", "stages[0].outputs: must hold 1 to 2 entries, holds 0"},
    {"[ [0, 0, 1.0e-5] ]", "[]", "stages[0].inputs: must hold 1 to 4194304 entries, holds 0"},
    {"\"law\"", "\"law_scale_v\": 0, \"law\"", "stages[0].law_scale_v: must be > 0, is 0"},
    {"\"smooth_s\": 0.01", "\"smooth_s\": -1", "stages[0].smooth_s: must be ≥ 0, is -1"},
    {"\"rate_hz\": 200", "\"rate_hz\": -1", "stages[0].rate_hz: must be ≥ 0, is -1"},
    {"\"trained_rate_hz\": 8000.0", "\"trained_rate_hz\": -1", "input.trained_rate_hz: must be ≥ 0, is -1"},
    {"\"trained_rate_hz\": 8000.0", "\"highpass_hz\": 0", "input.highpass_hz: must be > 0, is 0"},
    {"\"trained_rate_hz\": 8000.0", "\"highpass_order\": 0", "input.highpass_order: must be an integer from 1 to 2, is 0"},
    {"\"trained_rate_hz\": 8000.0", "\"highpass_order\": 3", "input.highpass_order: must be an integer from 1 to 2, is 3"},
    {"\"ä\", \"b\"", "\"b\", \"b\"", "classes[1]: repeats classes[0], \"b\""},
    {"\"ä\"", "\"\"", "classes[0]: must not be empty"},
    {"[\"ä\", \"b\"]", "[]", "classes: must hold 1 to 1024 entries, holds 0"},
    {"\"mode\": \"event\"", "\"mode\": \"leaky\"", "readout.window_s: must be > 0 in mode \"leaky\", is not set"},
    {"\"gate_db\"", "\"floor\": 0, \"gate_db\"", "readout.floor: must be > 0, is 0"},
    {"\"gate_db\"", "\"hop_s\": -1, \"gate_db\"", "readout.hop_s: must be ≥ 0, is -1"},
    {"\"gate_db\"", "\"hysteresis_db\": -1, \"gate_db\"", "readout.hysteresis_db: must be ≥ 0, is -1"},
    {"\"gate_db\"", "\"above_db\": 61, \"gate_db\"", "readout.above_db: must be from 0 to 60, is 61"},
    {"\"gate_db\"", "\"max_s\": -1, \"gate_db\"", "readout.max_s: must be ≥ 0, is -1"},
    {"\"gate_db\"", "\"decide_s\": -1, \"gate_db\"", "readout.decide_s: must be ≥ 0, is -1"},
    {"\"margin\": 0.1", "\"margin\": 1.5", "decision.margin: must be from 0 to 1, is 1.5"},
    {"\"margin\": 0.1", "\"novelty\": 1", "decision.novelty: must be an object, is 1"},
    {"\"margin\": 0.1", "\"novelty\": { \"limit\": 1, \"x\": 1 }", "decision.novelty.x: unknown field"},
    {"\"margin\": 0.1", "\"novelty\": { \"limit\": 1 }", "decision.novelty.means: must be an array, is missing"},
    {"\"margin\": 0.1", "\"novelty\": { \"limit\": 1, \"means\": [[1, 2], [1]] }",
     "decision.novelty.means[1]: must hold 2 entries, holds 1"},
    {"\"margin\": 0.1", "\"novelty\": { \"limit\": -1, \"means\": [[1, 2], [3, 4]] }",
     "decision.novelty.limit: must be ≥ 0, is -1"},
    {"\"margin\": 0.1", "\"novelty\": { \"limit\": 1, \"means\": [[1, 2], [3, 4]], \"spread\": [1, 0] }",
     "decision.novelty.spread[1]: must be > 0, is 0"},
    /* head */
    {"[[1, -0.5], [0.25, 3]]", "[[1, -0.5], [0.25]]", "head.weights[1]: must hold 2 entries, holds 1"},
    {"[[1, -0.5], [0.25, 3]]", "[[1, -0.5]]", "head.weights: must hold 2 entries, holds 1"},
    {"[[1, -0.5], [0.25, 3]]", "[[1, -0.5], [0.25, 1e39]]", "head.weights[1][1]: must be at most 3.4028235e38 in size, is 1e+39"},
    {"[0.5, 0]", "[0.5]", "head.bias: must hold 2 entries, holds 1"},
    {"\"perceptron\", \"weights\": [[1, -0.5], [0.25, 3]], \"bias\": [0.5, 0]",
     "\"centroid\", \"means\": [[1, 1], [1, 2]], \"spreads\": [1, 0]", "head.spreads[1]: must be > 0, is 0"},
    {"\"perceptron\", \"weights\": [[1, -0.5], [0.25, 3]], \"bias\": [0.5, 0]", "\"energy\", \"sharpness\": 0",
     "head.sharpness: must be > 0, is 0"},
    {"\"perceptron\", \"weights\": [[1, -0.5], [0.25, 3]], \"bias\": [0.5, 0]",
     "\"mlp\", \"hidden_weights\": [], \"weights\": [[1], [1]]", "head.hidden_weights: must hold 1 to 65536 entries, holds 0"},
    {"\"perceptron\", \"weights\": [[1, -0.5], [0.25, 3]], \"bias\": [0.5, 0]",
     "\"mlp\", \"hidden_weights\": [[1, 1]], \"weights\": [[1], [1, 1]]", "head.weights[1]: must hold 1 entries, holds 2"},
    /* the circuit */
    {"[0, 1, 1.0e-6]", "[0, 1, -1e-3]", "stages[0].couplings[0][2]: must be > "},
    {"\"g\": 2e-4", "\"g\": -2e-4", "stages[0].nodes[1].g: must be > 0 S for a stable circuit, is -0.0002"},
};

static void test_mistakes(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
    char *text = replace(example, mistakes[i].from, mistakes[i].to);
    r2nn_model *model = NULL;
    r2nn_error error = {""};
    r2nn_status status = r2nn_model_parse(text, strlen(text), &model, &error);
    bool is_circuit = i + 2 >= sizeof mistakes / sizeof *mistakes;
    assert_message(status, is_circuit ? R2NN_UNSTABLE : R2NN_BAD_MODEL, &error, mistakes[i].message);
    assert_null(model);
    free(text);
  }
}

/* Mistakes of another model: the head that needs one output a class and logarithms. */
static void test_energy_head(void **state) {
  (void)state;
  char *text = replace(least, "\"a\"", "\"a\",\"b\"");
  assert_refused(text, strlen(text), "head: an energy head needs one output of the last stage a class: 1 outputs, 2 classes");
  free(text);
  text = replace(least, "\"head\"", "\"readout\":{\"scale\":\"linear\"},\"head\"");
  assert_refused(text, strlen(text), "readout.scale: must be \"log\" for an energy head, is \"linear\"");
  free(text);
}

/* Files made to hurt: nothing big is made of them, and they are refused. */
static void test_hostile(void **state) {
  (void)state;
  assert_refused("", 0, "line 1, column 0: ");
  assert_refused("[]", 2, "model: must be an object, is an array");
  assert_refused("{}", 2, "format: must be a string, is missing");
  assert_refused("{}\0", 3, "line 1, column ");
  assert_refused(example, R2NN_MAX_TEXT + 1, "model: must be at most 268435456 bytes, is 268435457");
  char *deep = malloc(100001);
  memset(deep, '[', 100000);
  deep[100000] = '\0';
  assert_refused(deep, 100000, "line 1, column 2049: maximum parsing depth reached");
  free(deep);

  /* a long first row would ask for 1024 rows of it; a name longer than its room; an unknown field's name longer than a message */
  size_t size = 400000, used;
  char *text = malloc(size), *made, *row = malloc(size);
  for (used = 0; used < 200000; used += 2) memcpy(row + used, "0,", 2);
  row[used - 1] = '\0';
  snprintf(text, size, "\"head\":{\"kind\":\"perceptron\",\"weights\":[[%s]]}", row);
  made = replace(least, "\"head\":{\"kind\":\"energy\"}", text);
  assert_refused(made, strlen(made), "head.weights[0]: must hold 1 entries, holds 100000");
  free(made);
  memset(row, 'x', 1000);
  row[1000] = '\0';
  snprintf(text, size, "\"name\":\"%s\",\"head\"", row);
  made = replace(least, "\"head\"", text);
  assert_refused(made, strlen(made), "name: must be at most 127 bytes, is 1000");
  free(made);
  snprintf(text, size, "\"%s\\n\":1,\"head\"", row);
  made = replace(least, "\"head\"", text);
  assert_refused(made, strlen(made), "xxxxxxxx");
  free(made);
  free(text);
  free(row);

  r2nn_stage stage = {.topology = ""};
  r2nn_head head;
  r2nn_error error = {""};
  assert_message(r2nn_stage_init(&stage, R2NN_MAX_NODES + 1, 0, 1, 1, &error), R2NN_BAD_ARGUMENT, &error,
                 "nodes: must be 1 to 65536");
  assert_message(r2nn_stage_init(&stage, 1, R2NN_MAX_COUPLINGS + 1, 1, 1, &error), R2NN_BAD_ARGUMENT, &error, "couplings: ");
  assert_message(r2nn_stage_init(&stage, 1, 0, 1, 2, &error), R2NN_BAD_ARGUMENT, &error, "outputs: ");
  assert_message(r2nn_head_init(&head, R2NN_HEAD_MLP, 65536, 65536, 2, &error), R2NN_BAD_ARGUMENT, &error, "head: weights ");
  assert_message(r2nn_head_init(&head, R2NN_HEAD_ENERGY, 2, 0, 3, &error), R2NN_BAD_ARGUMENT, &error, "head: an energy head ");
}

/* A model put together in memory is checked just as well. */
static void test_check(void **state) {
  (void)state;
  r2nn_error error = {""};
  r2nn_model *m = parse(example);
  m->stages[0].nodes[1].g = (double)NAN;
  assert_message(r2nn_model_check(m, &error), R2NN_BAD_MODEL, &error, "stages[0].nodes[1].g: must be finite, is nan");
  m->stages[0].nodes[1].g = DBL_MAX;
  m->stages[0].couplings[0].g = DBL_MAX;
  assert_message(r2nn_model_check(m, &error), R2NN_BAD_MODEL, &error,
                 "stages[0].nodes[1]: the conductances at the node must be finite");
  m->stages[0].couplings[0].b = 9;
  assert_message(r2nn_model_check(m, &error), R2NN_BAD_MODEL, &error,
                 "stages[0].couplings[0][1]: must be an integer from 0 to 1, is 9");
  r2nn_model_free(m);

  m = parse(example);
  m->head.b1[1] = INFINITY;
  assert_message(r2nn_model_check(m, &error), R2NN_BAD_MODEL, &error, "head.bias[1]: must be finite, is inf");
  m->head.n_features = 3;
  assert_message(r2nn_model_check(m, &error), R2NN_BAD_MODEL, &error,
                 "head: is for 3 outputs and 2 classes, the model has 2 and 2");
  strcpy(m->classes[1], "\xff");
  assert_message(r2nn_model_check(m, &error), R2NN_BAD_MODEL, &error, "classes[1]: must be UTF-8, is \"?\"");
  strcpy(m->classes[1], "c");
  m->head.n_features = 2;
  m->head.b1[1] = 0;
  m->training = strdup("[1]");
  assert_message(r2nn_model_check(m, &error), R2NN_BAD_MODEL, &error, "training: must be a JSON object");
  assert_null(r2nn_model_print(m));
  r2nn_model_free(m);

  /* too many nodes in one part */
  m = parse(least);
  r2nn_stage_free(&m->stages[0]);
  assert_int_equal(r2nn_stage_init(&m->stages[0], R2NN_MAX_COMPONENT + 1, R2NN_MAX_COMPONENT, 1, 1, &error), R2NN_OK);
  for (uint32_t i = 0; i <= R2NN_MAX_COMPONENT; i++) m->stages[0].nodes[i] = (r2nn_node){.c = 1, .g = 1};
  for (uint32_t i = 0; i < R2NN_MAX_COMPONENT; i++) m->stages[0].couplings[i] = (r2nn_coupling){.a = i + 1, .b = i, .g = 1};
  m->stages[0].inputs[0].g = 1;
  assert_message(r2nn_model_check(m, &error), R2NN_BAD_MODEL, &error,
                 "stages[0].couplings: must join at most 2048 nodes to one part, join 2049");
  r2nn_model_free(m);
}

/* Texts of a bounded size: to the last byte, and one more. */
static void test_sizes(void **state) {
  (void)state;
  enum { NAME = sizeof((r2nn_model *)0)->name };
  char name[NAME + 3], wanted[80];
  for (size_t length = NAME - 1; length <= NAME; length++) {
    memset(name, 'x', sizeof name);
    name[0] = name[length + 1] = '"';
    name[length + 2] = '\0';
    char *text = replace(example, "\"Vögel\"", name);
    if (length < NAME) {
      r2nn_model *model = parse(text);
      assert_int_equal(strlen(model->name), length);
      r2nn_model_free(model);
    } else {
      snprintf(wanted, sizeof wanted, "name: must be at most %d bytes, is %d", NAME - 1, NAME);
      assert_refused(text, strlen(text), wanted);
    }
    free(text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_mistakes), cmocka_unit_test(test_energy_head),
                                     cmocka_unit_test(test_hostile), cmocka_unit_test(test_check), cmocka_unit_test(test_sizes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
