/* The plugin's parameters: numbers, names, ranges. Their order is part of every session that was ever saved: add at the end. */
#ifndef PLUGIN_PARAMETERS_H
#define PLUGIN_PARAMETERS_H

#include "DistrhoPlugin.hpp"

enum r2nn_parameter : uint32_t {
  /* inputs */
  R2NN_PRESET,      /* 0: the session's own model; 1 ..: a shipped one */
  R2NN_DRIVE,       /* dB: gain before the network; what is heard stays as it is */
  R2NN_GATE,        /* dB: how much higher than the model's own the gate opens */
  R2NN_MARGIN,      /* how much more margin than the model's own a decision needs */
  R2NN_HOLD,        /* ms: a note sounds at least so long */
  R2NN_MODE,        /* r2nn_mode_choice */
  R2NN_DAMPING,     /* multiplies the damping of stage 0's resonators: 4 is a quarter of their Q */
  R2NN_LISTEN,      /* 0: the track, 1: a node's voltage */
  R2NN_LISTEN_NODE, /* 1 ..: which output of stage 0 */
  R2NN_NOTE,        /* the MIDI note of class 0 */
  R2NN_CHANNEL,     /* 1..16 */
  R2NN_GAP,         /* ms between a note's off and its next on */
  R2NN_BYPASS,
  /* outputs */
  R2NN_OUT_CLASS,   /* 0 ..; -1: unknown, or none yet */
  R2NN_OUT_SCORE,   /* 0..1 */
  R2NN_OUT_MARGIN,  /* 0..1 */
  R2NN_OUT_LEVEL,   /* dB re 1 V */
  R2NN_OUT_GATE,    /* 1: open */
  R2NN_OUT_WARNING, /* 1: the model does not quite fit this track; the window says why */
  R2NN_OUT_SCORE_1, /* the first of R2NN_N_SCORES: what each class scores, 0..1 */
  R2NN_N_PARAMETERS = R2NN_OUT_SCORE_1 + 16
};

constexpr uint32_t R2NN_N_SCORES = R2NN_N_PARAMETERS - R2NN_OUT_SCORE_1;

enum r2nn_mode_choice { R2NN_AS_TRAINED, R2NN_EVENTS, R2NN_CONTINUOUS, R2NN_N_MODE_CHOICES };

/* What a parameter is when the plugin begins, and all that a host wants to know about it. */
float r2nn_parameter_start(uint32_t index);
void r2nn_parameter_describe(uint32_t index, DISTRHO_NAMESPACE::Parameter &parameter);

#endif
