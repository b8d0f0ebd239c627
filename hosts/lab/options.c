/* The options of the lab's experiments. */
#include "lab/lab.h"
#include "parse.h"
#include "parts_file.h"

#include <string.h>

static const char *const formats[] = {"text", "json"};

lab_options lab_options_default(void) {
  return (lab_options){.common = {.format = -1, .formats = formats, .n_formats = 2},
                       .tables = R2NN_TABLES_DIR,
                       .learning = {.rule = r2nn_lab_rule_find("rule8"), .eta = 0.5, .n_levels = 128},
                       .slope = 0.3,
                       .matrix = {0.15, 0.2, 0.25, 0.1},
                       .job = r2nn_lab_job_default(),
                       .stage = {.r1 = 1e4, .r2 = 1e4, .r3 = 1e4, .load = 2e4, .farad = 1e-9},
                       .parts = r2nn_part_model_ideal()};
}

/* One of the names of a list that ends with NULL, or -1. */
static int word_of(const char *option, const char *text, const char *const *names, r2nn_error *error) {
  int n = 0;
  while (names[n]) n++;
  return parse_word(option, text, names, n, error);
}

static bool take_data(lab_options *self, const char *argument, r2nn_error *error) {
  if (self->n_data == LAB_MOST_DATA) {
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "--data: at most %d sets at a time", LAB_MOST_DATA);
    return false;
  }
  self->data[self->n_data++] = argument;
  return true;
}

static bool take_rule(lab_options *self, const char *argument, r2nn_error *error) {
  self->learning.rule = r2nn_lab_rule_find(argument);
  if (!self->learning.rule)
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "--rule: must be rule8, rule9, rule10, rule9-inverted or rule10-inverted, is \"%.60s\"",
              argument);
  return self->learning.rule != NULL;
}

static bool take_hidden(lab_options *self, const char *argument, r2nn_error *error) {
  double sizes[4];
  self->job.n_hidden = parse_numbers("--hidden", argument, 1, 256, sizes, 4, error);
  for (uint32_t i = 0; i < self->job.n_hidden; i++) self->job.sizes[i] = (uint32_t)sizes[i];
  return self->job.n_hidden > 0;
}

static bool take_matrix(lab_options *self, const char *argument, r2nn_error *error) {
  if (parse_numbers("--matrix", argument, -10, 10, self->matrix, 4, error) == 4) return true;
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "--matrix: must be four numbers A,B,C,D: V1 = A V3 + B V9, V6 = C V3 + D V9");
  return false;
}

static bool take_laws(lab_options *self, int code, const char *argument, r2nn_error *error) {
  static const char *const even[] = {"even", "even-half", NULL}, *const bell[] = {"shifted", "bell", NULL};
  static const char *const outputs[] = {"kirchhoff", "sum", NULL};
  int index = code == OPTION_EVEN      ? word_of("--even", argument, even, error)
              : code == OPTION_BELL    ? word_of("--bell", argument, bell, error)
              : code == OPTION_OUTPUTS ? word_of("--outputs", argument, outputs, error)
                                       : word_of("--reading", argument, r2nn_lab_readings, error);
  if (index < 0) return false;
  if (code == OPTION_EVEN) self->job.even = index ? R2NN_LAB_EVEN_HALF : R2NN_LAB_EVEN;
  if (code == OPTION_BELL) self->job.bell = index ? R2NN_LAB_BELL : R2NN_LAB_SHIFTED;
  if (code == OPTION_OUTPUTS) self->job.output = index ? R2NN_LAB_SUM : R2NN_LAB_KIRCHHOFF;
  if (code == OPTION_READING) self->job.reading = (uint32_t)index;
  return true;
}

/* Options that are a whole number. */
static bool take_whole(lab_options *self, int code, const char *argument, r2nn_error *error) {
  const struct {
    int code;
    const char *name;
    uint64_t lo, hi;
    uint32_t *to;
  } known[] = {{OPTION_SEEDS, "--seeds", 1, LAB_MOST_SEEDS, &self->n_seeds},
               {OPTION_LEVELS, "--levels", 2, R2NN_LAB_MAX_LEVELS, &self->learning.n_levels},
               {OPTION_EPOCHS, "--epochs", 1, 100000, &self->n_epochs},
               {OPTION_UPDATES, "--updates", 10, 100000000, &self->n_updates},
               {OPTION_STEPS, "--steps", 1, 10000000, &self->job.training.n_steps},
               {OPTION_STARTS, "--starts", 1, 1000, &self->job.training.n_starts},
               {OPTION_BATCH, "--batch", 0, R2NN_LAB_MAX_ROWS, &self->job.training.n_batch}};
  uint32_t k = 0;
  uint64_t value;
  while (known[k].code != code) k++;
  if (!parse_whole(known[k].name, argument, known[k].lo, known[k].hi, &value, error)) return false;
  *known[k].to = (uint32_t)value;
  self->has_steps = self->has_steps || code == OPTION_STEPS;
  self->has_starts = self->has_starts || code == OPTION_STARTS;
  return true;
}

/* Options that are a number. */
static bool take_number(lab_options *self, int code, const char *argument, r2nn_error *error) {
  const struct {
    int code;
    const char *name;
    double lo, hi, *to;
  } known[] = {{OPTION_BIAS, "--bias", -1e6, 1e6, &self->learning.bias_v},
               {OPTION_ETA, "--eta", 1e-6, 1, &self->learning.eta},
               {OPTION_SLOPE, "--slope", -10, 10, &self->slope},
               {OPTION_RATE, "--rate", 1e-6, 10, &self->job.training.rate},
               {OPTION_LAMBDA, "--lambda", 0, 1e6, &self->job.lambda},
               {OPTION_R1, "--r1", 1, 1e9, &self->stage.r1},
               {OPTION_R2, "--r2", 1, 1e9, &self->stage.r2},
               {OPTION_R3, "--r3", 1, 1e9, &self->stage.r3},
               {OPTION_LOAD, "--load", 1, 1e9, &self->stage.load}};
  uint32_t k = 0;
  while (known[k].code != code) k++;
  self->has_lambda = self->has_lambda || code == OPTION_LAMBDA;
  return parse_number(known[k].name, argument, known[k].lo, known[k].hi, known[k].to, error);
}

bool lab_options_take(void *context, int code, const char *argument, r2nn_error *error) {
  lab_options *self = context;
  switch (code) {
  case OPTION_QUICK:
    return self->quick = true;
  case OPTION_LAST:
    return self->job.last = true;
  case OPTION_DATA:
    return take_data(self, argument, error);
  case OPTION_TABLES:
    self->tables = argument;
    return true;
  case OPTION_CLASS:
    self->class_column = argument;
    return true;
  case OPTION_GRAPH:
    self->graph = argument;
    return true;
  case OPTION_RULE:
    return take_rule(self, argument, error);
  case OPTION_HIDDEN:
    return take_hidden(self, argument, error);
  case OPTION_MATRIX:
    return take_matrix(self, argument, error);
  case OPTION_EVEN:
  case OPTION_BELL:
  case OPTION_OUTPUTS:
  case OPTION_READING:
    return take_laws(self, code, argument, error);
  case OPTION_OPAMP:
    return parts_file_read("--opamp", argument, &self->parts, error) == R2NN_OK;
  case OPTION_SEEDS:
  case OPTION_LEVELS:
  case OPTION_EPOCHS:
  case OPTION_UPDATES:
  case OPTION_STEPS:
  case OPTION_STARTS:
  case OPTION_BATCH:
    return take_whole(self, code, argument, error);
  case OPTION_BIAS:
  case OPTION_ETA:
  case OPTION_SLOPE:
  case OPTION_RATE:
  case OPTION_LAMBDA:
  case OPTION_R1:
  case OPTION_R2:
  case OPTION_R3:
  case OPTION_LOAD:
    return take_number(self, code, argument, error);
  default:
    return settings_set(&self->common, code, argument, error);
  }
}
