/* r2nn info: what is in a model? */
#include "model_file.h"
#include "options.h"
#include "say.h"
#include "settings.h"
#include "summary.h"

#include <stdlib.h>

static const char *const formats[] = {"text", "json"};
enum { N_FORMATS = 2, JSON = 1 };

static const option_def options_table[] = {
    SETTING_FORMAT("text or json (text)"),
    SETTING_QUIET,
    {NULL, '\0', 0, NULL, NULL},
};

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  return settings_set(context, code, argument, error);
}

static r2nn_status show(const r2nn_model *model, bool as_json, r2nn_error *error) {
  summary_stage *stages = calloc(model->n_stages + 1, sizeof *stages);
  r2nn_status status = stages ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; i < model->n_stages && status == R2NN_OK; i++)
    status = summary_of_stage(&model->stages[i], &stages[i], error);
  output out;
  if (status == R2NN_OK) status = output_open(&out, NULL, false, error);
  if (status == R2NN_OK) {
    (as_json ? summary_json : summary_text)(out.stream, model, stages);
    status = output_commit(&out, error);
  }
  free(stages);
  return status;
}

static int run_command(const command *of, int argc, char **argv) {
  settings self = {.format = -1, .formats = formats, .n_formats = N_FORMATS};
  options line;
  int code = options_read(&line, of, set, &self, argc, argv);
  if (code < 0 && line.n_operands != 1) code = options_wrong(of, "give one MODEL, not %u", line.n_operands);
  if (code < 0) {
    r2nn_model *model = NULL;
    r2nn_error error = {""};
    r2nn_status status = model_file_read(line.operands[0], &model, &error);
    if (status == R2NN_OK) status = show(model, self.format == JSON, &error);
    if (status != R2NN_OK) say_error("%s", error.text);
    r2nn_model_free(model);
    code = status == R2NN_OK ? EXIT_DONE : EXIT_FAILED;
  }
  options_free(&line);
  return code;
}

const command cmd_info = {
    "info",
    "MODEL",
    "show what a model is made of and how well it did",
    "MODEL is a file, or the name of a preset.\n\n"
    "Examples:\n"
    "  r2nn info vowels\n"
    "  r2nn info model.json --format json",
    options_table,
    run_command,
};
