/* Coefficients of the AC coupling: the exact pole, and three taps whose gain is fitted to the RC high-pass. */
#include "core/drive.h"

#include "rt/multiversion.h"
#include "rt/state.h"

#include <math.h>
#include <string.h>

#define PI          3.14159265358979323846
#define N_TAPS      3
#define N_FIT       64
#define FIT_EDGE    0.408 /* of the rate; of 0.400, 0.405, 0.408, 0.410, 0.420 the one that leaves the least error up to 0.4 */
#define MOST_CORNER 1e100 /* rad a sample: above it squares overflow, and nothing comes through anyway */
#define N_ROUNDS    20    /* each adds a digit or more; whatever the corner, the last bit rests after 15 */

/* What the taps' power gain should be at w rad a sample, times 1 + corner^2:
 *   |N|^2 = w^2/(w^2 + corner^2) |1 - keep e^-jw|^2 / |1 - e^-jw|^2, with |1 - a e^-jw|^2 = (1 - a)^2 + 4 a sin^2(w/2). */
static double wanted_power(double w, double corner) {
  double lost = -expm1(-corner), side = sin(w / 2), gain = w * (hypot(1, corner) / hypot(w, corner));
  return gain * gain * (lost * lost / (4 * side * side) + exp(-corner));
}

/* Solve the normal equations a x = b by Cholesky; x is left in b. */
static void solve(double a[N_TAPS][N_TAPS], double *b) {
  for (int i = 0; i < N_TAPS; i++)
    for (int j = 0; j <= i; j++) {
      for (int k = 0; k < j; k++) a[i][j] -= a[i][k] * a[j][k];
      a[i][j] = i == j ? sqrt(a[i][i]) : a[i][j] / a[j][j];
    }
  for (int i = 0; i < N_TAPS; i++) {
    for (int k = 0; k < i; k++) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (int i = N_TAPS - 1; i >= 0; i--) {
    for (int k = i + 1; k < N_TAPS; k++) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
}

/* power[0] + power[1] cos w + power[2] cos 2w, of the least relative squares from wanted_power at Chebyshev's points in cos w. */
static void fit_power(double corner, double *power) {
  double a[N_TAPS][N_TAPS] = {{0}}, low = cos(2 * PI * FIT_EDGE);
  for (int i = 0; i < N_TAPS; i++) power[i] = 0;
  for (int j = 0; j < N_FIT; j++) {
    double w = acos((1 + low) / 2 + (1 - low) / 2 * cos(PI * (j + 0.5) / N_FIT)), weight = 1 / wanted_power(w, corner);
    for (int i = 0; i < N_TAPS; i++) {
      double row = cos(i * w) * weight;
      power[i] += row;
      for (int k = 0; k <= i; k++) a[i][k] += row * cos(k * w) * weight;
    }
  }
  solve(a, power);
}

r2nn_drive r2nn_drive_design(double highpass_hz, uint32_t order, double rate_hz) {
  if (!(highpass_hz > 0) || !order) return (r2nn_drive){0};
  double corner = fmin(2 * PI * (highpass_hz / rate_hz), MOST_CORNER), power[N_TAPS], square = 0, b = 0, c = 0;
  fit_power(corner, power);
  /* The taps now (1, b, c) of that power, the ones with their zeros inside the unit circle:
   *   power[0] = now^2 (1 + b^2 + c^2), power[1] = 2 now^2 b (1 + c), power[2] = 2 now^2 c. */
  for (int round = 0; round < N_ROUNDS; round++) {
    square = power[0] / (1 + b * b + c * c);
    c = power[2] / (2 * square);
    b = power[1] / (2 * square * (1 + c));
  }
  double now = sqrt(square) / hypot(1, corner);
  return (r2nn_drive){.order = order, .keep = exp(-corner), .now = now, .before = b * now, .earlier = c * now};
}

enum { TAPS = 6, ROW_BLOCK = 256, LANES = R2NN_F64_LANES };

/* One section over a row x, in place; last: what came before it. The differences d go through the section's taps and the next three
 * shares of those at once, so that a sample waits only for the fourth before it: a vector for the vector before. */
R2NN_MULTIVERSION static void run_section(const r2nn_drive *drive, double last, double *restrict row, size_t n) {
  double k = drive->keep, far = k * k * k * k, own[N_TAPS] = {drive->now, drive->before, drive->earlier}, taps[TAPS] = {0};
  double d[TAPS - 1 + ROW_BLOCK] = {0};
  r2nn_f64v y = {0};
  for (int i = 0; i < N_TAPS; i++)
    for (int j = 0; j < LANES; j++) taps[i + j] += own[i] * pow(k, j);
  for (size_t first = 0; first < n; first += ROW_BLOCK) {
    size_t count = n - first < ROW_BLOCK ? n - first : ROW_BLOCK, t = 0;
    double *x = row + first, *now = d + TAPS - 1;
    now[0] = x[0] - last;
    for (size_t i = 1; i < count; i++) now[i] = x[i] - x[i - 1];
    last = x[count - 1];
    for (; t + LANES <= count; t += LANES) {
      r2nn_f64v sum = {0};
#pragma GCC unroll 6
      for (size_t i = 0; i < TAPS; i++) {
        r2nn_f64v earlier;
        memcpy(&earlier, now + t - i, sizeof earlier);
        sum += taps[i] * earlier;
      }
      y = far * y + sum;
      memcpy(x + t, &y, sizeof y);
    }
    for (size_t i = t; i < count; i++) { /* of the last block only */
      x[i] = far * y[i - t];
      for (size_t j = 0; j < TAPS; j++) x[i] += taps[j] * now[i - j];
    }
    memmove(d, d + count, (TAPS - 1) * sizeof *d);
  }
}

void r2nn_drive_row(const r2nn_drive *drive, double *row, size_t n) {
  for (uint32_t s = 0; s < drive->order; s++) run_section(drive, s ? 0 : row[0], row, n);
}
