/* Cuts a stream into clips: events by the level gate of the engine, with what came shortly before and after; or pieces of one
 * length whatever the level. */
#ifndef HOSTS_CLIPS_CUTTER_H
#define HOSTS_CLIPS_CUTTER_H

#include "r2nn/engine.h"

typedef struct cutter_def {
  double rate_hz;
  uint32_t n_channels;
  double piece_s;           /* length of the pieces; 0 = by the gate */
  double gate_db, above_db; /* of the gate, NAN = the default of models */
  double before_s, after_s; /* kept around an event */
  double longest_s;         /* a longer event is cut there */
} cutter_def;

/* A clip: in is [n_frames][n_channels], until it returns; start_s from the beginning. False: no more is wanted. */
typedef bool (*cutter_take)(void *context, const float *in, uint32_t n_frames, double start_s, double level_db);

typedef struct cutter cutter;

r2nn_status cutter_new(const cutter_def *def, cutter_take take, void *context, cutter **made, r2nn_error *error);
void cutter_free(cutter *self); /* NULL allowed */

/* Hear n_frames more, in[n_frames][n_channels]. */
void cutter_hear(cutter *self, const float *in, uint32_t n_frames);

/* The stream ends, or has a gap: what is open is cut. */
void cutter_end(cutter *self);

#endif
