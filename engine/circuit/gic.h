/* An FDNR as a generalised impedance converter of two op-amps. */
#ifndef R2NN_CIRCUIT_GIC_H
#define R2NN_CIRCUIT_GIC_H

#include "r2nn/circuit.h"

/* The string node - Ca - R2 - Rx - R4 - Cb - ground: D = Ca Cb R2 R4 / Rx. */
typedef struct r2nn_gic {
  double ca, cb;     /* F */
  double r2, rx, r4; /* ohm */
  double rx_exact;   /* that would make D exact */
} r2nn_gic;

/* Stock values for an FDNR of d (F*s) that works around omega (rad/s): omega*R4*Cb near 1, so that no op-amp swings much more than
 * the node, and Rx a little under R2 and R4, which damps (over them the op-amps' delay would feed the resonance). Among those d is
 * met best. Any thread. Source: system.md §6. */
r2nn_gic r2nn_gic_design(double d, double omega, r2nn_series series);

/* D that the values make, F*s. */
double r2nn_gic_d(const r2nn_gic *gic);

/* Add to a node what the values make with real parts: d, and in c and g what the op-amps' gain A = 1/(1/A0 + s/wt) and the
 * capacitors' losses bring with them, as it is around omega (rad/s). Any thread. Derived in docs/circuit.md. */
void r2nn_gic_load(const r2nn_gic *gic, const r2nn_part_model *parts, double omega, r2nn_node *node);

#endif
