/* Reads lists of trimmers, trims.csv of r2nn circuit. */
#ifndef HOSTS_HARDWARE_TRIMS_FILE_H
#define HOSTS_HARDWARE_TRIMS_FILE_H

#include "r2nn/trim.h"

/* Read a list of trimmers for a first stage; *trims is malloc'ed. The error begins with the file's name and line.
 * R2NN_BAD_ARGUMENT, R2NN_BAD_DATA, R2NN_NO_MEMORY. */
r2nn_status trims_file_read(const char *path, const r2nn_stage *stage, r2nn_trim **trims, uint32_t *n_trims, r2nn_error *error);

#endif
