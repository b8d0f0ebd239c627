/* How an experiment of the lab is run: tasks on the pool, data, and the way out of its results. */
#include "circuit/scratch.h"
#include "circuit/spice.h"
#include "interrupt.h"
#include "lab/csv_data.h"
#include "lab/lab.h"
#include "output.h"
#include "progress.h"
#include "say.h"
#include "text_file.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_GRAPH = 1 << 24 };

typedef struct batch {
  const char *what;
  lab_task task;
  void *context;
  uint32_t n;
  atomic_uint n_done;
  r2nn_status *status; /* [n] */
  r2nn_error *errors;  /* [n] */
} batch;

static void do_one(void *context, uint32_t index) {
  batch *self = context;
  self->status[index] = self->task(self->context, index, &self->errors[index]);
  progress_show(self->what, (double)(atomic_fetch_add(&self->n_done, 1) + 1) / self->n);
}

r2nn_status lab_run_tasks(lab_run *run, const char *what, uint32_t n, lab_task task, void *context, r2nn_error *error) {
  batch self = {.what = what, .task = task, .context = context, .n = n};
  self.status = calloc(n + 1, sizeof *self.status);
  self.errors = calloc(n + 1, sizeof *self.errors);
  r2nn_status status = self.status && self.errors ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) {
    progress_show(what, 0);
    r2nn_workers_run(workers_hook(run->pool), n, do_one, &self);
    progress_end();
  }
  for (uint32_t i = 0; i < n && status == R2NN_OK; i++)
    if (self.status[i] != R2NN_OK) status = r2nn_fail(error, self.status[i], "%s", self.errors[i].text);
  free(self.status);
  free(self.errors);
  return status;
}

r2nn_status lab_run_data(const lab_run *run, const char *const *names, r2nn_lab_data **data, uint32_t *n, r2nn_error *error) {
  const lab_options *options = run->options;
  *n = options->n_data;
  while (options->n_data == 0 && names[*n]) (*n)++;
  *data = calloc(*n, sizeof **data);
  r2nn_status status = *data ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; i < *n && status == R2NN_OK; i++)
    status =
        csv_data_load(options->n_data ? options->data[i] : names[i], options->tables, options->class_column, &(*data)[i], error);
  for (uint32_t i = 0; i < *n && status == R2NN_OK; i++)
    for (uint32_t k = 0; k < i && status == R2NN_OK; k++)
      if (strcmp((*data)[i].name, (*data)[k].name) == 0)
        status = r2nn_fail(error, R2NN_BAD_ARGUMENT, "--data: two sets are called %s", (*data)[i].name);
  if (status == R2NN_OK) return status;
  lab_data_list_free(*data, *n);
  *data = NULL;
  return status;
}

void lab_data_list_free(r2nn_lab_data *data, uint32_t n) {
  for (uint32_t i = 0; data && i < n; i++) r2nn_lab_data_free(&data[i]);
  free(data);
}

r2nn_status lab_run_set(const lab_run *run, const char *usual, r2nn_lab_data *data, r2nn_error *error) {
  const lab_options *options = run->options;
  *data = (r2nn_lab_data){0};
  if (options->n_data > 1) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "--data: one set at a time here");
  return csv_data_load(options->n_data ? options->data[0] : usual, options->tables, options->class_column, data, error);
}

uint32_t lab_number(const lab_run *run, uint32_t asked, uint32_t quick, uint32_t usual) {
  return asked ? asked : run->options->quick ? quick : usual;
}

r2nn_status lab_graph_load(const char *name, uint64_t seed, r2nn_lab_graph *graph, r2nn_error *error) {
  char *text = NULL;
  size_t size, length = strlen(name);
  r2nn_error reason = {""};
  if (!strchr(name, '/') && !(length > 5 && strcmp(name + length - 5, ".json") == 0))
    return r2nn_lab_graph_make(name, seed, graph, error);
  r2nn_status status = text_file_read(name, MOST_GRAPH, &text, &size, error);
  if (status != R2NN_OK) return status;
  status = r2nn_lab_graph_parse(text, size, graph, &reason);
  free(text);
  return status == R2NN_OK ? status : r2nn_fail(error, status, "%s: %s", name, reason.text);
}

lab_spread lab_spread_of(const double *values, uint32_t n) {
  lab_spread s = {0};
  for (uint32_t i = 0; i < n; i++) s.mean += values[i] / n;
  for (uint32_t i = 0; i < n; i++) s.std += (values[i] - s.mean) * (values[i] - s.mean);
  s.std = n > 1 ? sqrt(s.std / (n - 1)) : 0;
  return s;
}

/* Nothing of ours outlives a signal. */
static void on_end(void) {
  spice_end_all();
  scratch_remove_all();
}

static r2nn_status work_and_show(lab_run *run, lab_work work, r2nn_error *error) {
  const settings *common = &run->options->common;
  result_folder folder = {0};
  r2nn_status status = common->output ? result_folder_open(&folder, common->output, common->force, error) : R2NN_OK;
  if (status == R2NN_OK && !(run->pool = workers_new(common->n_jobs))) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = work(run, error);
  progress_end();
  for (uint32_t i = 0; i < run->result.n_tables && status == R2NN_OK; i++)
    if (run->result.tables[i].is_short) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK && common->output) status = lab_result_write(&run->result, &folder, error);
  if (status == R2NN_OK && common->output) status = result_folder_commit(&folder, error);
  if (status == R2NN_OK) status = lab_result_show(&run->result, common->format == 1, error);
  result_folder_discard(&folder);
  workers_free(run->pool);
  lab_result_free(&run->result);
  return status;
}

int lab_main(const command *of, int argc, char **argv, uint32_t n_operands, lab_work work) {
  lab_options self = lab_options_default();
  options line;
  r2nn_error error = {""};
  int code = options_read(&line, of, lab_options_take, &self, argc, argv);
  if (code < 0 && line.n_operands > n_operands) code = options_wrong(of, "%.200s is too much", line.operands[n_operands]);
  if (code < 0 && line.n_operands < n_operands) code = options_wrong(of, "give %s", of->operands);
  if (code < 0) {
    lab_run run = {.options = &self, .result = {.experiment = strchr(of->name, ' ') + 1}};
    for (uint32_t i = 0; i < n_operands; i++) self.operand[i] = line.operands[i];
    interrupt_at_end(on_end);
    code = work_and_show(&run, work, &error) == R2NN_OK ? EXIT_DONE : EXIT_FAILED;
    if (code != EXIT_DONE) say_error("%s", error.text);
  }
  options_free(&line);
  return code;
}
