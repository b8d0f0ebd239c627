/* A model as a circuit that can be built: parts, their values, and what is read from them (system.md §6). */
#ifndef R2NN_CIRCUIT_H
#define R2NN_CIRCUIT_H

#include "r2nn/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One amplifier as a data sheet describes it. A limit that is 0 does not exist: all zero but gain is an ideal op-amp. */
typedef struct r2nn_opamp {
  char name[32];    /* "TL074"; "ideal" */
  double gbw_hz;    /* gain-bandwidth product, Hz, >= 0; 0 = unlimited */
  double gain;      /* open loop at DC, V/V, >= 100 */
  double offset_v;  /* input offset, V, >= 0: the size, either sign happens */
  double bias_a;    /* input bias current, A, >= 0 */
  double swing_v;   /* the output stays within +-swing_v, V, >= 0; 0 = unlimited */
  double supply_v;  /* of +-supply_v, V, >= swing_v; 0 = not said */
  double supply_a;  /* quiescent current of one amplifier, A, >= 0; 0 = not said */
  double noise_v;   /* input noise density in its flat part, V/sqrt(Hz), >= 0 */
  uint32_t n_units; /* amplifiers in a package, 1..4 */
} r2nn_opamp;

/* What all capacitors, and all resistors, of a circuit are like. */
typedef struct r2nn_passive {
  char name[32];    /* "film", "metal film" */
  double loss;      /* capacitors: tan delta, 0..1, at any frequency (Q = 1/loss); resistors: 0 */
  double tolerance; /* as a share of the value, 0..0.5 */
} r2nn_passive;

/* A part model: from which parts a circuit is built. Text: JSON, SI units,
 *   { "format": "r2nn-parts", "version": 1,
 *     "opamp": { "name", "gbw_hz", "gain", "offset_v", "bias_a", "swing_v", "supply_v", "supply_a", "noise_v", "units" },
 *     "capacitor": { "name", "loss", "tolerance" }, "resistor": { "name", "tolerance" } }
 * where every field but format and version may be absent and is then as in r2nn_parts_ideal(). */
typedef struct r2nn_parts {
  r2nn_opamp opamp;
  r2nn_passive capacitor, resistor;
} r2nn_parts;

/* Op-amps without limits and a gain of 1e6, capacitors without loss; tolerances of 1 %. Any thread. */
r2nn_parts r2nn_parts_ideal(void);

/* Read a part model from JSON text of size bytes. The message names the first wrong field by its path. R2NN_BAD_ARGUMENT. Any
 * thread. */
r2nn_status r2nn_parts_parse(const char *text, size_t size, r2nn_parts *parts, r2nn_error *error);

#ifdef __cplusplus
}
#endif
#endif
