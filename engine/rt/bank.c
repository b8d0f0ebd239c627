/* The modal recursion and its projection on the outputs, in float and in double (system.md §3). */
#include "rt/multiversion.h"
#include "rt/state.h"

#define REAL     float
#define VECTOR   r2nn_f32v
#define LANES    R2NN_F32_LANES
#define BANK     r2nn_f32_bank
#define OUTPUT   r2nn_f32_output
#define NAME     r2nn_f32_bank_run
#define LANE_SUM lane_sum_f32
#define ADVANCE  advance_f32
#include "rt/bank.inc"

#define REAL     double
#define VECTOR   r2nn_f64v
#define LANES    R2NN_F64_LANES
#define BANK     r2nn_f64_bank
#define OUTPUT   r2nn_f64_output
#define NAME     r2nn_f64_bank_run
#define LANE_SUM lane_sum_f64
#define ADVANCE  advance_f64
#include "rt/bank.inc"
