/* What the audio thread tells the main thread: one record of the ring. */
#ifndef HOSTS_LIVE_RECORD_H
#define HOSTS_LIVE_RECORD_H

#include "live/program.h"

typedef enum live_kind {
  LIVE_ONSET,    /* the gate opened: time */
  LIVE_DECISION, /* all fields */
  LIVE_END,      /* the gate closed: time */
  LIVE_LEVEL,    /* about thirty a second, left out when the ring fills: gate, and scores if there is something to decide */
  LIVE_BREAK,    /* a gap in the signal: frames count anew, swap.origin_s */
  LIVE_SWAP      /* from here on another program speaks: swap */
} live_kind;

/* Frames count from the stream's beginning, or from the last change of the sample rate or gap. */
typedef struct live_record {
  live_kind kind;
  uint64_t time; /* frames: when it came about */
  union {
    r2nn_decision decision; /* its arrays are not the reader's: use scores */
    r2nn_gate_report gate;
    struct {
      const live_program *program;
      double origin_s; /* s of stream before frame 0 */
    } swap;
  };
  uint32_t n_classes; /* of scores; 0 = none */
  float scores[];     /* [n_classes] in 0..1, sum 1 */
} live_record;

#endif
