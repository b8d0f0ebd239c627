/* The audio thread's side of a live stream. */
#include "live/process.h"

#include <string.h>

/* An event that a waiting program has waited for so long is decided where it stands. */
static const float patience_s = 5;

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
  record->n_classes = self->program->model->n_classes;
  memcpy(record->scores, scores, record->n_classes * sizeof *scores);
}

static void end(live_process *self, live_record *record) {
  if (self->hear && (record->kind == LIVE_DECISION || record->kind == LIVE_ONSET || record->kind == LIVE_END))
    self->hear(self->context, record);
  r2nn_ring_commit(self->ring);
}

static void tell_turn(live_process *self, live_kind kind, uint64_t time, const r2nn_gate_report *gate) {
  live_record *record = begin(self, kind, time);
  if (!record) return;
  record->gate = *gate;
  end(self, record);
}

static void tell_decisions(live_process *self) {
  r2nn_decision decision;
  while (r2nn_engine_poll(self->program->engine, &decision)) {
    self->decided = true;
    live_record *record = begin(self, LIVE_DECISION, decision.made);
    if (!record) continue;
    record->decision = decision;
    put_scores(self, record, decision.scores);
    end(self, record);
  }
}

/* What has come about since the last look, in order: the piece was short enough for at most one turn each way. */
static void tell_all(live_process *self) {
  r2nn_gate_report gate = r2nn_engine_gate_report(self->program->engine);
  bool opened = gate.opened != self->opened, closed = gate.closed != self->closed;
  if (opened && !(closed && gate.opened >= gate.closed)) tell_turn(self, LIVE_ONSET, gate.opened, &gate);
  tell_decisions(self);
  if (closed) tell_turn(self, LIVE_END, gate.closed, &gate);
  if (opened && closed && gate.opened >= gate.closed) tell_turn(self, LIVE_ONSET, gate.opened, &gate);
  self->opened = gate.opened;
  self->closed = gate.closed;
}

/* The display can do without a level; decisions need the room. */
static void tell_level(live_process *self) {
  r2nn_decision decision;
  self->since_level %= self->program->level_every;
  if (!live_process_has_room(self)) return;
  live_record *record = begin(self, LIVE_LEVEL, self->time);
  if (!record) return;
  record->gate = r2nn_engine_gate_report(self->program->engine);
  if (r2nn_engine_peek(self->program->engine, &decision)) put_scores(self, record, decision.scores);
  end(self, record);
}

bool live_process_has_room(const live_process *self) {
  return r2nn_ring_space(self->ring) > LIVE_BLOCK;
}

/* Would another program cost a decision now? An event that does not end is given up after a while. */
static bool is_free_to_swap(live_process *self) {
  if (atomic_load_explicit(&self->is_urgent, memory_order_relaxed)) return true;
  if (!live_program_has_events(self->program)) return self->decided;
  if (!r2nn_engine_gate_open(self->program->engine)) return true;
  if (!self->is_asked) self->wants_since = self->time;
  self->is_asked = true;
  return (float)(self->time - self->wants_since) > patience_s * (float)self->program->rate_hz;
}

/* Go on with the program that waits. Another rate begins a new count of frames. */
static void swap(live_process *self) {
  live_program *old = self->program;
  bool was_open = r2nn_engine_gate_open(old->engine);
  if (!live_process_has_room(self)) return;
  if (live_program_has_events(old) && was_open) {
    r2nn_engine_finish(old->engine);
    tell_decisions(self);
  }
  live_program *next = r2nn_exchange_take(self->programs);
  if (!next) return;
  self->program = next;
  r2nn_engine_take_over(self->program->engine, old->engine);
  r2nn_gate_report gate = r2nn_engine_gate_report(self->program->engine);
  if (was_open && !gate.is_open) tell_turn(self, LIVE_END, self->time, &gate);
  if (self->program->rate_hz != old->rate_hz) {
    self->origin_s += (double)self->time / old->rate_hz;
    self->time = 0;
  }
  r2nn_exchange_leave(self->programs, old);
  live_record *record = begin(self, LIVE_SWAP, self->time);
  if (record) {
    record->swap.program = self->program;
    record->swap.origin_s = self->origin_s;
    end(self, record);
  }
  self->opened = gate.opened;
  self->closed = gate.closed;
  self->is_asked = false;
  atomic_store_explicit(&self->is_urgent, false, memory_order_relaxed);
}

/* How many frames to run now, at most n: to the end of the hop when a program waits to begin there. */
static uint32_t piece(live_process *self, uint32_t n) {
  if (r2nn_exchange_waits(self->programs)) {
    if (is_free_to_swap(self)) swap(self);
    uint32_t left = r2nn_engine_hop_left(self->program->engine);
    if (left && n > left) n = left;
  }
  return n < self->program->piece ? n : self->program->piece;
}

static void run(live_process *self, const float *in, uint32_t n) {
  self->decided = false;
  r2nn_engine_run(self->program->engine, in, n);
  self->time += n;
  self->since_level += n;
  tell_all(self);
  if (self->since_level >= self->program->level_every) tell_level(self);
}

static void note_faults(live_process *self) {
  uint32_t faults = r2nn_engine_faults(self->program->engine, true);
  if (faults) atomic_fetch_or_explicit(&self->faults, faults, memory_order_relaxed);
}

void live_process_interleaved(live_process *self, const float *in, uint32_t n_frames) {
  for (uint32_t done = 0, n; done < n_frames; done += n) {
    n = piece(self, n_frames - done);
    run(self, in + (size_t)done * self->n_channels, n);
  }
  note_faults(self);
}

void live_process_planar(live_process *self, const float *const *in, uint32_t n_frames) {
  uint32_t m = self->n_channels;
  for (uint32_t done = 0, n; done < n_frames; done += n) {
    n = piece(self, n_frames - done);
    for (uint32_t c = 0; c < m; c++)
      for (uint32_t t = 0; t < n; t++) self->block[(size_t)t * m + c] = in[c][done + t];
    run(self, self->block, n);
  }
  note_faults(self);
}

void live_process_restart(live_process *self, double at_s) {
  bool was_open = r2nn_engine_gate_open(self->program->engine);
  uint64_t closed = self->closed;
  live_process_finish(self);
  r2nn_gate_report gate = r2nn_engine_gate_report(self->program->engine);
  if (was_open && self->closed == closed) tell_turn(self, LIVE_END, self->time, &gate);
  r2nn_engine_reset(self->program->engine);
  self->opened = self->closed = self->time = 0;
  self->origin_s = at_s;
  live_record *record = begin(self, LIVE_BREAK, 0);
  if (!record) return;
  record->swap.origin_s = at_s;
  end(self, record);
}

void live_process_finish(live_process *self) {
  r2nn_engine_finish(self->program->engine);
  tell_all(self);
  note_faults(self);
}
