/* What a virtual board is made of. */
#ifndef HOSTS_HARDWARE_VIRTUAL_STATE_H
#define HOSTS_HARDWARE_VIRTUAL_STATE_H

#include "hardware/virtual.h"
#include "noise.h"

enum { VIRTUAL_TAPS = 32, VIRTUAL_PIECE = 256, VIRTUAL_COLOURS = 3, VIRTUAL_JUMP = 3, VIRTUAL_LATEST = 256 };

typedef struct virtual_biquad {
  double b[3], a[2];
} virtual_biquad;

struct virtual_board {
  r2nn_engine *engine;
  uint32_t n_channels, n_outputs; /* n_outputs: with the loopback, the last */
  uint32_t whole;                 /* frames of delay before the taps */
  float taps[VIRTUAL_TAPS];       /* the rest of it */
  uint32_t jitter;                /* frames after which the delay changes; 0: never */
  uint32_t n_history, at;         /* n_history: a power of two; at: frames written */
  float *history;                 /* [n_channels][n_history] */
  virtual_biquad colour[VIRTUAL_COLOURS];
  uint32_t n_colour;
  double *colour_state; /* [n_channels][VIRTUAL_COLOURS][2] */
  float *full;          /* [n_outputs] the largest gain */
  float *sign;          /* [n_outputs] -1: it carries the negative */
  uint32_t *from;       /* [n_outputs] whose voltage it carries; UINT32_MAX: nobody's */
  noise *noises;        /* [n_outputs] */
  float clip, hum;      /* for a full of 1; 0 = none */
  double hum_turn, hum_phase;
  float *drive;                 /* [VIRTUAL_PIECE][n_channels] */
  float *nodes;                 /* [VIRTUAL_PIECE][n_outputs - 1] */
  float loop[VIRTUAL_PIECE];    /* the first channel, as late as the engine's nodes are */
  float looped[VIRTUAL_LATEST]; /* a ring of it */
  uint32_t looped_at, late;
};

#endif
