/* Play these samples and hear those, frame for frame, on a duplex that stays open in between. */
#ifndef HOSTS_HARDWARE_EXCHANGE_H
#define HOSTS_HARDWARE_EXCHANGE_H

#include "hardware/setup.h"

#include <stdatomic.h>

/* What the audio thread does: nothing but silence, or this. */
typedef struct exchange_job {
  duplex_process process;
  void *context;
} exchange_job;

typedef struct exchange {
  const duplex_kind *kind;
  void *host;
  double rate_hz;
  uint32_t n_in, n_out;
  uint32_t loopback;                   /* which of in it is, if there is one: the one after the board's outputs */
  bool is_inverted[R2NN_MAX_CHANNELS]; /* outputs of the board that are turned back when they are heard */
  _Atomic(const exchange_job *) job;
  _Atomic uint32_t n_cycles;
  uint32_t n_still; /* looks at it in a row that found no new one; the main thread's */
} exchange;

/* Open it, connect it, play silence. The channels and outputs are the model's (setup_wire). R2NN_BAD_DATA: it cannot be reached.
 * Main thread, as all here; *self must stay where it is. */
r2nn_status exchange_open(exchange *self, setup *wiring, uint32_t n_channels, uint32_t n_outputs, r2nn_error *error);
void exchange_close(exchange *self); /* harmless if it was never open, or has been closed */

/* From the next cycle on do this, NULL: silence; what was done before is done no more when it returns. */
void exchange_set(exchange *self, const exchange_job *job);

/* Play play[n_out][n_frames] and hear in[n_in][n_frames], inverted outputs turned back; once more, up to three times, if frames
 * were lost. what: for the progress bar, NULL: none. Lost three times, it is said. R2NN_BAD_DATA: the device has gone, or a signal
 * says stop. */
r2nn_status exchange_run(exchange *self, const char *what, const float *play, float *in, uint32_t n_frames, r2nn_error *error);

/* The audio thread's side: hands a cycle to the job. Real time. */
void exchange_process(void *context, const float *const *in, float *const *out, uint32_t n_frames);

/* Likewise: a piece of the samples that are played. */
typedef struct exchange_piece {
  const float *play;
  float *in;
  uint32_t n_in, n_out, n_frames;
  _Atomic uint32_t at;
} exchange_piece;
void exchange_play(void *context, const float *const *in, float *const *out, uint32_t n_frames);

#endif
