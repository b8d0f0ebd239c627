/* The audio thread's side of a live stream: a player whose words are written into a ring. Nothing here allocates, locks, logs or
 * waits; tests/test_realtime.sh looks at what it calls. */
#ifndef HOSTS_LIVE_PROCESS_H
#define HOSTS_LIVE_PROCESS_H

#include "live/program.h"
#include "live/record.h"

#include <stdatomic.h>

/* Told on the audio thread about each decision, onset and end, in order; its arrays live until it returns. */
typedef void (*live_hear)(void *context, const live_record *record);

/* Belongs to the audio thread once it runs. */
typedef struct live_process {
  r2nn_player player; /* of live_programs */
  r2nn_ring *ring;    /* of records with up to max_classes scores */
  uint32_t max_classes;
  uint32_t since_level;    /* frames */
  _Atomic uint32_t faults; /* R2NN_FAULT_ bits for the main thread */
  _Atomic bool is_urgent;  /* set by the main thread: the waiting program cannot wait, the rate has changed */
  live_hear hear;          /* NULL: nobody listens here */
  void *context;
} live_process;

/* A stream begins with a program, which it owns; all else is zero but ring and max_classes. Before the audio thread. */
void live_process_begin(live_process *self, live_program *program, r2nn_exchange *programs);

/* The program that runs. Real time. */
R2NN_RT const live_program *live_process_program(const live_process *self);

/* Hear n_frames more: in[n_channels][n_frames], volts. A program that waits is taken over where it costs no decision: between two
 * events, or after a decision. Real time. */
R2NN_RT void live_process_planar(live_process *self, const float *const *in, uint32_t n_frames);

/* The same; in is [n_frames][n_channels]. Real time. */
R2NN_RT void live_process_interleaved(live_process *self, const float *in, uint32_t n_frames);

/* The stream has ended: decide what is open. Real time. */
R2NN_RT void live_process_finish(live_process *self);

/* The stream has a gap: decide what is open and begin anew, at rest, at_s after the stream's beginning. Real time. */
R2NN_RT void live_process_restart(live_process *self, double at_s);

/* Is there place for all that n_frames can bring? Who need not be in time may wait for it. Real time. */
R2NN_RT bool live_process_has_room(const live_process *self);

#endif
