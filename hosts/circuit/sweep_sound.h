/* The test vector: a sweep through all of a circuit's resonances, channel after channel. */
#ifndef HOSTS_CIRCUIT_SWEEP_SOUND_H
#define HOSTS_CIRCUIT_SWEEP_SOUND_H

#include "r2nn/circuit.h"

typedef struct sweep_sound {
  float *in; /* [n_frames][n_channels of the circuit], V, owned */
  uint32_t n_frames;
  double rate_hz;
} sweep_sound;

/* An exponential sweep of level_v from half the lowest resonance to 1.5 times the highest, faded in and out, then time to ring out.
 * The rate is one of a sound card as far as the band allows. R2NN_NO_MEMORY. */
r2nn_status sweep_sound_make(const r2nn_circuit *circuit, double level_v, sweep_sound *sound, r2nn_error *error);
void sweep_sound_free(sweep_sound *sound);

#endif
