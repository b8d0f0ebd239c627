/* A board that is not there: a model as its parts make it, behind converters that colour, delay and add noise. What it does with
 * samples; who brings them is another's business. */
#ifndef HOSTS_HARDWARE_VIRTUAL_H
#define HOSTS_HARDWARE_VIRTUAL_H

#include "r2nn/engine.h"

/* What may be wrong with it, for tests. */
typedef enum virtual_fault {
  VIRTUAL_WELL,
  VIRTUAL_DEAD,   /* output a is silent */
  VIRTUAL_SWAP,   /* outputs a and b are swapped */
  VIRTUAL_CLIP,   /* every output clips at value times what a full-scale sine makes of it at most */
  VIRTUAL_HUM,    /* value Hz, 40 dB below that */
  VIRTUAL_OPEN,   /* the board is not connected, the loopback is */
  VIRTUAL_SILENT, /* nothing is */
  VIRTUAL_INVERT, /* output a carries the negative */
  VIRTUAL_JITTER, /* now and then the delay changes by some frames */
  VIRTUAL_N_FAULTS
} virtual_fault;

typedef struct virtual_def {
  const r2nn_model *model; /* as built; not kept */
  const bool *is_inverted; /* [outputs] which carry the negative by design; NULL: none; not kept */
  double rate_hz;
  double delay_s; /* from input to output; at least VIRTUAL_LEAST frames */
  double snr_db;  /* noise of every output, below what a full-scale sine makes of it at most; infinite: none */
  bool coloured;  /* the converters' response is not flat */
  uint64_t seed;  /* of the noise */
  virtual_fault fault;
  uint32_t a, b;
  double value;
} virtual_def;
#define VIRTUAL_LEAST 16

typedef struct virtual_board virtual_board;

/* R2NN_BAD_ARGUMENT, R2NN_NO_MEMORY and the errors of r2nn_engine_new(). Main thread. */
r2nn_status virtual_board_new(const virtual_def *def, virtual_board **board, r2nn_error *error);
void virtual_board_free(virtual_board *board);

/* Its outputs: those of the model's first stage, then the loopback, which is the first channel through the same converters. */
uint32_t virtual_board_n_outputs(const virtual_board *board);

/* in[n_channels][n_frames], out[n_outputs][n_frames], V. Real time. */
R2NN_RT void virtual_board_process(virtual_board *board, const float *const *in, float *const *out, uint32_t n_frames);

#endif
