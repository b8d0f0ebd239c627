/* Clips through the engine, many at a time. */
#include "train/play.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Shares of the clips: their number depends on the clips alone, so that results do not depend on the workers. */
#define N_TASKS     32u /* at most */
#define SHARE_CLIPS 16u /* at least so many clips a share: each makes its own engine */
#define TAIL_S      2.0 /* longest ring-out after a clip */

/* One share: clips first .. last-1 and what came of them. */
typedef struct share {
  uint32_t first, last;
  r2nn_table table; /* gathers features unless tallying */
  uint32_t n_space; /* rows there is room for */
  r2nn_tally tally;
  r2nn_status status;
  r2nn_error error;
} share;

typedef struct playing {
  const r2nn_model *model;
  r2nn_engine_def def;
  const r2nn_choice *choice;
  bool tallying;
  share shares[N_TASKS];
} playing;

r2nn_engine_def r2nn_play_def(const r2nn_model *model, double window_s, double hop_s) {
  r2nn_engine_def def = r2nn_engine_def_default(model, 0);
  if (window_s > 0) {
    def.readout.mode = R2NN_MODE_WINDOW;
    def.readout.window_s = window_s;
    def.readout.hop_s = hop_s;
  } else {
    def.readout.mode = R2NN_MODE_FILE;
    def.margin_threshold = 0; /* it is one of the classes */
  }
  return def;
}

/* Append a decision's features to the share's table. */
static bool keep_features(share *s, const r2nn_decision *decision, uint32_t n_features, uint32_t label) {
  if (s->table.n_rows == s->n_space) {
    uint32_t space = s->n_space ? 2 * s->n_space : 64;
    double *x = realloc(s->table.x, (size_t)space * n_features * sizeof *x);
    if (x) s->table.x = x;
    uint32_t *labels = realloc(s->table.label, space * sizeof *labels);
    if (labels) s->table.label = labels;
    if (!x || !labels) return false;
    s->n_space = space;
    s->table.n_features = n_features;
  }
  for (uint32_t i = 0; i < n_features; i++) s->table.x[(size_t)s->table.n_rows * n_features + i] = (double)decision->features[i];
  s->table.label[s->table.n_rows++] = label;
  return true;
}

/* Take the waiting decisions. */
static bool take(const playing *job, share *s, r2nn_engine *engine, const r2nn_clip *clip, r2nn_vote *vote) {
  r2nn_decision decision;
  while (r2nn_engine_poll(engine, &decision)) {
    if (job->tallying)
      r2nn_vote_add(vote, &decision, (int32_t)clip->label);
    else if (!keep_features(s, &decision, r2nn_model_n_features(job->model), clip->label))
      return false;
  }
  return true;
}

/* One clip from rest to its end. */
static bool play_clip(const playing *job, share *s, r2nn_engine *engine, const r2nn_clip *clip, r2nn_vote *vote) {
  uint32_t m = job->model->n_channels, most = r2nn_engine_max_frames(engine);
  bool good = true;
  r2nn_engine_reset(engine);
  if (job->tallying) r2nn_vote_begin(vote, job->model->n_classes);
  for (uint64_t done = 0; done < clip->n_frames && good;) {
    uint32_t n = clip->n_frames - done < most ? (uint32_t)(clip->n_frames - done) : most;
    r2nn_engine_run(engine, clip->samples + done * m, n);
    done += n;
    good = take(job, s, engine, clip, vote);
  }
  if (job->def.readout.mode == R2NN_MODE_FILE) r2nn_engine_drain(engine, r2nn_engine_tail(engine, TAIL_S));
  r2nn_engine_finish(engine);
  good = good && take(job, s, engine, clip, vote);
  if (job->tallying) r2nn_tally_clip(&s->tally, clip->label, r2nn_vote_winner(vote), vote->n_windows, vote->n_windows_right);
  return good;
}

static void play_share(void *argument, uint32_t index) {
  playing *job = argument;
  share *s = &job->shares[index];
  r2nn_vote *vote = malloc(sizeof *vote);
  r2nn_engine *engine = NULL;
  double rate = 0;
  if (!vote) s->status = r2nn_fail(&s->error, R2NN_NO_MEMORY, "out of memory for a vote");
  if (job->tallying && s->status == R2NN_OK) s->status = r2nn_tally_init(&s->tally, job->model->n_classes, &s->error);
  for (uint32_t i = s->first; i < s->last && s->status == R2NN_OK; i++) {
    const r2nn_clip *clip = job->choice->clips[i];
    if (clip->rate_hz != rate) {
      r2nn_engine_def def = job->def;
      def.rate_hz = rate = clip->rate_hz;
      r2nn_engine_free(engine);
      s->status = r2nn_engine_new(job->model, &def, &engine, &s->error);
    }
    if (s->status == R2NN_OK && !play_clip(job, s, engine, clip, vote))
      s->status = r2nn_fail(&s->error, R2NN_NO_MEMORY, "out of memory for features");
  }
  r2nn_engine_free(engine);
  free(vote);
}

/* Run all shares; the caller frees their tables and tallies. */
static r2nn_status play(playing *job, const r2nn_workers *workers, r2nn_error *error) {
  uint32_t n = job->choice->n, n_tasks = n / SHARE_CLIPS < 1 ? 1 : n / SHARE_CLIPS < N_TASKS ? n / SHARE_CLIPS : N_TASKS;
  for (uint32_t k = 0; k < n_tasks; k++) {
    job->shares[k].first = (uint32_t)((uint64_t)n * k / n_tasks);
    job->shares[k].last = (uint32_t)((uint64_t)n * (k + 1) / n_tasks);
  }
  r2nn_workers_run(workers, n_tasks, play_share, job);
  for (uint32_t k = 0; k < n_tasks; k++)
    if (job->shares[k].status != R2NN_OK) return r2nn_fail(error, job->shares[k].status, "%s", job->shares[k].error.text);
  return R2NN_OK;
}

r2nn_status r2nn_play_table(const r2nn_model *model, const r2nn_engine_def *def, const r2nn_choice *choice,
                            const r2nn_workers *workers, r2nn_table *table, r2nn_error *error) {
  playing job = {.model = model, .def = *def, .choice = choice};
  uint32_t n_rows = 0, n_features = r2nn_model_n_features(model), at = 0;
  *table = (r2nn_table){0};
  r2nn_status status = play(&job, workers, error);
  for (uint32_t k = 0; k < N_TASKS; k++) n_rows += job.shares[k].table.n_rows;
  if (status == R2NN_OK && !r2nn_table_init(table, n_rows, n_features))
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u rows of features", n_rows);
  for (uint32_t k = 0; k < N_TASKS; k++) {
    const r2nn_table *part = &job.shares[k].table;
    if (status == R2NN_OK && part->n_rows) {
      memcpy(table->x + (size_t)at * n_features, part->x, (size_t)part->n_rows * n_features * sizeof *part->x);
      memcpy(table->label + at, part->label, part->n_rows * sizeof *part->label);
      at += part->n_rows;
    }
    r2nn_table_free(&job.shares[k].table);
  }
  return status;
}

r2nn_status r2nn_play_tally(const r2nn_model *model, const r2nn_engine_def *def, const r2nn_choice *choice,
                            const r2nn_workers *workers, r2nn_tally *tally, r2nn_error *error) {
  playing job = {.model = model, .def = *def, .choice = choice, .tallying = true};
  r2nn_status status = play(&job, workers, error);
  for (uint32_t k = 0; k < N_TASKS; k++) {
    if (status == R2NN_OK && job.shares[k].tally.confusion) r2nn_tally_add(tally, &job.shares[k].tally);
    r2nn_tally_free(&job.shares[k].tally);
  }
  return status;
}
