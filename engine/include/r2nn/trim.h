/* Trimmers of a board: resistors of its first network that can be turned after it was built, and what turning them does to its
 * model (docs/circuit.md). */
#ifndef R2NN_TRIM_H
#define R2NN_TRIM_H

#include "r2nn/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a trimmed resistor makes. */
typedef enum r2nn_trim_kind {
  R2NN_TRIM_GROUND,   /* a node's conductance to ground */
  R2NN_TRIM_FDNR,     /* Rx of a node's FDNR: D goes as 1/Rx */
  R2NN_TRIM_INPUT,    /* a positive input, or one from an inverted channel */
  R2NN_TRIM_COUPLING, /* a coupling that the circuit has as one resistor */
  R2NN_N_TRIMS
} r2nn_trim_kind;

/* One trimmer. */
typedef struct r2nn_trim {
  r2nn_trim_kind kind;
  uint32_t index;           /* of the node, input or coupling of the first stage */
  uint32_t number;          /* of its resistor: R12, in series with the trimmer RT12 */
  double ohm;               /* both together, as designed */
  double low_ohm, high_ohm; /* what they can be turned to, 0 < low_ohm <= ohm <= high_ohm */
  double set_ohm;           /* where they stand now, within that */
  double value;             /* what they make of the model's value at ohm: S, signed as the model's; FDNR: F*s */
} r2nn_trim;

/* "ground", "fdnr", "input", "coupling". */
extern const char *const r2nn_trim_names[R2NN_N_TRIMS];

/* The model's value, "stages[0].nodes[3].g", into text of size; and back: false if it is none. Any thread. */
void r2nn_trim_path(const r2nn_trim *trim, char *text, size_t size);
bool r2nn_trim_find(const char *path, r2nn_trim *trim);

/* R2NN_BAD_DATA: a trim of a part that the stage does not have, or numbers that make no sense. Any thread. */
r2nn_status r2nn_trims_check(const r2nn_trim *trims, uint32_t n_trims, const r2nn_stage *stage, r2nn_error *error);

/* What becomes of a stage whose trimmers stand at set_ohm when they are turned to ohm[n_trims]. What they make is known from the
 * stage; only of a conductance to ground, which other parts have a share in, it is value. Any thread. */
void r2nn_trims_turn(const r2nn_trim *trims, uint32_t n_trims, const double *ohm, r2nn_stage *stage);

#ifdef __cplusplus
}
#endif
#endif
