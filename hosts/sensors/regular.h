/* Makes regular frames of readings that come at odd times: interpolates them onto the grid of a sample rate, by a polynomial
 * through the eight readings around. A reading that lies on the grid passes as it is.
 *
 * The largest error, relative to the amplitude of a sine of frequency f, for fs readings a second evenly spaced, is at most
 * (1 3 5 7)^2 / (2^8 8!) (2 pi f / fs)^8, the remainder half-way between the middle readings. tests/test_regular.c measures
 *                                            at fs/10    at fs/4
 *   evenly spaced                            2.4e-5      1.6 %
 *   times that jitter by a quarter period    7e-5        4 %
 *   one reading in fifty missing             4.4e-5      22 %
 *   both                                     1.2e-4      32 % */
#ifndef HOSTS_SENSORS_REGULAR_H
#define HOSTS_SENSORS_REGULAR_H

#include "r2nn/base.h"

enum { REGULAR_POINTS = 8, REGULAR_BLOCK = 256 };

/* Frames in order: in is [n_frames][n_channels]. */
typedef void (*regular_hear)(void *context, const float *in, uint32_t n_frames);
/* What comes now does not go on from what came before: gap_s lie between; the next frame is at at_s, from the first frame of all.
 */
typedef void (*regular_break)(void *context, double gap_s, double at_s);

typedef struct regular_def {
  double rate_hz;  /* of the frames */
  double period_s; /* between readings, as a rule */
  double gap_s;    /* the longest time between two readings that is bridged */
  uint32_t n_channels;
  regular_hear hear;
  regular_break break_off; /* NULL allowed */
  void *context;
} regular_def;

typedef struct regular_counters {
  uint64_t n_readings, n_missing; /* n_missing of n_readings: without a number, or out of order */
  uint64_t n_bridged, n_breaks;   /* times between two readings of more than one and a half periods */
} regular_counters;

typedef struct regular regular;

r2nn_status regular_new(const regular_def *def, regular **made, r2nn_error *error);
void regular_free(regular *self); /* NULL allowed */

/* A reading values[n_channels] at time_s, NAN: when it is its turn. One with a NAN in it is missing. */
void regular_push(regular *self, double time_s, const double *values);

/* Nothing came for gap_s: what comes does not go on from what came. For readings without times of their own. */
void regular_interrupt(regular *self, double gap_s);

/* Hand on all that is complete; with is_end also the rest. */
void regular_flush(regular *self, bool is_end);

const regular_counters *regular_look(const regular *self);

#endif
