/* Decisions as MIDI notes: note 36 + class, on at the decision, off at the event's end or when another class is decided. Belongs to
 * one thread; nothing here waits. */
#ifndef HOSTS_LIVE_NOTES_H
#define HOSTS_LIVE_NOTES_H

#include "live/record.h"

enum { LIVE_NOTE_FIRST = 36, LIVE_NOTES = 128, LIVE_NOTES_WAITING = 64 };

/* A MIDI message of three bytes and its time. */
typedef struct live_note {
  uint64_t time; /* frames */
  uint8_t bytes[3];
} live_note;

/* All zero but the first two at the start. */
typedef struct live_notes {
  uint32_t hold, gap; /* frames: a note sounds at least hold; off and on of the same note are gap apart */
  live_note waiting[LIVE_NOTES_WAITING];
  uint32_t n_waiting;
  uint64_t began[LIVE_NOTES]; /* frames: when the note went on; only while it sounds */
  bool sounds[LIVE_NOTES];    /* on, or going on; its off does not wait yet */
  uint64_t n_dropped;         /* messages for which there was no place */
} live_notes;

/* A stream of rate_hz begins. */
R2NN_RT void live_notes_begin(live_notes *self, double rate_hz);

/* Hear a decision, an onset or an end. */
R2NN_RT void live_notes_hear(live_notes *self, const live_record *record, bool has_events);

/* All notes off at time. */
R2NN_RT void live_notes_silence(live_notes *self, uint64_t time);

/* The next message due before end; false if there is none. Their times never fall. */
R2NN_RT bool live_notes_take(live_notes *self, uint64_t end, live_note *note);

#endif
