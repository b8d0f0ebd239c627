/* How often do readings come? */
#ifndef HOSTS_SENSORS_PACE_H
#define HOSTS_SENSORS_PACE_H

#include "r2nn/base.h"

/* The period of times[n], s, of which some may be NAN, out of order or missing: the median step, refined by all steps that are
 * near a multiple of it. 0 if there is none. Changes times. */
double pace_period(double *times, uint32_t n);

/* A sample rate to use for it: 1 / period, or a whole number of Hz (from 50 Hz on) within half a percent. */
double pace_rate(double period_s);

#endif
