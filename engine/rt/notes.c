/* Decisions as MIDI notes. */
#include "r2nn/notes.h"

#include <string.h>

static const double hold_s = 0.05, gap_s = 0.01;
static const float softest_db = -60; /* velocity 1; 0 dB re 1 V is 127 */

enum { ON = 0x90, OFF = 0x80 };

r2nn_notes_settings r2nn_notes_usual(double rate_hz) {
  return (r2nn_notes_settings){.hold = (uint32_t)(hold_s * rate_hz), .gap = (uint32_t)(gap_s * rate_hz), .first = R2NN_NOTE_FIRST};
}

void r2nn_notes_begin(r2nn_notes *notes) {
  r2nn_notes_settings settings = notes->settings;
  memset(notes, 0, sizeof *notes);
  notes->settings = settings;
}

/* Put a message behind all that are not later. */
static void push(r2nn_notes *notes, uint64_t time, uint8_t status, uint32_t note, uint8_t velocity) {
  if (notes->n_waiting == R2NN_NOTES_WAITING) {
    notes->n_dropped++;
    return;
  }
  uint32_t at = notes->n_waiting++;
  for (; at > 0 && notes->waiting[at - 1].time > time; at--) notes->waiting[at] = notes->waiting[at - 1];
  notes->waiting[at] = (r2nn_note){time, {status | notes->channel[note], (uint8_t)note, velocity}};
}

static uint64_t turn_off(r2nn_notes *notes, uint32_t note, uint64_t time) {
  uint64_t least = notes->began[note] + notes->settings.hold;
  if (time < least) time = least;
  push(notes, time, OFF, note, 0);
  notes->sounds[note] = false;
  return time;
}

static void turn_all_off(r2nn_notes *notes, uint64_t time, uint32_t but) {
  for (uint32_t note = 0; note < R2NN_NOTES; note++)
    if (notes->sounds[note] && note != but) turn_off(notes, note, time);
}

/* When the off of a note that waits is due; 0 if none waits. */
static uint64_t waiting_off(const r2nn_notes *notes, uint32_t note) {
  uint64_t last = 0;
  for (uint32_t i = 0; i < notes->n_waiting; i++)
    if (notes->waiting[i].bytes[1] == note && (notes->waiting[i].bytes[0] & 0xf0) == OFF) last = notes->waiting[i].time;
  return last;
}

/* The frame after which something came about. */
static uint64_t frame_of(uint64_t time) {
  return time ? time - 1 : 0;
}

void r2nn_notes_decide(r2nn_notes *notes, uint64_t time, int32_t class_index, float level_db, float score, bool has_events) {
  uint32_t note =
      class_index < 0 || (uint32_t)class_index >= R2NN_NOTES ? R2NN_NOTES : notes->settings.first + (uint32_t)class_index;
  float loud = 1 - level_db / softest_db;
  loud = loud < 0 ? 0 : loud > 1 ? 1 : loud;
  if (notes->settings.by_score) loud *= score;
  time = frame_of(time);
  if (!has_events) turn_all_off(notes, time, note);
  if (note >= R2NN_NOTES || (!has_events && notes->sounds[note])) return; /* the state has not changed */
  uint64_t before = notes->sounds[note] ? turn_off(notes, note, time) : waiting_off(notes, note);
  if (before && time < before + notes->settings.gap) time = before + notes->settings.gap;
  notes->channel[note] = notes->settings.channel;
  push(notes, time, ON, note, (uint8_t)(1 + 126 * loud));
  notes->sounds[note] = true;
  notes->began[note] = time;
}

void r2nn_notes_silence(r2nn_notes *notes, uint64_t time) {
  turn_all_off(notes, frame_of(time), R2NN_NOTES);
}

bool r2nn_notes_take(r2nn_notes *notes, uint64_t end, r2nn_note *note) {
  if (!notes->n_waiting || notes->waiting[0].time >= end) return false;
  *note = notes->waiting[0];
  memmove(notes->waiting, notes->waiting + 1, --notes->n_waiting * sizeof *note);
  return true;
}
