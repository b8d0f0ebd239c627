/* Runs a model over sound files. */
#include "stream.h"

#include "readout.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_ENGINES = 16 }; /* rates kept; a data set of more rates builds its engines again */

typedef struct stream_engine {
  double rate_hz;
  r2nn_engine *engine;
} stream_engine;

r2nn_status stream_begin(stream *self, const r2nn_model *model, const r2nn_readout *readout, const channel_list *channels,
                         r2nn_error *error) {
  *self = (stream){.model = model, .readout = *readout, .channels = channels};
  self->engines = calloc(MAX_ENGINES, sizeof *self->engines);
  self->block = malloc(sizeof *self->block * AUDIO_BLOCK * model->n_channels);
  return self->engines && self->block ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
}

void stream_free(stream *self) {
  for (uint32_t i = 0; i < self->n_engines; i++) r2nn_engine_free(self->engines[i].engine);
  free(self->engines);
  free(self->block);
  wholes_room_free(&self->room);
  *self = (stream){0};
}

r2nn_engine_def stream_engine_def(const stream *self, double rate_hz) {
  r2nn_engine_def def = r2nn_engine_def_default(self->model, rate_hz);
  def.readout = self->readout;
  if (self->is_known) def.margin_threshold = 0;
  def.flaws = self->flaws;
  return def;
}

r2nn_status stream_engine_at(stream *self, double rate_hz, r2nn_engine **engine, r2nn_error *error) {
  for (uint32_t i = 0; i < self->n_engines; i++)
    if (self->engines[i].rate_hz == rate_hz) {
      *engine = self->engines[i].engine;
      r2nn_engine_reset(*engine);
      return R2NN_OK;
    }
  r2nn_engine_def def = stream_engine_def(self, rate_hz);
  r2nn_status status = r2nn_engine_new(self->model, &def, engine, error);
  if (status != R2NN_OK) return status;
  if (self->n_engines == MAX_ENGINES) r2nn_engine_free(self->engines[--self->n_engines].engine);
  self->engines[self->n_engines++] = (stream_engine){rate_hz, *engine};
  return R2NN_OK;
}

/* The longest block after which no decision can have been lost. */
static uint32_t block_frames(const r2nn_engine *engine) {
  uint32_t most = r2nn_engine_max_frames(engine);
  return most < AUDIO_BLOCK ? most : AUDIO_BLOCK;
}

static uint64_t hand_on(r2nn_engine *engine, double rate_hz, stream_sink sink, void *context) {
  uint64_t n = 0;
  r2nn_decision decision;
  for (; r2nn_engine_poll(engine, &decision); n++) sink(context, rate_hz, &decision);
  return n;
}

r2nn_status stream_open(const stream *self, const char *path, audio_file **file, audio_info *info, r2nn_error *error) {
  r2nn_status status = audio_open(path, self->channels, file, info, error);
  if (status != R2NN_OK || info->n_channels == self->model->n_channels) return status;
  audio_close(*file);
  *file = NULL;
  return channels_mismatch(self->channels, info->n_in_file, self->model->n_channels, "the model takes", error);
}

r2nn_status stream_check(const stream *self, const char *path, r2nn_error *error) {
  audio_file *file;
  audio_info info;
  if (!audio_is_file(path, error)) return R2NN_BAD_DATA;
  r2nn_status status = stream_open(self, path, &file, &info, error);
  if (status == R2NN_OK) audio_close(file);
  return status;
}

/* Run the rest of the file block by block; its frames. */
static uint64_t run_file(stream *self, audio_file *file, const audio_info *info, r2nn_engine *engine, stream_sink sink,
                         stream_progress progress, void *context, stream_result *result) {
  uint64_t n_done = 0;
  bool is_heard = !self->find_onset;
  uint32_t fine = (uint32_t)(info->rate_hz / 1000) + 1;
  for (uint32_t n = 1, most = block_frames(engine); n > 0;) {
    n = audio_read(file, self->block, is_heard || most < fine ? most : fine);
    if (self->filter) self->filter(self->filter_context, self->block, (size_t)n * info->n_channels);
    r2nn_engine_run(engine, self->block, n);
    result->n_decisions += hand_on(engine, info->rate_hz, sink, context);
    n_done += n;
    if (!is_heard && r2nn_engine_gate_open(engine)) {
      result->onset = n_done - n;
      is_heard = true;
    }
    if (progress) progress(context, info->n_frames ? (double)n_done / (double)info->n_frames : -1);
  }
  return n_done;
}

/* Decide the file by its spectrum; its frames. */
static r2nn_status decide_whole(stream *self, audio_file *file, const r2nn_whole *whole, r2nn_engine *engine, uint64_t *n_done,
                                r2nn_error *error) {
  r2nn_hall *hall;
  uint32_t m = self->model->n_channels;
  r2nn_status status = wholes_room_at(&self->room, whole, m, &hall, error);
  if (status != R2NN_OK) return status;
  uint64_t most = r2nn_whole_frames(whole, NULL);
  for (uint32_t n = 1; n > 0; *n_done += n) {
    uint64_t left = most - *n_done;
    n = left ? audio_read(file, self->room.samples + *n_done * m, left < AUDIO_BLOCK ? (uint32_t)left : AUDIO_BLOCK) : 0;
  }
  if (*n_done) r2nn_whole_decide(whole, hall, engine, self->room.samples, *n_done);
  return R2NN_OK;
}

r2nn_status stream_file(stream *self, const char *path, stream_sink sink, stream_progress progress, void *context,
                        stream_result *result, r2nn_error *error) {
  audio_file *file;
  audio_info info;
  r2nn_engine *engine = NULL;
  uint64_t n_done = 0;
  *result = (stream_result){0};
  r2nn_status status = stream_open(self, path, &file, &info, error);
  if (status != R2NN_OK) return status;
  status = stream_engine_at(self, info.rate_hz, &engine, error);
  const r2nn_whole *whole = self->by_spectrum ? wholes_at(self->by_spectrum, info.rate_hz, info.n_frames) : NULL;
  if (status == R2NN_OK && whole)
    status = decide_whole(self, file, whole, engine, &n_done, error);
  else if (status == R2NN_OK)
    n_done = run_file(self, file, &info, engine, sink, progress, context, result);
  if (status == R2NN_OK) status = audio_verdict(file, result->remark, sizeof result->remark, error);
  if (status == R2NN_OK) {
    if (!whole && self->readout.mode == R2NN_MODE_FILE) r2nn_engine_drain(engine, r2nn_engine_tail(engine, STREAM_TAIL_S));
    if (!whole) r2nn_engine_finish(engine);
    result->n_decisions += hand_on(engine, info.rate_hz, sink, context);
    if (r2nn_readout_is_continuous(&self->readout) && result->n_decisions == 0 && !result->remark[0])
      snprintf(result->remark, sizeof result->remark, "no decision: %.3f s are less than half a window of %g s",
               (double)n_done / info.rate_hz, self->readout.window_s);
    result->seconds = (double)n_done / info.rate_hz;
    result->n_frames = n_done;
  }
  audio_close(file);
  return status;
}
