/* A model made to run live. */
#ifndef HOSTS_LIVE_PROGRAM_H
#define HOSTS_LIVE_PROGRAM_H

#include "r2nn/player.h"

typedef struct live_program {
  r2nn_program run;     /* first: a pointer to it is one to the whole */
  r2nn_model *model;    /* owned */
  uint64_t wish;        /* the number that live_load() gave it; 0: the first one */
  uint32_t level_every; /* frames between two level records, >= 1 */
} live_program;

/* has_board: stage 0 is a real circuit (r2nn_engine_def). Takes the model, also on failure. Main thread. */
r2nn_status live_program_new(r2nn_model *model, const r2nn_readout *readout, double rate_hz, bool has_board, live_program **program,
                             r2nn_error *error);
void live_program_free(live_program *program); /* NULL allowed */

#endif
