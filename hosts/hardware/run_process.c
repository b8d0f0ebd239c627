/* A live signal through a board: what the audio thread does. */
#include "hardware/run_process.h"

#include <string.h>

/* Where the channels are, when the board's answer to them is here. */
static const float *late_row(board_run *self, uint32_t channel, const float *source, uint32_t n) {
  float *history = self->history + (size_t)channel * self->n_history, *late = self->late + (size_t)channel * RUN_PIECE;
  for (uint32_t t = 0; t < n; t++) {
    history[(self->at + t) & (self->n_history - 1)] = source[t];
    late[t] = history[(self->at + t - self->latency) & (self->n_history - 1)];
  }
  return late;
}

/* Both hear the same events, so their decisions come in the same order. */
static void compare(board_run *self) {
  uint64_t n = atomic_load_explicit(&self->n_compared, memory_order_relaxed);
  while (n < self->n_board && n < self->n_twin) {
    if (self->board_class[n % RUN_KEPT] == self->twin_class[n % RUN_KEPT])
      atomic_fetch_add_explicit(&self->n_alike, 1, memory_order_relaxed);
    n++;
  }
  atomic_store_explicit(&self->n_compared, n, memory_order_relaxed);
}

static void run_twin(board_run *self, uint32_t n) {
  uint32_t m = self->n_channels, width = self->n_outputs;
  r2nn_decision decision;
  for (uint32_t t = 0; t < n; t++)
    for (uint32_t c = 0; c < m; c++) self->twin_in[t * m + c] = self->rows[c][t];
  r2nn_engine_run_nodes(self->twin, self->twin_in, self->twin_out, n);
  for (uint32_t t = 0; t < n; t++)
    for (uint32_t o = 0; o < width; o++) {
      uint32_t now = (self->at + t) % RUN_LATEST, then = (self->at + t - self->twin_late) % RUN_LATEST;
      self->nodes[now * width + o] = self->rows[m + o][t];
      double x = (double)self->twin_out[t * width + o], d = (double)self->nodes[then * width + o] - x;
      self->square += x * x;
      self->off += d * d;
    }
  while (r2nn_engine_poll(self->twin, &decision)) self->twin_class[self->n_twin++ % RUN_KEPT] = decision.class_index;
}

void board_run_hear(void *context, const live_record *record) {
  board_run *self = context;
  if (record->kind == LIVE_DECISION) self->board_class[self->n_board++ % RUN_KEPT] = record->decision.class_index;
}

void board_run_process(void *context, const float *const *in, float *const *out, uint32_t n_frames) {
  board_run *self = context;
  uint32_t m = self->n_channels, first = self->n_outputs + self->has_loopback;
  for (uint32_t done = 0, n; done < n_frames; done += n, self->at += n) {
    n = n_frames - done < RUN_PIECE ? n_frames - done : RUN_PIECE;
    for (uint32_t c = 0; c < m; c++) {
      memcpy(out[c] + done, in[first + c] + done, n * sizeof(float));
      self->rows[c] = c == 0 && self->has_loopback ? in[self->n_outputs] + done : late_row(self, c, in[first + c] + done, n);
    }
    for (uint32_t o = 0; o < self->n_outputs; o++) {
      float *turned = self->turned + (size_t)o * RUN_PIECE;
      for (uint32_t t = 0; t < n && self->is_inverted[o]; t++) turned[t] = -in[o][done + t];
      self->rows[m + o] = self->is_inverted[o] ? turned : in[o] + done;
    }
    live_process_planar(self->audio, self->rows, n);
    if (!self->twin) continue;
    run_twin(self, n);
    compare(self);
  }
}
