/* A progress bar with the time left, on stderr when that is a terminal. */
#ifndef HOSTS_PROGRESS_H
#define HOSTS_PROGRESS_H

#include "r2nn/base.h"

/* Show how far the work has come: what is being done and the share done, 0..1. A share that falls starts a new piece of work. Draws
 * at most ten times a second, nothing with --quiet or without a terminal. Any thread. */
void progress_show(const char *what, double share);

/* Take the bar away; it comes back with the next progress_show(). Any thread. */
void progress_hide(void);

/* Take the bar away: the work is done. */
void progress_end(void);

/* Seconds of a clock that only runs forward. Any thread. */
double progress_clock(void);

#endif
