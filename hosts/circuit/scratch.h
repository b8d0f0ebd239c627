/* A folder of the system's temporary ones, for the time of a run. */
#ifndef HOSTS_CIRCUIT_SCRATCH_H
#define HOSTS_CIRCUIT_SCRATCH_H

#include "r2nn/base.h"

#define SCRATCH_SIZE 512u /* bytes of a path */

/* Make an empty folder; under $TMPDIR, or /tmp. R2NN_BAD_ARGUMENT. Any thread. */
r2nn_status scratch_make(char path[SCRATCH_SIZE], r2nn_error *error);

/* Remove a folder and the files in it. */
void scratch_remove(const char *path);

#endif
