/* Verification over a data set's clips. */
#include "circuit/clips.h"

#include "data/dataset.h"
#include "data/load.h"
#include "progress.h"

#include <stdlib.h>

typedef struct clips {
  const verify_job *job;
  const r2nn_dataset *data;
  uint32_t n_clips;
  verify_result *results; /* [n_clips] */
  r2nn_status *statuses;  /* [n_clips] */
  r2nn_error *errors;     /* [n_clips] */
  _Atomic uint32_t n_done;
} clips;

static void run_clip(void *argument, uint32_t index) {
  clips *self = argument;
  const r2nn_clip *clip = &self->data->clips[(uint64_t)index * self->data->n_clips / self->n_clips];
  self->statuses[index] = verify_sound_on(self->job, clip->samples, (uint32_t)clip->n_frames, clip->rate_hz, VERIFY_STEPS_CLIP,
                                          false, &self->results[index], &self->errors[index]);
  progress_show("clips through ngspice", (double)++self->n_done / self->n_clips);
}

static r2nn_status run_all(clips *self, const workers *pool, verify_result *result, r2nn_error *error) {
  self->results = calloc(self->n_clips, sizeof *self->results);
  self->statuses = calloc(self->n_clips, sizeof *self->statuses);
  self->errors = calloc(self->n_clips, sizeof *self->errors);
  r2nn_status status = R2NN_OK;
  if (!self->results || !self->statuses || !self->errors) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) r2nn_workers_run(workers_hook(pool), self->n_clips, run_clip, self);
  for (uint32_t i = 0; i < self->n_clips && status == R2NN_OK; i++) {
    status = self->statuses[i];
    if (status != R2NN_OK) *error = self->errors[i];
    verify_add(result, &self->results[i]);
  }
  progress_end();
  free(self->results);
  free(self->statuses);
  free(self->errors);
  return status;
}

r2nn_status verify_clips(const verify_job *job, const char *dataset, uint32_t n_clips, const workers *pool, verify_result *result,
                         r2nn_error *error) {
  data_list files = {0};
  r2nn_dataset data = {0};
  r2nn_status status = dataset_list(dataset, &files, error);
  if (status == R2NN_OK) status = load_dataset(&files, NULL, false, workers_hook(pool), &data, error);
  if (status == R2NN_OK && data.n_channels != job->model->n_channels)
    status = r2nn_fail(error, R2NN_BAD_DATA, "%s: has %u channels, the model hears %u", dataset, data.n_channels,
                       job->model->n_channels);
  if (status == R2NN_OK) {
    clips self = {.job = job, .data = &data, .n_clips = n_clips < data.n_clips ? n_clips : data.n_clips};
    status = run_all(&self, pool, result, error);
  }
  load_free(&data);
  data_list_free(&files);
  return status;
}
