/* A circuit while it is designed: growing lists of nets, elements, blocks and values. */
#ifndef R2NN_CIRCUIT_MAKE_H
#define R2NN_CIRCUIT_MAKE_H

#include "r2nn/circuit.h"

/* The first failure (memory) sticks: afterwards everything below does nothing. */
typedef struct r2nn_maker {
  r2nn_circuit *circuit;
  bool is_short; /* memory ran out */
} r2nn_maker;

#define R2NN_NET_GROUND 0u

/* Resistors that are on stock, ohm. */
#define R2NN_LEAST_OHM 1.0
#define R2NN_MOST_OHM  22e6

/* A new net, named by the format (23 bytes at most); its index. */
uint32_t r2nn_make_net(r2nn_maker *maker, const char *format, ...) R2NN_PRINTF(2, 3);

/* Begin a block: what is made from now on belongs to it. */
void r2nn_make_block(r2nn_maker *maker, r2nn_block_kind kind, uint32_t stage, uint32_t a, uint32_t b);

/* Add an element; roles are static texts. Two-ended parts take their value from the series (a capacitor from E12, or two in
 * parallel where that comes nearer) and give back what was built, 0 if nothing could be. */
double r2nn_make_resistor(r2nn_maker *maker, uint32_t a, uint32_t b, double ohm, const char *role);
double r2nn_make_capacitor(r2nn_maker *maker, uint32_t a, uint32_t b, double farad, double freq_hz, const char *role);
/* With this very value. */
void r2nn_make_exact(r2nn_maker *maker, r2nn_element_kind kind, uint32_t a, uint32_t b, double value, double exact, double freq_hz,
                     const char *role);
/* Three-ended ones, and the diode (c = 0). */
void r2nn_make_active(r2nn_maker *maker, r2nn_element_kind kind, uint32_t a, uint32_t b, uint32_t c, const char *role);

/* An op-amp stage. Follower: out = in. Inverter: out = -gain*in, or a sum over the inputs that are joined to its summing net, which
 * is given back, by resistors of r/gain each; r is the feedback. */
void r2nn_make_follower(r2nn_maker *maker, uint32_t in, uint32_t out, const char *role);
uint32_t r2nn_make_summer(r2nn_maker *maker, uint32_t out, double r, const char *role);

/* Note what a model's value became: elements from first on. */
void r2nn_make_mapped(r2nn_maker *maker, uint32_t first, double model, double built, const char *unit, const char *note,
                      const char *format, ...) R2NN_PRINTF(7, 8);

/* Say that something is not built. */
void r2nn_make_missing(r2nn_maker *maker, const char *format, ...) R2NN_PRINTF(2, 3);

#endif
