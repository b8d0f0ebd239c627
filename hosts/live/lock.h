/* Keeps the program's memory where it is. */
#ifndef HOSTS_LIVE_LOCK_H
#define HOSTS_LIVE_LOCK_H

#include "r2nn/base.h"

/* From now on no page of the program, nor of what it will take, is written out or first met while the audio thread runs.
 * R2NN_BAD_ARGUMENT: the system does not allow as much; says what would. Main thread. */
r2nn_status live_lock_memory(r2nn_error *error);

#endif
