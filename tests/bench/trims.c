/* Boards whose parts are off, mended by a new head and by trimmers: what they decide right of a data set's test, as they come, with
 * a new head, and with trimmers turned as an identification of the board and training on it say (r2nn hardware refit, without real
 * time). Usage: trims MODEL DATASET PCT LIST RANGE BOARDS, like: trims model.json recordings 10 ground 20 20. */
#include "data/dataset.h"
#include "data/load.h"
#include "model_file.h"
#include "r2nn/board.h"
#include "train/play.h"
#include "virtual_sweep.h"
#include "workers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct bench {
  r2nn_model *model;
  r2nn_dataset data;
  r2nn_choice test;
  workers *pool;
  r2nn_circuit *circuit;
  double tolerance, rate_hz; /* the recordings' highest */
} bench;

static void must(r2nn_status status, const r2nn_error *error) {
  if (status == R2NN_OK) return;
  fprintf(stderr, "%s\n", error->text);
  exit(1);
}

static double accuracy(const bench *self, const r2nn_model *model) {
  r2nn_tally tally;
  r2nn_error error = {""};
  r2nn_engine_def def = r2nn_play_def(model, 0, 0);
  must(r2nn_tally_init(&tally, model->n_classes, &error), &error);
  must(r2nn_play_tally(model, &def, &self->test, workers_hook(self->pool), &tally, &error), &error);
  double share = r2nn_tally_accuracy(&tally);
  r2nn_tally_free(&tally);
  return share;
}

/* With a head of its own. */
static double refitted(const bench *self, const r2nn_model *board) {
  r2nn_table table;
  r2nn_error error = {""};
  r2nn_model *model;
  r2nn_refit_report report;
  r2nn_engine_def def = r2nn_play_def(board, 0, 0);
  r2nn_choice all;
  must(r2nn_choice_split(&self->data, R2NN_SPLIT_NONE, &all, &error), &error);
  must(r2nn_play_table(board, &def, &all, workers_hook(self->pool), &table, &error), &error);
  uint32_t *clips = malloc(table.n_rows * sizeof *clips);
  for (uint32_t i = 0; i < table.n_rows; i++) clips[i] = i; /* whole clips: one row each */
  r2nn_refit_rows rows = {table.n_rows, table.x, clips};
  must(r2nn_train_refit(board, &self->data, &rows, 0, 1, &model, &report, &error), &error);
  r2nn_model_free(model);
  r2nn_table_free(&table);
  r2nn_choice_free(&all);
  free(clips);
  return report.after;
}

/* What the board is found to be. */
static r2nn_model *identify(const bench *self, const r2nn_model *board, uint64_t seed) {
  virtual_def def = {.model = board, .rate_hz = self->rate_hz, .delay_s = 0.003, .snr_db = 60, .coloured = true, .seed = seed};
  r2nn_sweep sweep;
  r2nn_error error = {""};
  must(r2nn_sweep_for(self->model, self->rate_hz, 0.1, 0.25, &sweep, &error), &error);
  session all = measure(&def, &sweep);
  r2nn_identify_def how = r2nn_identify_def_default(self->tolerance, self->rate_hz);
  r2nn_identified found;
  must(r2nn_identify(self->model, all.heard, &all.loopback, &how, &found, &error), &error);
  r2nn_model *model = found.model;
  found.model = NULL;
  r2nn_identified_free(&found);
  forget(&all);
  return model;
}

/* One board: as it comes, with a new head, trimmed. */
static void mend(const bench *self, uint64_t seed, double *sums) {
  r2nn_board_def def = {self->tolerance, seed};
  r2nn_error error = {""};
  double *factors = malloc(self->circuit->n_elements * sizeof *factors), expected;
  uint32_t n;
  r2nn_trim *trims = r2nn_circuit_trims(self->circuit, &n);
  r2nn_model *board, *trained, *turned;
  r2nn_board_draw(self->circuit, &def, factors);
  must(r2nn_board_model(self->circuit, factors, &board, &error), &error);
  r2nn_model *found = identify(self, board, seed);
  must(r2nn_train_trims(found, &self->data, 1, workers_hook(self->pool), NULL, NULL, trims, n, &trained, &expected, &error),
       &error);
  must(r2nn_circuit_turn(self->circuit, trims, n, factors, &error), &error);
  must(r2nn_board_model(self->circuit, factors, &turned, &error), &error);
  double before = accuracy(self, board), head = refitted(self, board), after = refitted(self, turned);
  printf("board %llu: as it comes %.2f %%, new head %.2f %%, %u trimmers and a new head %.2f %% (expected %.2f %%)\n",
         (unsigned long long)seed, 100 * before, 100 * head, n, 100 * after, 100 * expected);
  sums[0] += before;
  sums[1] += head;
  sums[2] += after;
  r2nn_model_free(board);
  r2nn_model_free(found);
  r2nn_model_free(trained);
  r2nn_model_free(turned);
  free(trims);
  free(factors);
}

int main(int argc, char **argv) {
  bench self = {.pool = workers_new(0)};
  r2nn_error error = {""};
  data_list files = {0};
  double sums[3] = {0};
  if (argc != 7) {
    fprintf(stderr, "trims MODEL DATASET PCT LIST RANGE BOARDS\n");
    return 2;
  }
  int n = atoi(argv[6]);
  must(model_file_read(argv[1], &self.model, &error), &error);
  must(dataset_list(argv[2], &files, &error), &error);
  must(load_dataset(&files, NULL, false, workers_hook(self.pool), &self.data, &error), &error);
  must(r2nn_choice_split(&self.data, R2NN_SPLIT_TEST, &self.test, &error), &error);
  r2nn_circuit_def def = r2nn_circuit_def_default();
  def.network_only = true;
  def.trim_range = atof(argv[5]) / 100;
  for (int k = 0; k < R2NN_N_TRIMS; k++) def.trims[k] = strstr(argv[4], r2nn_trim_names[k]) != NULL;
  self.tolerance = atof(argv[3]) / 100;
  for (uint32_t k = 0; k < self.data.n_clips; k++) self.rate_hz = fmax(self.rate_hz, self.data.clips[k].rate_hz);
  setlinebuf(stdout);
  must(r2nn_circuit_design(self.model, &def, &self.circuit, &error), &error);
  printf("as designed: %.2f %%\n", 100 * accuracy(&self, self.model));
  for (int seed = 1; seed <= n; seed++) mend(&self, (uint64_t)seed, sums);
  printf("mean of %d: as they come %.2f %%, new head %.2f %%, trimmers and a new head %.2f %%\n", n, 100 * sums[0] / n,
         100 * sums[1] / n, 100 * sums[2] / n);
  r2nn_circuit_free(self.circuit);
  r2nn_choice_free(&self.test);
  r2nn_model_free(self.model);
  load_free(&self.data);
  data_list_free(&files);
  workers_free(self.pool);
  return 0;
}
