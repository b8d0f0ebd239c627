/* How many boards of a series decide well, and which of their parts matter. */
#include "yield.h"

#include "data/load.h"
#include "progress.h"
#include "r2nn/jury.h"
#include "sort.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct work {
  const yield_def *def;
  const r2nn_circuit *circuit;
  yield_result *result;
  r2nn_jury *jury;
  r2nn_juror **jurors; /* [n_slots] one a thread */
  double *factors;     /* [n_slots][n_elements] */
  atomic_uint n_taken, n_done;
  _Atomic r2nn_status status; /* the first failure; its text is lost: only memory can be short */
} work;

static uint32_t n_slots(const work *self) {
  return workers_n_jobs(self->def->judged->pool);
}

/* Every clip's label as the model numbers it. */
static r2nn_status renumber(const r2nn_model *model, r2nn_dataset *set, r2nn_error *error) {
  for (uint32_t i = 0; i < set->n_clips; i++) {
    const char *name = set->classes[set->clips[i].label];
    uint32_t k = 0;
    while (k < model->n_classes && strcmp(model->classes[k], name) != 0) k++;
    if (k == model->n_classes) return r2nn_fail(error, R2NN_BAD_DATA, "the model has no class \"%.100s\"", name);
    set->clips[i].label = k;
  }
  return R2NN_OK;
}

static r2nn_status make_jury(work *self, r2nn_error *error) {
  const evaluate_def *judged = self->def->judged;
  const r2nn_workers *hook = workers_hook(judged->pool);
  r2nn_dataset set = {0};
  r2nn_status status = load_dataset(judged->list, judged->channels, judged->skip_bad, hook, &set, error);
  if (status == R2NN_OK) status = renumber(judged->model, &set, error);
  if (status == R2NN_OK) status = r2nn_jury_new(&set, judged->model, hook, &self->jury, error);
  load_free(&set);
  self->jurors = calloc(n_slots(self), sizeof *self->jurors);
  if (status == R2NN_OK && !self->jurors) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; i < n_slots(self) && status == R2NN_OK; i++) status = r2nn_juror_new(self->jury, &self->jurors[i], error);
  return status;
}

/* The accuracy of board number; < 0: it oscillates. */
static r2nn_status judge_board(work *self, uint32_t slot, uint32_t number, double *accuracy, r2nn_error *error) {
  double *factors = self->factors + (size_t)slot * self->circuit->n_elements;
  r2nn_board_def def = self->def->built->board;
  r2nn_model *model;
  evaluation judged = {0};
  def.seed = number;
  r2nn_board_draw(self->circuit, &def, factors);
  r2nn_status status = r2nn_board_model(self->circuit, factors, &model, error);
  *accuracy = -1;
  if (status == R2NN_UNSTABLE) return R2NN_OK;
  if (status == R2NN_OK && self->jury) r2nn_juror_judge(self->jurors[slot], model, accuracy, NULL);
  if (status == R2NN_OK && !self->jury) {
    evaluate_def run = *self->def->judged;
    r2nn_flaws *flaws = NULL;
    run.model = model;
    status = r2nn_board_flaws(self->circuit, &def, &flaws, error);
    run.flaws = flaws;
    if (status == R2NN_OK) status = evaluate(&run, &judged, error);
    if (status == R2NN_OK) *accuracy = r2nn_tally_accuracy(&judged.tally);
    evaluation_free(&judged);
    r2nn_flaws_free(flaws);
  }
  r2nn_model_free(model);
  return status;
}

/* One thread's share: whatever board is next. */
static void judge_some(void *argument, uint32_t slot) {
  work *self = argument;
  for (uint32_t i; (i = atomic_fetch_add(&self->n_taken, 1)) < self->def->n_boards && self->status == R2NN_OK;) {
    r2nn_status status = judge_board(self, slot, i + 1, &self->result->accuracy[i], NULL);
    if (status != R2NN_OK) self->status = status;
    progress_show("building boards", (double)(atomic_fetch_add(&self->n_done, 1) + 1) / self->def->n_boards);
  }
}

/* Boards whose engines run take all threads each; those judged on spectra take one. */
static r2nn_status judge_boards(work *self, r2nn_error *error) {
  r2nn_status status = R2NN_OK;
  if (self->jury) {
    r2nn_workers_run(workers_hook(self->def->judged->pool), n_slots(self), judge_some, self);
    if (self->status != R2NN_OK)
      status = r2nn_fail(error, self->status, "boards cannot be judged: %s", r2nn_strerror(self->status));
  }
  for (uint32_t i = 0; !self->jury && i < self->def->n_boards && status == R2NN_OK; i++)
    status = judge_board(self, 0, i + 1, &self->result->accuracy[i], error);
  progress_end();
  return status;
}

static int compare_parts(const void *a, const void *b) {
  const yield_part *left = a, *right = b;
  if (left->loss != right->loss) return left->loss < right->loss ? 1 : -1;
  return strcmp(left->name, right->name);
}

/* The value of the model that an element makes. */
static const char *path_of(const r2nn_circuit *circuit, uint32_t element) {
  for (uint32_t k = 0; k < circuit->n_mapped; k++)
    if (element >= circuit->mapped[k].first && element < circuit->mapped[k].first + circuit->mapped[k].n_elements)
      return circuit->mapped[k].path;
  return "";
}

/* What one part does, moved a little: STEP of its value, then taken to its tolerance, whose mean square is a third of its end's. */
#define STEP 1e-3
static r2nn_status weigh_part(work *self, uint32_t element, r2nn_error *error) {
  const r2nn_circuit *circuit = self->circuit;
  const r2nn_element *e = &circuit->elements[element];
  double own = e->kind == R2NN_CAPACITOR ? circuit->def.parts.capacitor.tolerance : circuit->def.parts.resistor.tolerance;
  double asked = self->def->built->board.tolerance, times = (asked < 0 ? own : asked) / STEP, change, square;
  r2nn_model *moved;
  for (uint32_t i = 0; i < circuit->n_elements; i++) self->factors[i] = i == element ? 1 + STEP : 1;
  r2nn_status status = r2nn_board_model(circuit, self->factors, &moved, error);
  if (status != R2NN_OK) return status == R2NN_UNSTABLE ? R2NN_OK : status;
  r2nn_juror_change(self->jurors[0], moved, &change, &square);
  r2nn_model_free(moved);
  if (square <= 0) return R2NN_OK;
  yield_part *part = &self->result->parts[self->result->n_parts++];
  snprintf(part->name, sizeof part->name, "%s%u", r2nn_element_letter(e->kind), e->number);
  snprintf(part->path, sizeof part->path, "%s", path_of(circuit, element));
  snprintf(part->role, sizeof part->role, "%s", e->role);
  part->loss = square * times * times / 3 / 2;
  part->slope = change * times;
  return R2NN_OK;
}

static r2nn_status weigh_parts(work *self, const r2nn_model *stock, r2nn_error *error) {
  const r2nn_circuit *circuit = self->circuit;
  r2nn_status status = R2NN_OK;
  self->result->parts = calloc(circuit->n_elements, sizeof *self->result->parts);
  if (!self->result->parts) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  r2nn_juror_differentiate(self->jurors[0], stock);
  for (uint32_t k = 0; k < circuit->n_blocks; k++) {
    const r2nn_block *block = &circuit->blocks[k];
    if (block->kind > R2NN_BLOCK_NEGATIVE) continue;
    for (uint32_t i = block->first; i < block->first + block->n_elements && status == R2NN_OK; i++)
      if (circuit->elements[i].kind == R2NN_RESISTOR || circuit->elements[i].kind == R2NN_CAPACITOR)
        status = weigh_part(self, i, error);
    progress_show("weighing parts", (k + 1.0) / circuit->n_blocks);
  }
  progress_end();
  qsort(self->result->parts, self->result->n_parts, sizeof *self->result->parts, compare_parts);
  return status;
}

static void count(yield_result *result) {
  double n = result->n_boards, squares = 0;
  result->least = 2;
  for (uint32_t i = 0; i < result->n_boards; i++) {
    double accuracy = fmax(result->accuracy[i], 0);
    result->n_unstable += result->accuracy[i] < 0;
    if (accuracy < result->least) result->worst = i + 1;
    result->least = fmin(result->least, accuracy);
    result->mean += accuracy / n;
    result->share += (accuracy >= result->wanted - 1e-9) / n;
    result->sorted[i] = accuracy;
  }
  for (uint32_t i = 0; i < result->n_boards; i++) squares += pow(result->sorted[i] - result->mean, 2);
  result->deviation = sqrt(squares / fmax(n - 1, 1));
  sort_values(result->sorted, result->n_boards);
  result->quantile = result->sorted[(uint32_t)(0.05 * (n - 1))];
}

/* The model as it is, then the board of stock values, and what its parts are worth. */
static r2nn_status judge_first(work *self, double designed, r2nn_error *error) {
  yield_result *result = self->result;
  r2nn_model *stock;
  result->designed = designed;
  if (self->jury) r2nn_juror_judge(self->jurors[0], self->def->judged->model, &result->designed, NULL);
  r2nn_status status = judge_board(self, 0, 0, &result->stock, error);
  if (status != R2NN_OK || !self->jury || result->stock < 0) return status;
  status = r2nn_board_model(self->circuit, NULL, &stock, error);
  if (status == R2NN_OK) status = weigh_parts(self, stock, error);
  r2nn_model_free(stock);
  return status;
}

static void release(work *self) {
  for (uint32_t i = 0; self->jurors && i < n_slots(self); i++) r2nn_juror_free(self->jurors[i]);
  free(self->jurors);
  r2nn_jury_free(self->jury);
  free(self->factors);
}

r2nn_status yield_find(const yield_def *def, double designed, yield_result *result, r2nn_error *error) {
  const evaluate_def *judged = def->judged;
  r2nn_circuit_def circuit_def = r2nn_circuit_def_default();
  r2nn_circuit *circuit;
  *result = (yield_result){.n_boards = def->n_boards};
  circuit_def.parts = def->built->model;
  r2nn_status status = r2nn_circuit_design(judged->model, &circuit_def, &circuit, error);
  if (status != R2NN_OK) return status;
  work self = {.def = def, .circuit = circuit, .result = result};
  result->by_spectra = r2nn_jury_fits(judged->model) && judged->readout.mode == R2NN_MODE_FILE;
  result->accuracy = calloc(def->n_boards, sizeof *result->accuracy);
  result->sorted = calloc(def->n_boards, sizeof *result->sorted);
  self.factors = malloc(((size_t)n_slots(&self) * circuit->n_elements + 1) * sizeof *self.factors);
  if (!result->accuracy || !result->sorted || !self.factors) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK && result->by_spectra) status = make_jury(&self, error);
  if (status == R2NN_OK) status = judge_first(&self, designed, error);
  if (status == R2NN_OK) status = judge_boards(&self, error);
  if (status == R2NN_OK) {
    result->wanted = def->wanted < 0 ? result->designed - 0.01 : def->wanted;
    count(result);
  }
  release(&self);
  r2nn_circuit_free(circuit);
  if (status != R2NN_OK) yield_free(result);
  return status;
}

void yield_free(yield_result *result) {
  free(result->accuracy);
  free(result->sorted);
  free(result->parts);
  *result = (yield_result){0};
}
