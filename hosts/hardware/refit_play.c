/* The recordings of a data set through a board and what follows it. */
#include "hardware/refit_play.h"

#include "circuit/upsample.h"
#include "progress.h"

#include <math.h>
#include <stdlib.h>

#define TAIL_S  2.0 /* longest ring-out after a clip */
#define APART_S 0.3 /* silence after it besides, in which the round trip ends */

/* One decision a clip, or the model's windows. */
static r2nn_status make_engines(refit_play *self, r2nn_error *error) {
  r2nn_engine_def def = r2nn_engine_def_default(self->model, self->line.rate_hz);
  if (!r2nn_readout_is_continuous(&def.readout)) def.readout.mode = R2NN_MODE_FILE;
  def.margin_threshold = 0;
  r2nn_status status = r2nn_engine_new(self->model, &def, &self->ideal, error);
  def.has_board = true;
  return status == R2NN_OK ? r2nn_engine_new(self->model, &def, &self->board, error) : status;
}

/* A clip at the interface's rate, interleaved; *n_frames of it. */
static r2nn_status resample(const refit_play *self, const r2nn_clip *clip, float **sound, uint32_t *n_frames, r2nn_error *error) {
  double times = self->line.rate_hz / clip->rate_hz;
  if (times < 1 || fabs(times - round(times)) > 1e-9)
    return r2nn_fail(error, R2NN_BAD_DATA, "the recordings are at %g Hz, the interface runs at %g Hz: it must be a whole multiple",
                     clip->rate_hz, self->line.rate_hz);
  *n_frames = (uint32_t)clip->n_frames * (uint32_t)lround(times);
  return upsample(clip->samples, (uint32_t)clip->n_frames, self->data->n_channels, (uint32_t)lround(times), sound, error);
}

static bool keep(refit_play *self, uint32_t clip, const r2nn_decision *decision) {
  uint32_t n = self->model->head.n_features;
  if (self->rows.n_rows == self->n_room) {
    self->n_room = self->n_room ? 2 * self->n_room : 256;
    double *features = realloc(self->rows.features, (size_t)self->n_room * n * sizeof *features);
    if (features) self->rows.features = features;
    uint32_t *clips = realloc(self->rows.clips, self->n_room * sizeof *clips);
    if (clips) self->rows.clips = clips;
    if (!features || !clips) return false;
  }
  for (uint32_t i = 0; i < n; i++) self->rows.features[(size_t)self->rows.n_rows * n + i] = (double)decision->features[i];
  self->rows.clips[self->rows.n_rows++] = clip;
  return true;
}

/* What was heard of a clip, [n_in][n_all] late by the round trip, through what follows the board; frames is what was played,
 * [n][m]. */
static bool hear(refit_play *self, uint32_t clip, const float *in, uint32_t n_all, const float *frames, uint32_t n,
                 uint32_t n_tail) {
  uint32_t m = self->model->n_channels, n_nodes = self->model->stages[0].n_outputs;
  float *row = malloc((size_t)(m + n_nodes) * sizeof *row);
  r2nn_decision decision;
  bool good = row != NULL;
  r2nn_engine_reset(self->board);
  for (uint32_t t = 0; t < n + n_tail && good; t++) {
    for (uint32_t c = 0; c < m && t < n; c++) row[c] = frames[(size_t)t * m + c];
    for (uint32_t o = 0; o < n_nodes; o++) row[m + o] = in[(size_t)o * n_all + self->latency + t];
    if (t < n)
      r2nn_engine_run(self->board, row, 1);
    else
      r2nn_engine_drain_board(self->board, row + m, 1);
    while (good && r2nn_engine_poll(self->board, &decision)) good = keep(self, clip, &decision);
  }
  r2nn_engine_finish(self->board);
  while (good && r2nn_engine_poll(self->board, &decision)) good = keep(self, clip, &decision);
  free(row);
  return good;
}

/* What the model itself decides. */
static void decide_ideal(refit_play *self, uint32_t index, const float *frames, uint32_t n, uint32_t n_tail) {
  r2nn_vote vote;
  r2nn_decision decision;
  const r2nn_clip *clip = &self->data->clips[index];
  uint32_t most = r2nn_engine_max_frames(self->ideal), m = self->model->n_channels;
  r2nn_vote_begin(&vote, self->model->n_classes);
  r2nn_engine_reset(self->ideal);
  for (uint32_t done = 0, piece; done < n; done += piece) {
    piece = n - done < most ? n - done : most;
    r2nn_engine_run(self->ideal, frames + (size_t)done * m, piece);
    while (r2nn_engine_poll(self->ideal, &decision)) r2nn_vote_add(&vote, &decision, (int32_t)clip->label);
  }
  if (!r2nn_readout_is_continuous(&self->model->readout)) r2nn_engine_drain(self->ideal, n_tail);
  r2nn_engine_finish(self->ideal);
  while (r2nn_engine_poll(self->ideal, &decision)) r2nn_vote_add(&vote, &decision, (int32_t)clip->label);
  self->ideal_right[index] = r2nn_vote_winner(&vote) == (int32_t)clip->label;
}

static r2nn_status play_clip(refit_play *self, uint32_t index, r2nn_error *error) {
  const r2nn_clip *clip = &self->data->clips[index];
  float *sound = NULL, *play = NULL, *in = NULL;
  uint32_t n = 0, m = self->model->n_channels;
  r2nn_status status = resample(self, clip, &sound, &n, error);
  if (status != R2NN_OK) return status;
  bool rings = !r2nn_readout_is_continuous(&self->model->readout);
  uint32_t n_tail = rings ? r2nn_engine_tail(self->ideal, TAIL_S) : 0;
  uint32_t n_all = n + n_tail + self->latency + (uint32_t)(APART_S * self->line.rate_hz);
  play = calloc((size_t)m * n_all, sizeof *play);
  in = malloc((size_t)self->line.n_in * n_all * sizeof *in);
  status = play && in ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t c = 0; c < m && status == R2NN_OK; c++)
    for (uint32_t t = 0; t < n; t++) play[(size_t)c * n_all + t] = sound[(size_t)t * m + c];
  if (status == R2NN_OK) status = exchange_run(&self->line, NULL, play, in, n_all, error);
  if (status == R2NN_OK && !hear(self, index, in, n_all, sound, n, n_tail))
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) decide_ideal(self, index, sound, n, n_tail);
  free(sound);
  free(play);
  free(in);
  return status;
}

r2nn_status refit_play_all(refit_play *self, setup *wiring, measurement *all, r2nn_error *error) {
  latency_found late;
  const r2nn_model *model = self->model;
  *all = (measurement){0};
  self->ideal_right = calloc(self->data->n_clips + (size_t)1, sizeof *self->ideal_right);
  r2nn_status status = self->ideal_right ? exchange_open(&self->line, wiring, model->n_channels, model->stages[0].n_outputs, error)
                                         : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = measure_board(&self->line, wiring, model, all, error);
  if (status == R2NN_OK) status = measure_latency(&self->line, wiring, 2, &late, error);
  if (status == R2NN_OK) self->latency = (uint32_t)lround(fmax(late.frames, 0));
  if (status == R2NN_OK) status = make_engines(self, error);
  for (uint32_t k = 0; k < self->data->n_clips && status == R2NN_OK; k++) {
    progress_show("clips through the board", (double)k / self->data->n_clips);
    status = play_clip(self, k, error);
  }
  progress_end();
  exchange_close(&self->line);
  return status;
}

void refit_play_free(refit_play *self) {
  r2nn_engine_free(self->board);
  r2nn_engine_free(self->ideal);
  free(self->rows.features);
  free(self->rows.clips);
  free(self->ideal_right);
}
