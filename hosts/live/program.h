/* A model made to run live: with its engine and all that the audio thread must know about it. */
#ifndef HOSTS_LIVE_PROGRAM_H
#define HOSTS_LIVE_PROGRAM_H

#include "r2nn/engine.h"

enum { LIVE_BLOCK = 256 }; /* most frames that the engine runs between two looks at it */

typedef struct live_program {
  r2nn_model *model; /* owned */
  r2nn_engine *engine;
  r2nn_readout readout;
  uint64_t wish; /* the number that live_load() gave it; 0: the first one */
  double rate_hz;
  uint32_t piece; /* frames, 1..LIVE_BLOCK: in so many the gate turns at most once each way and the queue holds all decisions */
  uint32_t level_every; /* frames between two level records, >= 1 */
} live_program;

/* Takes the model, also on failure. Main thread. */
r2nn_status live_program_new(r2nn_model *model, const r2nn_readout *readout, double rate_hz, live_program **program,
                             r2nn_error *error);
void live_program_free(live_program *program); /* NULL allowed */

/* Does it decide by events? Otherwise again and again. */
static inline bool live_program_has_events(const live_program *program) {
  return program->readout.mode == R2NN_MODE_EVENT;
}

#endif
