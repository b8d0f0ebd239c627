/* A live signal through a board and the rest of its model: the audio thread's side. */
#ifndef HOSTS_HARDWARE_RUN_PROCESS_H
#define HOSTS_HARDWARE_RUN_PROCESS_H

#include "live/process.h"

#include <stdatomic.h>

enum { RUN_PIECE = 256, RUN_KEPT = 64, RUN_LATEST = 256 };

typedef struct board_run {
  live_process *audio; /* of an engine with a board */
  uint32_t n_channels, n_outputs;
  bool has_loopback;
  uint32_t latency; /* frames, of the channels that no loopback hears */
  float *history;   /* [n_channels][n_history] what was played */
  uint32_t n_history, at;
  const bool *is_inverted; /* [n_outputs] */
  float *turned;           /* [n_outputs][RUN_PIECE] those, turned back */
  const float **rows;      /* [n_channels + n_outputs] what the engine hears of a piece */
  float *late;             /* [n_channels][RUN_PIECE] */
  /* the twin: the engine in parallel, NULL if there is none */
  r2nn_engine *twin;
  uint32_t twin_late;                                  /* frames by which its nodes are late */
  float *nodes;                                        /* [RUN_LATEST][n_outputs] the board's last ones, a ring */
  float *twin_in, *twin_out;                           /* [RUN_PIECE][n_channels], [RUN_PIECE][n_outputs] */
  int32_t board_class[RUN_KEPT], twin_class[RUN_KEPT]; /* the last decisions of either, by their number */
  uint64_t n_board, n_twin;
  double square, off; /* V^2: of what the twin's outputs are, and of the differences */
  _Atomic uint64_t n_compared, n_alike;
} board_run;

/* in: the board's outputs, the loopback if there is one, the signal; out: what drives the board. Real time. */
void board_run_process(void *context, const float *const *in, float *const *out, uint32_t n_frames);

/* Told by live_process about decisions. */
void board_run_hear(void *context, const live_record *record);

#endif
