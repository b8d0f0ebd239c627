/* Networks to time, and engines that run them. */
#ifndef HOSTS_BENCH_NETWORK_H
#define HOSTS_BENCH_NETWORK_H

#include "r2nn/engine.h"

/* A full network: every node driven by the one channel and coupled to every other, n_outputs of them read, modes from 100 Hz to 8
 * kHz, a head of 2 classes. NULL fills error; the caller frees it. */
r2nn_model *network_full(uint32_t n_nodes, uint32_t n_outputs, r2nn_error *error);

/* The same as the second stage of a cascade, behind one resonator, so that a plan spares the others of its size the work of making
 * it (r2nn_engine_def.plan). */
r2nn_model *network_full_behind(uint32_t n_nodes, uint32_t n_outputs, r2nn_error *error);

/* Floating-point operations that the equations of such a network take a sample: z q + b u of every mode (10) and its part in every
 * output (4). */
double network_flops(uint32_t n_nodes, uint32_t n_outputs);

#endif
