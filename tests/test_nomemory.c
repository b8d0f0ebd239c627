/* Every allocation of the engine failing in turn: each time a status and a line, nothing lost, nothing broken.
 * ctest-labels: io ctest-timeout: 240 */
#include "failing.h"
#include "lab.h"
#include "models.h"
#include "networks.h"
#include "r2nn/board.h"
#include "r2nn/jury.h"
#include "r2nn/measure.h"
#include "r2nn/player.h"
#include "sets.h"

/* A file of presets/, or of parts/. */
static char *text_of(const char *name) {
  static char path[4096];
  const char *source = getenv("R2NN_SOURCE");
  size_t size = 0;
  char *text = calloc(1, 1 << 24);
  snprintf(path, sizeof path, "%s/%s", source ? source : "..", name);
  FILE *file = fopen(path, "rb");
  if (!file || !text) fail_msg("%s: cannot be read", path);
  size = fread(text, 1, (1 << 24) - 1, file);
  fclose(file);
  text[size] = '\0';
  return text;
}

static r2nn_status no_memory(r2nn_error *error) {
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
}

static void tell_numbers(const double *numbers, size_t n) {
  for (size_t i = 0; i < n; i++) {
    char text[32];
    snprintf(text, sizeof text, "%.17g ", numbers[i]);
    failing_tell(text);
  }
}

static r2nn_status models_case(const void *given, r2nn_error *error) {
  r2nn_model *model = NULL, *copy = NULL;
  char *text = NULL;
  r2nn_status status = r2nn_model_parse(given, strlen(given), &model, error);
  if (status == R2NN_OK && !(copy = r2nn_model_copy(model))) status = no_memory(error);
  if (status == R2NN_OK && !(text = r2nn_model_print(copy))) status = no_memory(error);
  if (status == R2NN_OK) status = r2nn_model_check(copy, error);
  failing_tell(text);
  free(text);
  r2nn_model_free(copy);
  r2nn_model_free(model);
  return status;
}

/* Parsed, copied, printed, checked. */
static void models(void **state) {
  static const char *const presets[] = {"presets/vowels.json", "presets/fan.json", "presets/paper-grid.json"};
  (void)state;
  failing_in_turn("a model", models_case, example, 2000);
  for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
    char *text = text_of(presets[i]);
    failing_in_turn(presets[i], models_case, text, 300);
    free(text);
  }
}

static r2nn_status engine_case(const void *given, r2nn_error *error) {
  const r2nn_model *model = given;
  r2nn_engine_def def = r2nn_engine_def_default(model, 48000);
  r2nn_engine *engine = NULL;
  r2nn_program program = {0};
  uint32_t n_poles = 0;
  double *re = NULL, *im = NULL;
  r2nn_status status = r2nn_engine_new(model, &def, &engine, error);
  if (status == R2NN_OK) status = r2nn_program_init(&program, model, &def, true, error);
  if (status == R2NN_OK) r2nn_program_end(&program);
  if (status == R2NN_OK) {
    float in[R2NN_MAX_CHANNELS * 8] = {1}, *out = __real_calloc(8 * model->stages[0].n_outputs, sizeof *out);
    r2nn_engine_run_nodes(engine, in, out, 8);
    for (uint32_t i = 0; i < 8 * model->stages[0].n_outputs; i++) tell_numbers((const double[]){(double)out[i]}, 1);
    __real_free(out);
  }
  if (status == R2NN_OK) status = r2nn_stage_poles(&model->stages[0], &n_poles, &re, &im, error);
  for (uint32_t i = 0; i < n_poles && re; i++) tell_numbers((const double[]){re[i], im[i]}, 2);
  free(re);
  free(im);
  r2nn_engine_free(engine);
  return status;
}

static void engines(void **state) {
  static const char *const presets[] = {"presets/vowels.json", "presets/bearing.json", "presets/fan.json", "presets/fabric.json"};
  (void)state;
  for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
    char *text = text_of(presets[i]);
    r2nn_model *model = parse(text);
    free(text);
    failing_in_turn(presets[i], engine_case, model, 400);
    r2nn_model_free(model);
  }
}

static r2nn_status circuit_case(const void *given, r2nn_error *error) {
  r2nn_circuit_def def = r2nn_circuit_def_default();
  r2nn_netlist_def run = {.result = "result.txt", .response = "response.txt", .duration_s = 1, .step_s = 1e-3, .print_s = 1e-2};
  r2nn_board_def board = {.tolerance = 0.01, .seed = 3};
  r2nn_circuit *circuit = NULL;
  r2nn_model *built = NULL;
  r2nn_flaws *flaws = NULL;
  r2nn_margins margins = {0};
  char *texts[4] = {NULL};
  const char *const *from = given; /* a model, parts */
  r2nn_model *model = NULL;
  r2nn_status status = r2nn_part_model_parse(from[1], strlen(from[1]), &def.parts, error);
  if (status == R2NN_OK) status = r2nn_model_parse(from[0], strlen(from[0]), &model, error);
  if (status == R2NN_OK) status = r2nn_circuit_design(model, &def, &circuit, error);
  if (status == R2NN_OK) status = r2nn_circuit_margins(circuit, &margins, error);
  if (status == R2NN_OK) {
    texts[0] = r2nn_circuit_netlist(circuit, &run);
    texts[1] = r2nn_circuit_bom(circuit);
    texts[2] = r2nn_circuit_map(circuit);
    texts[3] = r2nn_circuit_guide(circuit, &margins);
    for (int i = 0; i < 4; i++)
      if (!texts[i]) status = no_memory(error);
  }
  if (status == R2NN_OK) status = r2nn_board_build(circuit, &board, &built, error);
  if (status == R2NN_OK) status = r2nn_board_flaws(circuit, &board, &flaws, error);
  for (int i = 0; i < 4; i++) {
    failing_tell(texts[i]);
    free(texts[i]);
  }
  r2nn_flaws_free(flaws);
  r2nn_model_free(built);
  r2nn_circuit_free(circuit);
  r2nn_model_free(model);
  return status;
}

static void circuits(void **state) {
  (void)state;
  static const char *const presets[] = {"presets/vowels.json", "presets/bearing.json"};
  for (int i = 0; i < 2; i++) {
    char *given[2] = {text_of(presets[i]), text_of("parts/TL074.json")};
    failing_in_turn(presets[i], circuit_case, given, 400);
    free(given[0]);
    free(given[1]);
  }
}

/* Where a run of training is begun, and one goes on from. */
typedef struct training {
  r2nn_dataset set;
  r2nn_train_spec spec;
  char *kept; /* by the run before */
} training;

static bool is_due(void *context) {
  (void)context;
  return true;
}

static void keep(void *context, const char *text, size_t size) {
  training *self = context;
  if (self->kept) return;
  self->kept = __real_malloc(size + 1);
  memcpy(self->kept, text, size);
  self->kept[size] = '\0';
}

static void drop(void *context, const char *text, size_t size) {
  (void)context, (void)text, (void)size;
}

/* Nodes and notes: to print it all would need memory. */
static void tell_model(const r2nn_model *model) {
  if (!model) return;
  for (uint32_t s = 0; s < model->n_stages; s++)
    for (uint32_t i = 0; i < model->stages[s].n_nodes; i++)
      tell_numbers((const double[]){model->stages[s].nodes[i].d, model->stages[s].nodes[i].c}, 2);
  failing_tell(model->evaluation);
  failing_tell(model->training);
}

static r2nn_status train_case(const void *given, r2nn_error *error) {
  const training *self = given;
  r2nn_model *model = NULL;
  r2nn_train_report report = {0};
  r2nn_train_spec spec = self->spec;
  r2nn_checkpoints hooks = {.is_due = is_due, .write = drop, .text = self->kept, .size = self->kept ? strlen(self->kept) : 0};
  spec.checkpoints = &hooks;
  r2nn_status status = r2nn_train(&self->set, &spec, NULL, NULL, NULL, &model, &report, error);
  if (status == R2NN_OK) {
    failing_tell(report.choice);
    r2nn_train_report_free(&report);
  }
  tell_model(model);
  r2nn_model_free(model);
  return status;
}

static void trains(const char *what, const char *stage, int head, double window_s, uint64_t most_runs) {
  set_def def = set_tones;
  def.n_groups = 4, def.n_each = 1, def.n_test_groups = 1, def.duration_s = 0.05;
  training self = {.set = set_new(&def), .spec = set_spec(stage, head, 2)};
  self.spec.window_s = window_s;
  failing_in_turn(what, train_case, &self, most_runs);
  set_free(&self.set);
}

static void training_runs(void **state) {
  (void)state;
  trains("train bank, perceptron", "bank:4", R2NN_HEAD_PERCEPTRON, 0, 150);
  trains("train full, energy", "full:6", R2NN_HEAD_ENERGY, 0, 150);
  trains("train grid, npml, windows", "grid:3x3", R2NN_HEAD_NPML, 0.02, 40);
  trains("train bank, mlp", "bank:4", R2NN_HEAD_MLP, 0, 40);
  trains("train what is chosen", NULL, -1, 0, 60);
}

/* Two stages with a law between them; then the same from a checkpoint on. */
static void cascades(void **state) {
  (void)state;
  set_def def = set_tones;
  def.n_groups = 4, def.n_each = 1, def.n_test_groups = 1, def.duration_s = 0.05;
  training self = {.set = set_new(&def), .spec = set_spec("bank:3,law=square", R2NN_HEAD_CENTROID, 2)};
  r2nn_checkpoints hooks = {.is_due = is_due, .write = keep, .context = &self};
  r2nn_model *model;
  r2nn_error error = {""};
  self.spec.n_stages = 2;
  check_ok(r2nn_stage_spec_parse("bank:3@5-50", &self.spec.stages[1], &error), &error);
  failing_in_turn("train a cascade", train_case, &self, 100);
  self.spec.checkpoints = &hooks;
  check_ok(r2nn_train(&self.set, &self.spec, NULL, NULL, NULL, &model, NULL, &error), &error);
  r2nn_model_free(model);
  assert_non_null(self.kept);
  failing_in_turn("train on from a checkpoint", train_case, &self, 100);
  __real_free(self.kept);
  set_free(&self.set);
}

/* A trained model and what it was trained on. */
typedef struct trained {
  r2nn_dataset set;
  r2nn_model *model;
} trained;

static trained trained_new(const char *stage, int head) {
  trained self = {.set = set_new(&set_tones)};
  r2nn_train_spec spec = set_spec(stage, head, 3);
  r2nn_error error = {""};
  check_ok(r2nn_train(&self.set, &spec, NULL, NULL, NULL, &self.model, NULL, &error), &error);
  return self;
}

static void trained_free(trained *self) {
  r2nn_model_free(self->model);
  set_free(&self->set);
}

static r2nn_status jury_case(const void *given, r2nn_error *error) {
  const trained *self = given;
  r2nn_jury *jury = NULL;
  r2nn_juror *juror = NULL;
  r2nn_status status = r2nn_jury_new(&self->set, self->model, NULL, &jury, error);
  if (status == R2NN_OK) status = r2nn_juror_new(jury, &juror, error);
  if (status == R2NN_OK) r2nn_juror_differentiate(juror, self->model);
  r2nn_juror_free(juror);
  r2nn_jury_free(jury);
  return status;
}

static r2nn_status baselines_case(const void *given, r2nn_error *error) {
  const trained *self = given;
  r2nn_baselines found = {0};
  r2nn_status status = r2nn_train_baselines(&self->set, self->model, 0, 0, NULL, NULL, NULL, &found, error);
  const double numbers[] = {found.no_network, found.random, found.bank, found.perceptron};
  tell_numbers(numbers, 4);
  return status;
}

static r2nn_status contribution_case(const void *given, r2nn_error *error) {
  const trained *self = given;
  r2nn_contribution found = {0};
  r2nn_status status = r2nn_train_contribution(&self->set, self->model, 0, 0, NULL, NULL, NULL, &found, error);
  tell_numbers(found.accuracy[0], sizeof found.accuracy / sizeof(double));
  return status;
}

static r2nn_status refit_case(const void *given, r2nn_error *error) {
  const trained *self = given;
  enum { MOST = 64 };
  static double features[MOST * 8];
  static uint32_t clips[MOST];
  uint32_t n = self->set.n_clips, width = r2nn_model_n_features(self->model);
  for (uint32_t i = 0; i < n; i++) clips[i] = i;
  for (uint32_t i = 0; i < n * width; i++) features[i] = sin(i) + self->set.clips[i / width].label;
  r2nn_refit_rows rows = {n, features, clips};
  r2nn_refit_report report;
  r2nn_model *refitted = NULL;
  r2nn_status status = r2nn_train_refit(self->model, &self->set, &rows, 0, 1, &refitted, &report, error);
  tell_model(refitted);
  r2nn_model_free(refitted);
  return status;
}

static void judging(void **state) {
  (void)state;
  trained self = trained_new("full:4", R2NN_HEAD_PERCEPTRON);
  failing_in_turn("a jury", jury_case, &self, 300);
  failing_in_turn("baselines", baselines_case, &self, 60);
  failing_in_turn("contribution", contribution_case, &self, 60);
  failing_in_turn("refit", refit_case, &self, 200);
  trained_free(&self);
}

static r2nn_status measure_case(const void *given, r2nn_error *error) {
  const r2nn_model *model = given;
  const double rate_hz = 8000;
  r2nn_sweep sweep;
  r2nn_heard heard[5] = {{0}};
  uint32_t n = model->stages[0].n_outputs, n_troubles, n_frames = 0;
  float *played = NULL, *nodes = NULL;
  r2nn_engine *engine = NULL;
  r2nn_engine_def def = r2nn_engine_def_default(model, rate_hz);
  r2nn_trouble troubles[R2NN_TROUBLES_MOST];
  r2nn_identify_def how = r2nn_identify_def_default(0.01, rate_hz);
  r2nn_identified identified = {0};
  bool is_inverted;
  double frames;
  r2nn_status status = r2nn_sweep_for(model, rate_hz, 0.05, 0.5, &sweep, error);
  if (status == R2NN_OK) {
    n_frames = r2nn_sweep_frames(&sweep);
    played = __real_malloc(n_frames * sizeof *played);
    nodes = __real_malloc((size_t)n_frames * n * sizeof *nodes);
    r2nn_sweep_make(&sweep, played);
    status = r2nn_engine_new(model, &def, &engine, error);
  }
  if (status == R2NN_OK) r2nn_engine_run_nodes(engine, played, nodes, n_frames);
  for (uint32_t o = 0; o <= n && status == R2NN_OK; o++)
    status = r2nn_heard_make(&sweep, played, o < n ? nodes + o : played, o < n ? n : 1, n_frames, &heard[o], error);
  if (status == R2NN_OK) status = r2nn_heard_latency(&heard[n], rate_hz, &frames, &is_inverted, error);
  if (status == R2NN_OK) status = r2nn_diagnose(model, heard, &heard[n], troubles, &n_troubles, error);
  if (status == R2NN_OK) status = r2nn_identify(model, heard, &heard[n], &how, &identified, error);
  r2nn_identified_free(&identified);
  for (uint32_t o = 0; o <= n; o++) r2nn_heard_free(&heard[o]);
  r2nn_engine_free(engine);
  __real_free(played);
  __real_free(nodes);
  return status;
}

static void measuring(void **state) {
  (void)state;
  r2nn_model *model = network(3, 1, 200, 900, 6, 1.5, false, 1);
  failing_in_turn("measure a board", measure_case, model, 30);
  r2nn_model_free(model);
}

static r2nn_status problem_case(const void *given, r2nn_error *error) {
  const char *text = given;
  r2nn_lab_problem problem = {0};
  r2nn_circuit *circuit = NULL;
  char *json = NULL;
  r2nn_status status = r2nn_lab_problem_parse(text, strlen(text), &problem, error);
  if (status != R2NN_OK) return status;
  status = r2nn_lab_problem_answer(&problem, &json, error);
  if (status == R2NN_OK) status = r2nn_lab_problem_circuit(&problem, true, &circuit, error);
  failing_tell(json);
  r2nn_circuit_free(circuit);
  free(json);
  r2nn_lab_problem_free(&problem);
  return status;
}

static r2nn_status lab_case(const void *given, r2nn_error *error) {
  const char *graph_name = given;
  r2nn_lab_graph graph = {0};
  r2nn_lab_data all = {0}, train = {0}, test = {0};
  r2nn_lab_flow_result flow = {0};
  r2nn_lab_linear_result linear = {0};
  r2nn_lab_jump_result jump = {0};
  r2nn_lab_learning learning = {.rule = r2nn_lab_rule_find("rule9"), .eta = 0.5, .n_levels = 64, .seed = 1};
  r2nn_status status = r2nn_lab_graph_make(graph_name, 1, &graph, error);
  if (status == R2NN_OK) status = r2nn_lab_data_make("circles", 40, 1, &all, error);
  if (status == R2NN_OK) {
    r2nn_lab_split split = {.pick = R2NN_LAB_RANDOM, .share = 0.7, .seed = 1};
    status = r2nn_lab_data_split(&all, &split, &train, &test, error);
  }
  if (status == R2NN_OK) {
    r2nn_lab_flow_def def = {&graph, learning, true, 2};
    status = r2nn_lab_flow(&def, &train, &test, &flow, error);
  }
  if (status == R2NN_OK) {
    r2nn_lab_linear_def def = {.graph = &graph,
                               .learning = learning,
                               .n_inputs = 2,
                               .n_outputs = 1,
                               .reference = 0,
                               .inputs = {1, 2},
                               .outputs = {4},
                               .feasible = true,
                               .n_updates = 20,
                               .n_points = 4};
    status = r2nn_lab_linear(&def, &linear, error);
  }
  if (status == R2NN_OK) {
    r2nn_lab_jump_def def = {.data = &all, .lambda = 0.1, .rate = 0.1, .n_steps = 10, .seed = 1};
    status = r2nn_lab_jump(&def, &jump, error);
  }
  r2nn_lab_jump_free(&jump);
  r2nn_lab_linear_free(&linear);
  r2nn_lab_flow_free(&flow);
  r2nn_lab_data_free(&train);
  r2nn_lab_data_free(&test);
  r2nn_lab_data_free(&all);
  r2nn_lab_graph_free(&graph);
  return status;
}

typedef struct method {
  const r2nn_lab_method *of;
  r2nn_lab_data train, test;
} method;

static r2nn_status method_case(const void *given, r2nn_error *error) {
  const method *self = given;
  r2nn_lab_job job = r2nn_lab_job_default();
  r2nn_lab_verdict verdict = {0};
  job.train = &self->train;
  job.test = &self->test;
  job.training = (r2nn_lab_training){.n_starts = 2, .n_steps = 5, .n_batch = 0, .rate = 0.1};
  r2nn_status status = self->of->run(&job, &verdict, error);
  tell_numbers((const double[]){verdict.accuracy, verdict.train_accuracy}, 2);
  return status;
}

static void lab(void **state) {
  static const char problem[] = "{\"edges\": [[1,2],[2,3],[3,4],[4,1],[1,3]], \"levels\": [3,4,5,6,7], \"n_levels\": 16, "
                                "\"inputs\": {\"1\": 0.7}, \"reference\": {\"3\": 0}, \"target\": {\"2\": 0.4}, \"eta\": 0.5}";
  (void)state;
  failing_in_turn("a resistor network", problem_case, problem, 1000);
  failing_in_turn("learning by local rules", lab_case, "grid:3x3", 300);
  r2nn_lab_data all;
  r2nn_error error = {""};
  method self = {NULL};
  r2nn_lab_split split = {.pick = R2NN_LAB_RANDOM, .share = 0.7, .seed = 1};
  check_ok(r2nn_lab_data_make("yin-yang", 60, 1, &all, &error), &error);
  check_ok(r2nn_lab_data_split(&all, &split, &self.train, &self.test, &error), &error);
  for (uint32_t i = 0; i < r2nn_lab_n_methods; i++) {
    self.of = &r2nn_lab_methods[i];
    failing_in_turn(self.of->name, method_case, &self, 300);
  }
  r2nn_lab_data_free(&self.train);
  r2nn_lab_data_free(&self.test);
  r2nn_lab_data_free(&all);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(models),        cmocka_unit_test(engines),  cmocka_unit_test(circuits),
                                     cmocka_unit_test(training_runs), cmocka_unit_test(cascades), cmocka_unit_test(judging),
                                     cmocka_unit_test(measuring),     cmocka_unit_test(lab)};
  json_set_alloc_funcs(failing_json, __wrap_free);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
