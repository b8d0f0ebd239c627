/* Decides a sound file again and again while it sounds. */
#include "latency.h"

#include "audio/file.h"

#include <math.h>

/* Read on to frame until, through the engine if there is one; false at an early end. */
static bool play(const stream *with, audio_file *file, r2nn_engine *engine, uint64_t *at, uint64_t until) {
  while (*at < until) {
    uint64_t left = until - *at;
    uint32_t n = audio_read(file, with->block, left < AUDIO_BLOCK ? (uint32_t)left : AUDIO_BLOCK);
    if (n == 0) return false;
    if (engine) r2nn_engine_run(engine, with->block, n);
    *at += n;
  }
  return true;
}

r2nn_status latency_file(stream *with, const char *path, uint64_t onset, uint64_t n_frames, const sweep *times, int32_t *decided,
                         uint32_t *n_cut, r2nn_error *error) {
  audio_file *file;
  audio_info info;
  r2nn_engine *engine = NULL;
  uint64_t at = 0;
  *n_cut = 0;
  r2nn_status status = stream_open(with, path, &file, &info, error);
  if (status != R2NN_OK) return status;
  status = stream_engine_at(with, info.rate_hz, &engine, error);
  bool more = engine && play(with, file, NULL, &at, onset);
  while (more && *n_cut < times->n_points) {
    r2nn_decision decision;
    double until = (double)onset + fmax(round(times->points[*n_cut].at * info.rate_hz), 1);
    if (until >= (double)n_frames) break;
    more = play(with, file, engine, &at, (uint64_t)until) && r2nn_engine_peek(engine, &decision);
    if (more) decided[(*n_cut)++] = decision.class_index;
  }
  audio_close(file);
  return status;
}
