/* Judges a model on a list of recordings. */
#include "evaluate.h"

#include "data/dataset.h"
#include "data/findings.h"
#include "latency.h"
#include "noise.h"
#include "progress.h"

#include <limits.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What one file came to. */
typedef struct outcome {
  int32_t label, decided; /* in the model's numbering; decided may be -1 */
  uint64_t n_windows, n_windows_right;
  double seconds;
  uint64_t n_frames, onset;
  uint32_t n_cut;
} outcome;

typedef struct slot {
  stream engine;
  r2nn_vote vote;
  int32_t label;
} slot;

/* What is done with every file, one after the other over the whole list. */
typedef enum phase { CHECK, JUDGE, LATENCY, NOISE } phase;
static const char *const phase_names[] = {"", "judging", "deciding early", "judging in noise"};

typedef struct judging {
  const evaluate_def *def;
  const data_list *list;
  findings found;
  outcome *outcomes; /* [n_entries] */
  int32_t *decided;  /* [n_entries][n_points] of the present sweep */
  const sweep *points;
  slot *slots;         /* [n_slots], one a thread */
  wholes *by_spectrum; /* NULL: files are run */
  uint32_t n_slots, n_begun;
  phase phase;
  atomic_uint n_taken, n_done;
} judging;

/* The model's number of every label. */
static r2nn_status match_labels(judging *self, r2nn_error *error) {
  const r2nn_model *model = self->def->model;
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

/* Run a whole file and let its decisions vote. */
static r2nn_status vote_on(judging *self, slot *with, uint32_t index, stream_result *streamed, r2nn_error *error) {
  with->label = self->outcomes[index].label;
  r2nn_vote_begin(&with->vote, self->def->model->n_classes);
  return stream_file(&with->engine, self->list->entries[index].path, on_decision, NULL, with, streamed, error);
}

static r2nn_status judge_whole(judging *self, slot *with, uint32_t index, r2nn_error *error) {
  stream_result streamed;
  outcome *result = &self->outcomes[index];
  with->engine.find_onset = self->def->latency != NULL;
  if (self->by_spectrum && !audio_is_file(self->list->entries[index].path, error)) return R2NN_BAD_DATA; /* else checked before */
  r2nn_status status = vote_on(self, with, index, &streamed, error);
  if (status != R2NN_OK) return status;
  findings_remark(&self->found, index, streamed.remark);
  result->decided = r2nn_vote_winner(&with->vote);
  result->n_windows = with->vote.n_windows;
  result->n_windows_right = with->vote.n_windows_right;
  result->seconds = streamed.seconds;
  result->n_frames = streamed.n_frames;
  result->onset = streamed.onset;
  return status;
}

/* Decide at each time; beyond the end of the clip what the whole came to holds. */
static r2nn_status judge_early(judging *self, slot *with, uint32_t index, r2nn_error *error) {
  outcome *result = &self->outcomes[index];
  int32_t *decided = self->decided + (size_t)index * self->points->n_points;
  for (uint32_t k = 0; k < self->points->n_points; k++) decided[k] = result->decided;
  return latency_file(&with->engine, self->list->entries[index].path, result->onset, result->n_frames, self->points, decided,
                      &result->n_cut, error);
}

static r2nn_status judge_noisy(judging *self, slot *with, uint32_t index, r2nn_error *error) {
  double rms_v;
  stream_result streamed;
  const sweep *levels = self->points;
  int32_t *decided = self->decided + (size_t)index * levels->n_points;
  with->engine.find_onset = false;
  r2nn_status status = noise_level(&with->engine, self->list->entries[index].path, &rms_v, error);
  for (uint32_t k = 0; status == R2NN_OK && k < levels->n_points; k++) {
    if (!isfinite(levels->points[k].at)) {
      decided[k] = self->outcomes[index].decided;
      continue;
    }
    noise beside = noise_begin(self->def->noise_seed, index, rms_v * pow(10, -levels->points[k].at / 20));
    with->engine.filter = noise_add;
    with->engine.filter_context = &beside;
    status = vote_on(self, with, index, &streamed, error);
    with->engine.filter = NULL;
    decided[k] = r2nn_vote_winner(&with->vote);
  }
  return status;
}

static void judge_one(judging *self, slot *with, uint32_t index) {
  r2nn_error error = {""};
  r2nn_status status = R2NN_OK;
  if (self->found.bad[index]) return;
  switch (self->phase) {
  case CHECK:
    status = stream_check(&with->engine, self->list->entries[index].path, &error);
    break;
  case JUDGE:
    status = judge_whole(self, with, index, &error);
    break;
  case LATENCY:
    status = judge_early(self, with, index, &error);
    break;
  case NOISE:
    status = judge_noisy(self, with, index, &error);
    break;
  }
  if (status != R2NN_OK) findings_bad(&self->found, index, error.text);
}

/* One thread's share: whatever file is next. */
static void judge_some(void *argument, uint32_t index) {
  judging *self = argument;
  for (uint32_t i; (i = atomic_fetch_add(&self->n_taken, 1)) < self->list->n_entries;) {
    judge_one(self, &self->slots[index], i);
    if (self->phase != CHECK)
      progress_show(phase_names[self->phase], (double)(atomic_fetch_add(&self->n_done, 1) + 1) / self->list->n_entries);
  }
}

/* How many files are bad by now. */
static uint32_t run_phase(judging *self, phase which) {
  uint32_t n_bad = 0;
  self->phase = which;
  atomic_store(&self->n_taken, 0);
  atomic_store(&self->n_done, 0);
  r2nn_workers_run(workers_hook(self->def->pool), self->n_slots, judge_some, self);
  progress_end();
  for (uint32_t i = 0; i < self->list->n_entries; i++) n_bad += self->found.bad[i] != NULL;
  return n_bad;
}

static r2nn_status judge_all(judging *self, double *work_s, r2nn_error *error) {
  /* Bad files stop it before the work; if that goes on without them, all is told after it. */
  bool is_quick = self->by_spectrum != NULL; /* the work is as quick as the look */
  if (!is_quick && run_phase(self, CHECK) > 0 && !self->def->skip_bad) return findings_tell(&self->found, false, error);
  double begun_s = progress_clock();
  run_phase(self, JUDGE);
  *work_s = progress_clock() - begun_s;
  return findings_tell(&self->found, self->def->skip_bad, error);
}

/* Every file once more, at all points of a sweep; then count. */
static r2nn_status judge_sweep(judging *self, phase which, sweep *points, r2nn_error *error) {
  self->points = points;
  free(self->decided);
  self->decided = calloc((size_t)self->list->n_entries * points->n_points, sizeof *self->decided);
  bool *known = calloc(self->list->n_entries + (size_t)1, sizeof *known);
  r2nn_status status = self->decided && known ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; status == R2NN_OK && i < self->list->n_entries; i++) known[i] = self->found.bad[i] != NULL;
  if (status == R2NN_OK) run_phase(self, which);
  for (uint32_t i = 0; status == R2NN_OK && i < self->list->n_entries; i++) {
    const outcome *one = &self->outcomes[i];
    if (known[i]) continue;
    if (self->found.bad[i]) { /* it has changed since it was judged */
      char name[PATH_MAX + 64];
      dataset_entry_name(self->list, &self->list->entries[i], name, sizeof name);
      status = r2nn_fail(error, R2NN_BAD_DATA, "%.300s: %.200s", name, self->found.bad[i]);
    }
    for (uint32_t k = 0; k < points->n_points; k++)
      sweep_count(&points->points[k], one->label, self->decided[(size_t)i * points->n_points + k],
                  which == LATENCY && k < one->n_cut);
  }
  free(known);
  return status;
}

/* Times that suit what the clips hold after their onsets. */
static r2nn_status choose_times(const judging *self, sweep *times, r2nn_error *error) {
  uint32_t n = 0;
  double *left_s = malloc((self->list->n_entries + 1) * sizeof *left_s);
  if (!left_s) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; i < self->list->n_entries; i++) {
    const outcome *one = &self->outcomes[i];
    if (!self->found.bad[i]) left_s[n++] = one->seconds * (double)(one->n_frames - one->onset) / (double)one->n_frames;
  }
  if (n) sweep_times_default(times, left_s, n);
  free(left_s);
  return R2NN_OK;
}

/* Judge by spectra what gives the same: whole clips, of which nothing else is to be known. */
static r2nn_status begin_spectra(judging *self, r2nn_error *error) {
  const evaluate_def *def = self->def;
  r2nn_engine_def engine = stream_engine_def(&self->slots->engine, R2NN_RATE_MIN);
  if (def->latency || def->noise) return R2NN_OK;
  r2nn_status status = wholes_for(def->model, &engine, STREAM_TAIL_S, self->list->n_entries, &self->by_spectrum, error);
  for (uint32_t i = 0; i < self->n_begun; i++) self->slots[i].engine.by_spectrum = self->by_spectrum;
  return status;
}

static r2nn_status begin(judging *self, r2nn_error *error) {
  const evaluate_def *def = self->def;
  self->n_slots = workers_n_jobs(def->pool);
  self->outcomes = calloc(self->list->n_entries, sizeof *self->outcomes);
  self->slots = calloc(self->n_slots, sizeof *self->slots);
  if (!self->outcomes || !self->slots) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  r2nn_status status = findings_begin(&self->found, self->list, error);
  while (status == R2NN_OK && self->n_begun < self->n_slots) {
    stream *engine = &self->slots[self->n_begun++].engine;
    status = stream_begin(engine, def->model, &def->readout, def->channels, error);
    engine->is_known = def->readout.mode == R2NN_MODE_FILE;
    engine->flaws = def->flaws;
  }
  if (status == R2NN_OK) status = begin_spectra(self, error);
  return status == R2NN_OK ? match_labels(self, error) : status;
}

static void end(judging *self) {
  for (uint32_t i = 0; i < self->n_begun; i++) stream_free(&self->slots[i].engine);
  if (self->found.list) findings_free(&self->found);
  wholes_free(self->by_spectrum);
  free(self->slots);
  free(self->outcomes);
  free(self->decided);
}

r2nn_status evaluate(const evaluate_def *def, evaluation *result, r2nn_error *error) {
  judging self = {.def = def, .list = def->list};
  *result = (evaluation){0};
  r2nn_status status = r2nn_tally_init(&result->tally, def->model->n_classes, error);
  if (status == R2NN_OK) status = begin(&self, error);
  if (status == R2NN_OK) status = judge_all(&self, &result->work_s, error);
  for (uint32_t i = 0; status == R2NN_OK && i < def->list->n_entries; i++) {
    const outcome *one = &self.outcomes[i];
    if (self.found.bad[i]) continue;
    r2nn_tally_clip(&result->tally, (uint32_t)one->label, one->decided, one->n_windows, one->n_windows_right);
    result->sound_s += one->seconds;
  }
  if (status == R2NN_OK && def->latency && def->latency->n_points == 0) status = choose_times(&self, def->latency, error);
  if (status == R2NN_OK && def->latency) status = judge_sweep(&self, LATENCY, def->latency, error);
  if (status == R2NN_OK && def->noise) status = judge_sweep(&self, NOISE, def->noise, error);
  end(&self);
  return status;
}

void evaluation_free(evaluation *result) {
  r2nn_tally_free(&result->tally);
}
