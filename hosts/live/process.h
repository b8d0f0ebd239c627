/* The audio thread's side of a live stream: runs the engine and writes what it says into a ring. Nothing here allocates, locks,
 * logs or waits; tests/test_realtime.sh looks at what it calls. */
#ifndef HOSTS_LIVE_PROCESS_H
#define HOSTS_LIVE_PROCESS_H

#include "live/program.h"
#include "live/record.h"
#include "r2nn/ring.h"

#include <stdatomic.h>

/* Told on the audio thread about each decision, onset and end, in order; its arrays live until it returns. */
typedef void (*live_hear)(void *context, const live_record *record);

/* Belongs to the audio thread once it runs. */
typedef struct live_process {
  live_program *program;   /* owned */
  r2nn_exchange *programs; /* new ones in, old ones out */
  r2nn_ring *ring;         /* of records with up to max_classes scores */
  uint32_t max_classes, n_channels;
  double origin_s;         /* s of stream before the engine's frame 0 */
  uint64_t opened, closed; /* as the engine last reported them */
  uint64_t time;           /* frames since origin_s */
  uint64_t wants_since;    /* frames: since when another program waits; only while is_asked */
  bool is_asked, decided;  /* decided: a decision has just come out */
  uint32_t since_level;    /* frames */
  _Atomic uint32_t faults; /* R2NN_FAULT_ bits for the main thread */
  _Atomic bool is_urgent;  /* set by the main thread: the waiting program cannot wait, the rate has changed */
  live_hear hear;          /* NULL: nobody listens here */
  void *context;
  float block[]; /* [LIVE_BLOCK][n_channels] interleaved */
} live_process;

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
