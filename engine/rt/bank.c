/* The modal recursion and its projection on the outputs, in float and in double (system.md §3). */
#include "rt/multiversion.h"
#include "rt/state.h"

#include <string.h>

typedef float f32_row __attribute__((vector_size(4 * R2NN_F64_LANES)));

/* Lane i is the sum over the lanes of v[i]: neighbours, pairs, halves; each step as one instruction has it. */
R2NN_INLINE r2nn_f32v sum_f32(const r2nn_f32v *v) {
  r2nn_f32v pair[4], quad[2];
#define NEIGHBOURS(a, b)                                                                                                           \
  (__builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14) + __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15))
  for (int i = 0; i < 4; i++) pair[i] = NEIGHBOURS(v[2 * i], v[2 * i + 1]);
  for (int i = 0; i < 2; i++) quad[i] = NEIGHBOURS(pair[2 * i], pair[2 * i + 1]);
#undef NEIGHBOURS
  return __builtin_shufflevector(quad[0], quad[1], 0, 1, 2, 3, 8, 9, 10, 11) +
         __builtin_shufflevector(quad[0], quad[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

R2NN_INLINE r2nn_f64v sum_f64(const r2nn_f64v *v) {
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
#define ROW           r2nn_f32v
#define SUM           sum_f32
#define ADD_ROWS      add_rows_f32
#define ADD_FRAMES    add_frames_f32
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
#define ROW           f32_row
#define SUM           sum_f64
#define ADD_ROWS      add_rows_f64
#define ADD_FRAMES    add_frames_f64
#define NAME          r2nn_f64_bank_run
#define DRIVE         drive_f64
#define ADVANCE       advance_f64
#define ADVANCE_BLOCK advance_block_f64
#define PROJECT       project_f64
#define PROJECT_BLOCK project_block_f64
#include "rt/bank.inc"
