/* r2nn lab resistor: one resistor network, free and clamped, and what every rule makes of it. */
#include "lab/lab.h"
#include "output.h"
#include "say.h"
#include "text_file.h"

#include <stdlib.h>

enum { MOST_TEXT = 1 << 24 };

static r2nn_status answer(const char *path, r2nn_error *error) {
  char *text = NULL, *json = NULL;
  size_t size;
  r2nn_lab_problem problem = {0};
  r2nn_error reason = {""};
  output out = {0};
  r2nn_status status = text_file_read(path, MOST_TEXT, &text, &size, error);
  if (status != R2NN_OK) return status;
  status = r2nn_lab_problem_parse(text, size, &problem, &reason);
  if (status == R2NN_OK) status = r2nn_lab_problem_answer(&problem, &json, &reason);
  if (status != R2NN_OK) r2nn_fail(error, status, "%s: %s", path, reason.text);
  if (status == R2NN_OK) status = output_open(&out, NULL, false, error);
  if (status == R2NN_OK) {
    fprintf(out.stream, "%s\n", json);
    status = output_commit(&out, error);
  }
  free(text);
  free(json);
  r2nn_lab_problem_free(&problem);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  lab_options self = lab_options_default();
  options line;
  r2nn_error error = {""};
  int code = options_read(&line, of, lab_options_take, &self, argc, argv);
  if (code < 0 && line.n_operands != 1) code = options_wrong(of, "give one NET.json, not %u", line.n_operands);
  if (code < 0) {
    code = answer(line.operands[0], &error) == R2NN_OK ? EXIT_DONE : EXIT_FAILED;
    if (code != EXIT_DONE) say_error("%s", error.text);
  }
  options_free(&line);
  return code;
}

static const option_def options_table[] = {SETTING_FORMAT("json, the only one"), SETTING_QUIET, {NULL, '\0', 0, NULL, NULL}};

const command lab_resistor = {
    "lab resistor",
    "NET.json",
    "one resistor network: voltages, drops and the update of every rule, as JSON",
    "NET.json: {\"edges\": [[1,2], [2,3]], \"levels\": [64, 20], \"n_levels\": 128, \"inputs\": {\"1\": 0.7},\n"
    "\"reference\": {\"3\": 0}, \"target\": {\"2\": 0.4}, \"eta\": 0.5}; R = level Rmax/n_levels, the drop of an edge [a,b] is\n"
    "Va - Vb, an update of 1 raises the resistance by one level. Optional: levels (the middle), n_levels (128), reference,\n"
    "target, eta (0.5), bias (of rule 9, V).\n\n"
    "Examples:\n"
    "  r2nn lab resistor net.json",
    options_table,
    run_command,
};
