/* r2nn bench: how fast do networks run on this machine? */
#include "bench/figures.h"
#include "options.h"
#include "output.h"
#include "say.h"
#include "settings.h"

enum { OPTION_JSON = OPTION_OWN, OPTION_QUICK };
static const option_def options_table[] = {
    {"json", '\0', OPTION_JSON, NULL, "one JSON object"},
    {"quick", '\0', OPTION_QUICK, NULL, "in a few seconds, and more roughly"},
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

typedef struct timing {
  settings common;
  bool json, quick;
} timing;

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  timing *self = context;
  switch (code) {
  case OPTION_JSON:
    self->json = true;
    return true;
  case OPTION_QUICK:
    self->quick = true;
    return true;
  default:
    return settings_set(&self->common, code, argument, error);
  }
}

static int checked(const command *of, const timing *self, const options *line) {
  if (line->n_operands != 0) return options_wrong(of, "takes no operand, but there is \"%.200s\"", line->operands[0]);
  bench_figures figures;
  output out = {0};
  uint32_t n_failed;
  r2nn_error error = {""};
  r2nn_status status = bench_measure(self->quick, &figures, &n_failed, &error);
  if (status == R2NN_OK) status = output_open(&out, NULL, false, &error);
  if (status == R2NN_OK) {
    (self->json ? bench_json : bench_text)(out.stream, &figures);
    status = output_commit(&out, &error);
  }
  bench_free(&figures);
  if (status != R2NN_OK) say_error("%s", error.text);
  return status == R2NN_OK && n_failed == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int run_command(const command *of, int argc, char **argv) {
  timing self = {.common = {.format = -1}};
  options line;
  int code = options_read(&line, of, set, &self, argc, argv);
  if (code < 0) code = checked(of, &self, &line);
  options_free(&line);
  return code;
}

const command cmd_bench = {
    "bench",
    "[OPTION...]",
    "measure how fast networks run on this machine",
    "One thread, in processor time; every figure is the median of rounds in which all are measured in turns. Times still\n"
    "differ from run to run as far as other programs use the machine.\n\n"
    "Examples:\n"
    "  r2nn bench\n"
    "  r2nn bench --quick --json",
    options_table,
    run_command,
};
