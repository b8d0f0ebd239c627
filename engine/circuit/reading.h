/* One network of a circuit, read back from its parts. */
#ifndef R2NN_CIRCUIT_READING_H
#define R2NN_CIRCUIT_READING_H

#include "circuit/gic.h"
#include "r2nn/board.h"

/* S and F at the circuit's impedance level. */
typedef struct r2nn_reading {
  const r2nn_circuit *circuit;
  const double *factors;           /* [n_elements] of stock values; NULL: all 1 */
  const r2nn_circuit_node *places; /* [n_nodes] of the stage */
  r2nn_stage *stage;               /* receives what the parts make; its nodes' g hold K_ii, at the circuit's level, at first */
  double *ratio;                   /* [n_nodes] R1/R3 of its negative-resistance stage */
  double *r3;                      /* [n_nodes] ohm; 0 without such a stage */
  double *hung;                    /* [n_nodes] S: what hangs on its (-) */
  double *inverted;                /* [n_channels] gain of the channel's inverter */
} r2nn_reading;

/* Read network index into stage, a copy of the circuit's built one. R2NN_NO_MEMORY; free it in any case. Any thread. */
r2nn_status r2nn_reading_init(r2nn_reading *reading, const r2nn_circuit *circuit, const double *factors, uint32_t index,
                              r2nn_stage *stage, r2nn_error *error);
void r2nn_reading_free(r2nn_reading *reading);

/* The value of an element. */
double r2nn_reading_value(const r2nn_reading *reading, uint32_t element);

/* The five parts of an FDNR whose first element, Ca, is element. */
r2nn_gic r2nn_reading_gic(const r2nn_reading *reading, uint32_t element);

#endif
