/* How a cascade does on clips that it is not trained on. */
#include "train/features.h"
#include "train/joint_session.h"

#include <stdlib.h>
#include <string.h>

#define TYPICAL    0.3 /* of the running mean is the last check */
#define FLOOR_MORE 1e3 /* times the usual floor, so 30 dB below the mean power: behind detectors quieter outputs say nothing */

typedef struct judging {
  r2nn_session *s;
  const r2nn_choice *choice;
  double *energies, *duration_s;
  uint32_t at; /* the first clip of the present tasks */
} judging;

static void judge_task(void *argument, uint32_t index) {
  judging *job = argument;
  r2nn_session *s = job->s;
  r2nn_slot *at = &s->slots[index];
  uint32_t clip = job->at + index;
  at->failed = !r2nn_vary(s->recipe, job->choice->clips[clip], s->dataset->n_channels, NULL, &at->rows) ||
               !r2nn_cascade_forward(&s->cascade, 0, s->recipe->n_stages, at->rows.x, at->rows.n_frames, at->rows.rate_hz, false,
                                     &at->journey);
  if (at->failed) return;
  job->duration_s[clip] = at->rows.n_frames / at->rows.rate_hz;
  r2nn_cascade_energies(&s->cascade, &at->journey, job->energies + (size_t)clip * s->n_features);
}

void r2nn_session_set_floor(r2nn_session *s, const double *energies, const double *duration_s, uint32_t n) {
  if (s->fitted->floor <= 0) s->fitted->floor = FLOOR_MORE * r2nn_features_floor(energies, duration_s, n, s->n_features);
}

r2nn_status r2nn_session_table(r2nn_session *s, const r2nn_choice *choice, r2nn_table *table, r2nn_error *error) {
  uint32_t n = choice->n;
  judging job = {.s = s, .choice = choice};
  job.energies = malloc(((size_t)n * s->n_features + 1) * sizeof *job.energies);
  job.duration_s = malloc((n + 1) * sizeof *job.duration_s);
  r2nn_session_load(s, 0, NULL);
  bool good = r2nn_table_init(table, n, s->n_features) && job.energies && job.duration_s;
  for (job.at = 0; job.at < n && good; job.at += s->n_slots) {
    r2nn_workers_run(s->trainer->workers, n - job.at < s->n_slots ? n - job.at : s->n_slots, judge_task, &job);
    good = !r2nn_session_failed(s);
  }
  if (good) {
    r2nn_session_set_floor(s, job.energies, job.duration_s, n);
    for (uint32_t i = 0; i < n; i++) table->label[i] = choice->clips[i]->label;
    r2nn_features(s->recipe, job.energies, job.duration_s, s->fitted->floor, table);
  }
  free(job.energies);
  free(job.duration_s);
  return good ? R2NN_OK : r2nn_session_out_of_memory(error);
}

void r2nn_session_use_running(r2nn_session *s) {
  r2nn_learner *learner = &s->fitted->learner;
  if (!s->has_running) return;
  memcpy(learner->center, s->center, s->n_features * sizeof *s->center);
  memcpy(learner->spread, s->spread, s->n_features * sizeof *s->spread);
}

r2nn_status r2nn_session_check(r2nn_session *s, const r2nn_choice *valid, uint32_t n_epochs, r2nn_error *error) {
  r2nn_table table = {0};
  r2nn_status status = r2nn_session_table(s, valid, &table, error);
  if (status == R2NN_OK) status = r2nn_learner_room(&s->fitted->learner, table.n_rows, error);
  if (status == R2NN_OK) {
    r2nn_session_use_running(s);
    double accuracy = r2nn_learner_accuracy(&s->fitted->learner, &table),
           entropy = r2nn_learner_entropy(&s->fitted->learner, &table);
    s->best.typical += (s->best.accuracy < 0 ? 1 : TYPICAL) * (accuracy - s->best.typical);
    if (accuracy > s->best.accuracy || (accuracy == s->best.accuracy && entropy < s->best.entropy)) {
      s->best.accuracy = accuracy;
      s->best.entropy = entropy;
      s->best.n_epochs = n_epochs;
      r2nn_session_keep(s, s->best.theta, false);
    }
  }
  r2nn_table_free(&table);
  return status;
}
