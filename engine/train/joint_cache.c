/* The frames of varied clips behind the first stage, which costs most and rests at the beginning: computed once. */
#include "core/stage.h"
#include "train/joint_session.h"

#include <math.h>
#include <stdlib.h>

/* The frames of one clip of one variant behind the first stage; variant 0 is the clip as it is. */
static void cache_task(void *argument, uint32_t index) {
  r2nn_session *s = argument;
  r2nn_slot *at = &s->slots[index];
  size_t entry = s->at + index;
  if (entry >= (size_t)s->recipe->n_variants * s->choice->n) return;
  uint32_t variant = (uint32_t)(entry / s->choice->n), clip = (uint32_t)(entry % s->choice->n),
           n_out = s->cascade.stages[0].n_outputs;
  r2nn_random random = r2nn_session_stream(s, UINT32_MAX - variant, clip);
  r2nn_frames *to = &s->cache[entry];
  at->failed = !r2nn_vary(s->recipe, s->choice->clips[clip], s->dataset->n_channels, variant ? &random : NULL, &at->rows) ||
               !r2nn_cascade_forward(&s->cascade, 0, 1, at->rows.x, at->rows.n_frames, at->rows.rate_hz, false, &at->journey);
  if (at->failed) return;
  *to = (r2nn_frames){.n = at->journey.n[0],
                      .rate_hz = at->rows.rate_hz / r2nn_stage_every(&s->cascade.stages[0], at->rows.rate_hz),
                      .duration_s = at->rows.n_frames / at->rows.rate_hz,
                      .x = malloc(((size_t)at->journey.n[0] * n_out + 1) * sizeof *to->x)};
  at->failed = !to->x;
  for (size_t i = 0; to->x && i < (size_t)to->n * n_out; i++) to->x[i] = (float)at->journey.frames[0][i];
}

r2nn_status r2nn_session_fill_cache(r2nn_session *s, double share, r2nn_error *error) {
  size_t n = (size_t)s->recipe->n_variants * s->choice->n;
  for (size_t at = 0; at < n; at += s->n_slots) {
    s->at = (uint32_t)at;
    r2nn_workers_run(s->trainer->workers, s->n_slots, cache_task, s);
    if (r2nn_session_failed(s)) return r2nn_session_out_of_memory(error);
    if (!r2nn_trainer_tell(s->trainer, "listening with the first stage", share * fmin(1, (double)(at + s->n_slots) / (double)n)))
      break;
  }
  return R2NN_OK;
}

bool r2nn_session_cached(const r2nn_session *s, uint32_t clip, r2nn_random *random, r2nn_rows *rows, double *duration_s) {
  uint32_t variant = (uint32_t)(r2nn_random_uniform(random) * s->recipe->n_variants);
  const r2nn_frames *from = &s->cache[(size_t)variant * s->choice->n + clip];
  size_t count = (size_t)from->n * s->cascade.stages[0].n_outputs;
  if (!r2nn_rows_room(rows, count)) return false;
  for (size_t i = 0; i < count; i++) rows->x[i] = (double)from->x[i];
  rows->n_frames = from->n;
  rows->rate_hz = from->rate_hz;
  *duration_s = from->duration_s;
  return true;
}
