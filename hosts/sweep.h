/* Accuracy over a quantity: the time since the onset, or the noise beside the sound. */
#ifndef HOSTS_SWEEP_H
#define HOSTS_SWEEP_H

#include "r2nn/base.h"

typedef struct sweep_point {
  double at; /* s > 0, rising; or dB, HUGE_VAL = clean */
  uint64_t n_clips, n_right, n_unknown;
  uint64_t n_cut; /* of times: clips that go on after it; the others count with their whole */
} sweep_point;

#define SWEEP_MAX_POINTS 64u

typedef struct sweep {
  uint32_t n_points;
  sweep_point points[SWEEP_MAX_POINTS + 1];
} sweep;

/* Read "0.1,0.2,0.5", seconds, into rising times; "default" leaves none: sweep_times_default() fills them in. False fills error. */
bool sweep_times_parse(const char *name, const char *text, sweep *self, r2nn_error *error);

/* Read "20,10,0", decibels, in the order given behind a first point that is clean. False fills error. */
bool sweep_noise_parse(const char *name, const char *text, sweep *self, r2nn_error *error);

/* Ten round times that reach the 95th percentile of durations_s[n], n > 0, which is put in order. */
void sweep_times_default(sweep *self, double *durations_s, uint32_t n);

/* Count one clip; decided is -1 for unknown. */
void sweep_count(sweep_point *point, int32_t label, int32_t decided, bool cut);

/* 0..1; 0 when empty. */
double sweep_accuracy(const sweep_point *point);

#endif
