/* Small circuits that detectors, readout and head are made of. Inputs must be at low impedance (an op-amp's output) unless said. */
#ifndef R2NN_CIRCUIT_UNITS_H
#define R2NN_CIRCUIT_UNITS_H

#include "circuit/make.h"

#define R2NN_THERMAL_V 0.025865 /* kT/q at 27 degrees, what pairs of transistors compute in */

/* A copy at low impedance of a net that may not be loaded. */
uint32_t r2nn_unit_buffer(r2nn_maker *maker, uint32_t in);

/* sign*|in| by the precision rectifier with two op-amps, through a low-pass of tau_s (0 = none). sign: +1 or -1. */
uint32_t r2nn_unit_rectifier(r2nn_maker *maker, uint32_t in, int sign, double tau_s);

/* in through an RC low-pass and a buffer of gain >= 1; tau_s 0 = none. */
uint32_t r2nn_unit_lowpass(r2nn_maker *maker, uint32_t in, double tau_s, double gain);

/* The base-emitter voltage, negative, of a transistor that carries the current that resistors bring to the net *sum, positive. */
uint32_t r2nn_unit_log(r2nn_maker *maker, uint32_t *sum);

/* gain*(plus - minus) + the voltage of bias (ground: 0). */
uint32_t r2nn_unit_difference(r2nn_maker *maker, uint32_t plus, uint32_t minus, uint32_t bias, double gain);

/* The mean of n nets, buffered: equal resistors. */
uint32_t r2nn_unit_mean(r2nn_maker *maker, const uint32_t *in, uint32_t n);

/* high/(1 + exp(-in/1 V)) - low, V, by a pair of transistors. in may not be loaded: nodes of a head. gain: of the buffer before it.
 */
uint32_t r2nn_unit_sigmoid(r2nn_maker *maker, uint32_t in, double gain, double high, double low, bool even);

/* Which of n nets is highest: nets that are at 5 V for the highest, 0 V for the others are made, named by the format's number. */
void r2nn_unit_highest(r2nn_maker *maker, const uint32_t *in, uint32_t n, uint32_t stage);

/* A constant voltage; the same one is made once. */
uint32_t r2nn_unit_reference(r2nn_maker *maker, double volt, const char *role);

#endif
