/* The audio thread's side of a live stream. */
#include "live/process.h"

#include <string.h>

/* Begin a record; NULL when there is no place, which the ring counts. */
static live_record *begin(live_process *self, live_kind kind, uint64_t time) {
  live_record *record = r2nn_ring_reserve(self->ring);
  if (!record) return NULL;
  record->kind = kind;
  record->time = time;
  record->n_classes = 0;
  return record;
}

static void put_scores(live_process *self, live_record *record, const float *scores) {
  record->n_classes = self->player.program->n_classes;
  memcpy(record->scores, scores, record->n_classes * sizeof *scores);
}

/* A word of the player becomes a record. */
static void hear(void *context, const r2nn_news *news) {
  static const live_kind kinds[] = {[R2NN_NEWS_ONSET] = LIVE_ONSET,
                                    [R2NN_NEWS_DECISION] = LIVE_DECISION,
                                    [R2NN_NEWS_END] = LIVE_END,
                                    [R2NN_NEWS_SWAP] = LIVE_SWAP};
  live_process *self = context;
  live_record *record = begin(self, kinds[news->kind], news->time);
  if (!record) return;
  switch (news->kind) {
  case R2NN_NEWS_DECISION:
    record->decision = *news->decision;
    put_scores(self, record, news->decision->scores);
    break;
  case R2NN_NEWS_SWAP:
    record->swap.program = live_process_program(self);
    record->swap.origin_s = self->player.origin_s;
    atomic_store_explicit(&self->is_urgent, false, memory_order_relaxed);
    break;
  case R2NN_NEWS_ONSET:
  case R2NN_NEWS_END:
    record->gate = news->gate;
    break;
  }
  if (self->hear && news->kind != R2NN_NEWS_SWAP) self->hear(self->context, record);
  r2nn_ring_commit(self->ring);
}

void live_process_begin(live_process *self, live_program *program, r2nn_exchange *programs) {
  self->player = (r2nn_player){.program = &program->run, .programs = programs, .hear = hear, .context = self};
}

const live_program *live_process_program(const live_process *self) {
  return (const live_program *)(const void *)self->player.program;
}

/* The display can do without a level; decisions need the room. */
static void tell_level(live_process *self) {
  r2nn_decision decision;
  r2nn_engine *engine = self->player.program->engine;
  self->since_level %= live_process_program(self)->level_every;
  if (!live_process_has_room(self)) return;
  live_record *record = begin(self, LIVE_LEVEL, self->player.time);
  if (!record) return;
  record->gate = r2nn_engine_gate_report(engine);
  if (r2nn_engine_peek(engine, &decision)) put_scores(self, record, decision.scores);
  r2nn_ring_commit(self->ring);
}

bool live_process_has_room(const live_process *self) {
  return r2nn_ring_space(self->ring) > R2NN_PIECE;
}

static uint32_t piece(live_process *self, uint32_t n) {
  bool is_urgent = atomic_load_explicit(&self->is_urgent, memory_order_relaxed);
  return r2nn_player_piece(&self->player, n, live_process_has_room(self), is_urgent);
}

static void run(live_process *self, const float *in, uint32_t n) {
  r2nn_player_run(&self->player, in, n);
  self->since_level += n;
  if (self->since_level >= live_process_program(self)->level_every) tell_level(self);
}

static void note_faults(live_process *self) {
  uint32_t faults = r2nn_engine_faults(self->player.program->engine, true);
  if (faults) atomic_fetch_or_explicit(&self->faults, faults, memory_order_relaxed);
}

void live_process_interleaved(live_process *self, const float *in, uint32_t n_frames) {
  for (uint32_t done = 0, n; done < n_frames; done += n) {
    n = piece(self, n_frames - done);
    run(self, in + (size_t)done * self->player.program->n_channels, n);
  }
  note_faults(self);
}

void live_process_planar(live_process *self, const float *const *in, uint32_t n_frames) {
  for (uint32_t done = 0, n; done < n_frames; done += n) {
    n = piece(self, n_frames - done);
    uint32_t m = self->player.program->n_channels;
    float *block = self->player.program->block;
    for (uint32_t c = 0; c < m; c++)
      for (uint32_t t = 0; t < n; t++) block[(size_t)t * m + c] = in[c][done + t];
    run(self, block, n);
  }
  note_faults(self);
}

void live_process_restart(live_process *self, double at_s) {
  r2nn_player_restart(&self->player, at_s, true);
  note_faults(self);
  live_record *record = begin(self, LIVE_BREAK, 0);
  if (!record) return;
  record->swap.origin_s = at_s;
  r2nn_ring_commit(self->ring);
}

void live_process_finish(live_process *self) {
  r2nn_player_finish(&self->player);
  note_faults(self);
}
