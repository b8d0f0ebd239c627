/* Decisions as MIDI notes. */
#include "live/notes.h"

#include <string.h>

static const double hold_s = 0.05, gap_s = 0.01;
static const float softest_db = -60; /* velocity 1; 0 dB re 1 V is 127 */

void live_notes_begin(live_notes *self, double rate_hz) {
  memset(self, 0, sizeof *self);
  self->hold = (uint32_t)(hold_s * rate_hz);
  self->gap = (uint32_t)(gap_s * rate_hz);
}

/* Put a message behind all that are not later. */
static void push(live_notes *self, uint64_t time, uint8_t status, uint32_t note, uint8_t velocity) {
  if (self->n_waiting == LIVE_NOTES_WAITING) {
    self->n_dropped++;
    return;
  }
  uint32_t at = self->n_waiting++;
  for (; at > 0 && self->waiting[at - 1].time > time; at--) self->waiting[at] = self->waiting[at - 1];
  self->waiting[at] = (live_note){time, {status, (uint8_t)note, velocity}};
}

static uint64_t turn_off(live_notes *self, uint32_t note, uint64_t time) {
  uint64_t least = self->began[note] + self->hold;
  if (time < least) time = least;
  push(self, time, 0x80, note, 0);
  self->sounds[note] = false;
  return time;
}

static void turn_all_off(live_notes *self, uint64_t time, uint32_t but) {
  for (uint32_t note = 0; note < LIVE_NOTES; note++)
    if (self->sounds[note] && note != but) turn_off(self, note, time);
}

/* When the off of a note that waits is due; 0 if none waits. */
static uint64_t waiting_off(const live_notes *self, uint32_t note) {
  uint64_t last = 0;
  for (uint32_t i = 0; i < self->n_waiting; i++)
    if (self->waiting[i].bytes[1] == note && self->waiting[i].bytes[0] == 0x80) last = self->waiting[i].time;
  return last;
}

static void decide(live_notes *self, const r2nn_decision *decision, uint64_t time, bool has_events) {
  uint32_t note = decision->class_index < 0 ? LIVE_NOTES : LIVE_NOTE_FIRST + (uint32_t)decision->class_index;
  float loud = 1 - decision->level_db / softest_db;
  uint8_t velocity = (uint8_t)(1 + 126 * (loud < 0 ? 0 : loud > 1 ? 1 : loud));
  if (!has_events) turn_all_off(self, time, note);
  if (note >= LIVE_NOTES || (!has_events && self->sounds[note])) return; /* the state has not changed */
  uint64_t before = self->sounds[note] ? turn_off(self, note, time) : waiting_off(self, note);
  if (before && time < before + self->gap) time = before + self->gap;
  push(self, time, 0x90, note, velocity);
  self->sounds[note] = true;
  self->began[note] = time;
}

void live_notes_hear(live_notes *self, const live_record *record, bool has_events) {
  uint64_t time = record->time ? record->time - 1 : 0; /* the frame after which it came about */
  if (record->kind == LIVE_DECISION) decide(self, &record->decision, time, has_events);
  if (record->kind == LIVE_END && has_events) turn_all_off(self, time, LIVE_NOTES);
}

void live_notes_silence(live_notes *self, uint64_t time) {
  turn_all_off(self, time, LIVE_NOTES);
}

bool live_notes_take(live_notes *self, uint64_t end, live_note *note) {
  if (!self->n_waiting || self->waiting[0].time >= end) return false;
  *note = self->waiting[0];
  memmove(self->waiting, self->waiting + 1, --self->n_waiting * sizeof *note);
  return true;
}
