/* Judges a model on a list of recordings. */
#include "evaluate.h"

#include "data/dataset.h"
#include "data/findings.h"
#include "progress.h"
#include "stream.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What one file came to. */
typedef struct outcome {
  int32_t label, decided; /* in the model's numbering; decided may be -1 */
  uint64_t n_windows, n_windows_right;
  double seconds;
} outcome;

typedef struct slot {
  stream engine;
  r2nn_vote vote;
  int32_t label;
} slot;

typedef struct judging {
  const data_list *list;
  findings found;
  outcome *outcomes; /* [n_entries] */
  slot *slots;       /* [n_slots], one a thread */
  uint32_t n_slots, n_begun;
  bool only_check;
  atomic_uint n_taken, n_done;
} judging;

/* The model's number of every label. */
static r2nn_status match_labels(const r2nn_model *model, judging *self, r2nn_error *error) {
  for (uint32_t i = 0; i < self->list->n_entries; i++) {
    const data_entry *entry = &self->list->entries[i];
    self->outcomes[i].label = -1;
    for (uint32_t k = 0; k < model->n_classes; k++)
      if (strcmp(model->classes[k], entry->label) == 0) self->outcomes[i].label = (int32_t)k;
    if (self->outcomes[i].label >= 0) continue;
    char name[PATH_MAX + 64];
    dataset_entry_name(self->list, entry, name, sizeof name);
    return r2nn_fail(error, R2NN_BAD_DATA, "%.350s: the model has no class \"%.100s\"", name, entry->label);
  }
  return R2NN_OK;
}

static void on_decision(void *context, double rate_hz, const r2nn_decision *decision) {
  (void)rate_hz;
  slot *self = context;
  r2nn_vote_add(&self->vote, decision, self->label);
}

static void judge_one(judging *self, slot *with, uint32_t index) {
  const data_entry *entry = &self->list->entries[index];
  outcome *result = &self->outcomes[index];
  r2nn_error error = {""};
  if (self->found.bad[index]) return;
  if (self->only_check) {
    if (stream_check(&with->engine, entry->path, &error) != R2NN_OK) findings_bad(&self->found, index, error.text);
    return;
  }
  stream_result streamed;
  with->label = result->label;
  r2nn_vote_begin(&with->vote, with->engine.model->n_classes);
  if (stream_file(&with->engine, entry->path, on_decision, NULL, with, &streamed, &error) != R2NN_OK) {
    findings_bad(&self->found, index, error.text);
    return;
  }
  findings_remark(&self->found, index, streamed.remark);
  result->decided = r2nn_vote_winner(&with->vote);
  result->n_windows = with->vote.n_windows;
  result->n_windows_right = with->vote.n_windows_right;
  result->seconds = streamed.seconds;
}

/* One thread's share: whatever file is next. */
static void judge_some(void *argument, uint32_t index) {
  judging *self = argument;
  for (uint32_t i; (i = atomic_fetch_add(&self->n_taken, 1)) < self->list->n_entries;) {
    judge_one(self, &self->slots[index], i);
    if (!self->only_check) progress_show("judging", (double)(atomic_fetch_add(&self->n_done, 1) + 1) / self->list->n_entries);
  }
}

static r2nn_status judge_all(judging *self, const workers *pool, bool only_check, bool skip_bad, r2nn_error *error) {
  self->only_check = only_check;
  atomic_store(&self->n_taken, 0);
  r2nn_workers_run(workers_hook(pool), self->n_slots, judge_some, self);
  progress_end();
  uint32_t n_bad = 0;
  for (uint32_t i = 0; i < self->list->n_entries; i++) n_bad += self->found.bad[i] != NULL;
  /* Bad files stop it before the work; if that goes on without them, all is told after it. */
  return only_check && (n_bad == 0 || skip_bad) ? R2NN_OK : findings_tell(&self->found, skip_bad, error);
}

static r2nn_status begin(judging *self, const r2nn_model *model, const r2nn_readout *readout, const channel_list *channels,
                         const workers *pool, r2nn_error *error) {
  self->n_slots = workers_n_jobs(pool);
  self->outcomes = calloc(self->list->n_entries, sizeof *self->outcomes);
  self->slots = calloc(self->n_slots, sizeof *self->slots);
  if (!self->outcomes || !self->slots) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  r2nn_status status = findings_begin(&self->found, self->list, error);
  while (status == R2NN_OK && self->n_begun < self->n_slots)
    status = stream_begin(&self->slots[self->n_begun++].engine, model, readout, channels, error);
  return status == R2NN_OK ? match_labels(model, self, error) : status;
}

static void end(judging *self) {
  for (uint32_t i = 0; i < self->n_begun; i++) stream_free(&self->slots[i].engine);
  if (self->found.list) findings_free(&self->found);
  free(self->slots);
  free(self->outcomes);
}

r2nn_status evaluate(const r2nn_model *model, const r2nn_readout *readout, const data_list *list, const channel_list *channels,
                     bool skip_bad, const workers *pool, evaluation *result, r2nn_error *error) {
  judging self = {.list = list};
  *result = (evaluation){0};
  r2nn_status status = r2nn_tally_init(&result->tally, model->n_classes, error);
  if (status == R2NN_OK) status = begin(&self, model, readout, channels, pool, error);
  if (status == R2NN_OK) status = judge_all(&self, pool, true, skip_bad, error);
  double begun_s = progress_clock();
  if (status == R2NN_OK) status = judge_all(&self, pool, false, skip_bad, error);
  result->work_s = progress_clock() - begun_s;
  for (uint32_t i = 0; status == R2NN_OK && i < list->n_entries; i++) {
    const outcome *one = &self.outcomes[i];
    if (self.found.bad[i]) continue;
    r2nn_tally_clip(&result->tally, (uint32_t)one->label, one->decided, one->n_windows, one->n_windows_right);
    result->sound_s += one->seconds;
  }
  end(&self);
  return status;
}

void evaluation_free(evaluation *result) {
  r2nn_tally_free(&result->tally);
}
