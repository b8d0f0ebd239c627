/* A board: one circuit as it comes out of the workshop, with parts that are off, op-amps that have limits and capacitors that lose.
 *
 * What of it is linear is a model again, which every engine runs and every training routine understands: D, C, g, couplings and
 * inputs as the parts make them, with what the op-amps' finite gain and speed and the capacitors' losses add (docs/circuit.md). */
#ifndef R2NN_BOARD_H
#define R2NN_BOARD_H

#include "r2nn/circuit.h"
#include "r2nn/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which board of a series. */
typedef struct r2nn_board_def {
  double tolerance; /* every resistor and capacitor lies anywhere within +- so much of its value, 0..0.5; < 0: as the part model
                     * says of each kind */
  uint64_t seed;    /* draws the parts; 0: the board whose parts all have their stock values */
} r2nn_board_def;

/* Stock values and the part model's tolerances. Any thread. */
r2nn_board_def r2nn_board_def_default(void);

/* What the parts of board seed are in multiples of their stock values: factors[n_elements], within 1 +- the tolerance, 1 for what
 * is neither resistor nor capacitor. The same on every machine. Any thread. */
void r2nn_board_draw(const r2nn_circuit *circuit, const r2nn_board_def *def, double *factors);

/* The model that a circuit makes of its parts when those are factors[n_elements] times their stock values (NULL: all 1); from
 * circuit->def.parts come gain, gain-bandwidth product and loss. A coupling whose two negative resistors differ is their mean:
 * what is one-sided about it moves neither frequency nor damping of a mode, to first order. What follows the networks stays as it
 * was designed. R2NN_UNSTABLE: this board oscillates, or would be refused for a negative damping;
 * R2NN_NO_MEMORY. *model is new and the caller's. Main thread, several circuits at once. */
r2nn_status r2nn_board_model(const r2nn_circuit *circuit, const double *factors, r2nn_model **model, r2nn_error *error);

/* The two together: the model of one board. */
r2nn_status r2nn_board_build(const r2nn_circuit *circuit, const r2nn_board_def *def, r2nn_model **model, r2nn_error *error);

/* What board seed does beside its model, for r2nn_engine_def: offsets and bias currents of its op-amps (seed 0: offsets as large as
 * the part model says, of alternating signs as in the netlist; else drawn, the part model's is their standard deviation), noise of
 * resistors at 300 K and op-amps, and the limits of the FDNRs' op-amps, of every network that is built. Parts have their stock
 * values. What the part model does not limit is NULL. The noise of a resistor between two nodes counts at both as if apart.
 * R2NN_NO_MEMORY. *flaws is the caller's to free with r2nn_flaws_free(). Main thread, several circuits at once. Derived in
 * docs/circuit.md. */
r2nn_status r2nn_board_flaws(const r2nn_circuit *circuit, const r2nn_board_def *def, r2nn_flaws **flaws, r2nn_error *error);
void r2nn_flaws_free(r2nn_flaws *flaws); /* NULL allowed */

#ifdef __cplusplus
}
#endif
#endif
