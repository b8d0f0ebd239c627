/* Decisions as MIDI notes: a note on at the decision, off at the event's end or when another class is decided. */
#ifndef R2NN_NOTES_H
#define R2NN_NOTES_H

#include "r2nn/player.h"

#ifdef __cplusplus
extern "C" {
#endif

#define R2NN_NOTE_FIRST    36u /* of class 0, unless said otherwise */
#define R2NN_NOTES         128u
#define R2NN_NOTES_WAITING 64u

/* A MIDI message of three bytes and its time. */
typedef struct r2nn_note {
  uint64_t time; /* frames */
  uint8_t bytes[3];
} r2nn_note;

/* How classes become notes; may change at any time: what sounds goes off as it went on. */
typedef struct r2nn_notes_settings {
  uint32_t hold, gap; /* frames: a note sounds at least hold; off and on of the same note are gap apart */
  uint8_t first;      /* the note of class 0, 0..127; classes beyond note 127 are silent */
  uint8_t channel;    /* 0..15 */
  bool by_score;      /* velocity is the level's times the score; otherwise the level's alone */
} r2nn_notes_settings;

/* Belongs to one thread; all zero but settings at the start. */
typedef struct r2nn_notes {
  r2nn_notes_settings settings;
  r2nn_note waiting[R2NN_NOTES_WAITING];
  uint32_t n_waiting;
  uint64_t began[R2NN_NOTES];  /* frames: when the note went on; only while it sounds */
  uint8_t channel[R2NN_NOTES]; /* on which it went on */
  bool sounds[R2NN_NOTES];     /* on, or going on; its off does not wait yet */
  uint64_t n_dropped;          /* messages for which there was no place */
} r2nn_notes;

/* The usual settings at a rate: at least 50 ms long, 10 ms apart, from R2NN_NOTE_FIRST on channel 0. Any thread. */
R2NN_RT r2nn_notes_settings r2nn_notes_usual(double rate_hz);

/* Forget everything but the settings: the stream begins anew. Real time. */
R2NN_RT void r2nn_notes_begin(r2nn_notes *notes);

/* A decision of class_index (-1: unknown), its level in dB re 1 V and its score, after time frames. has_events: an end follows;
 * otherwise the class holds until another is decided. Real time. */
R2NN_RT void r2nn_notes_decide(r2nn_notes *notes, uint64_t time, int32_t class_index, float level_db, float score, bool has_events);

/* All notes off after time frames, but for their hold: an event has ended. Real time. */
R2NN_RT void r2nn_notes_silence(r2nn_notes *notes, uint64_t time);

/* The next message due before end; false if there is none. Their times never fall. Real time. */
R2NN_RT bool r2nn_notes_take(r2nn_notes *notes, uint64_t end, r2nn_note *note);

#ifdef __cplusplus
}
#endif
#endif
