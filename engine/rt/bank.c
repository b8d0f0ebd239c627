/* The modal recursion and its projection on the outputs, in float and in double (system.md §3). */
#include "rt/multiversion.h"
#include "rt/state.h"

/* Lane i is the sum over the lanes of v[i]: neighbours, pairs, halves. */
static inline __attribute__((always_inline)) r2nn_f32v sum_f32(const r2nn_f32v *v) {
  r2nn_f32v pair[4], quad[2];
  for (int i = 0; i < 4; i++)
    pair[i] = __builtin_shufflevector(v[2 * i], v[2 * i + 1], 0, 8, 2, 10, 4, 12, 6, 14) +
              __builtin_shufflevector(v[2 * i], v[2 * i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  for (int i = 0; i < 2; i++)
    quad[i] = __builtin_shufflevector(pair[2 * i], pair[2 * i + 1], 0, 1, 8, 9, 4, 5, 12, 13) +
              __builtin_shufflevector(pair[2 * i], pair[2 * i + 1], 2, 3, 10, 11, 6, 7, 14, 15);
  return __builtin_shufflevector(quad[0], quad[1], 0, 1, 2, 3, 8, 9, 10, 11) +
         __builtin_shufflevector(quad[0], quad[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

static inline __attribute__((always_inline)) r2nn_f64v sum_f64(const r2nn_f64v *v) {
  r2nn_f64v pair[2];
  for (int i = 0; i < 2; i++)
    pair[i] =
        __builtin_shufflevector(v[2 * i], v[2 * i + 1], 0, 4, 2, 6) + __builtin_shufflevector(v[2 * i], v[2 * i + 1], 1, 5, 3, 7);
  return __builtin_shufflevector(pair[0], pair[1], 0, 1, 4, 5) + __builtin_shufflevector(pair[0], pair[1], 2, 3, 6, 7);
}

#define REAL          float
#define VECTOR        r2nn_f32v
#define LANES         R2NN_F32_LANES
#define BANK          r2nn_f32_bank
#define OUTPUT        r2nn_f32_output
#define SUM           sum_f32
#define NAME          r2nn_f32_bank_run
#define DRIVE         drive_f32
#define ADVANCE       advance_f32
#define ADVANCE_BLOCK advance_block_f32
#define PROJECT       project_f32
#define PROJECT_BLOCK project_block_f32
#include "rt/bank.inc"

#define REAL          double
#define VECTOR        r2nn_f64v
#define LANES         R2NN_F64_LANES
#define BANK          r2nn_f64_bank
#define OUTPUT        r2nn_f64_output
#define SUM           sum_f64
#define NAME          r2nn_f64_bank_run
#define DRIVE         drive_f64
#define ADVANCE       advance_f64
#define ADVANCE_BLOCK advance_block_f64
#define PROJECT       project_f64
#define PROJECT_BLOCK project_block_f64
#include "rt/bank.inc"
