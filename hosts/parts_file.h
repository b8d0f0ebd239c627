/* Finds and reads part models. */
#ifndef HOSTS_PARTS_FILE_H
#define HOSTS_PARTS_FILE_H

#include "r2nn/circuit.h"

/* Read the part model that the user calls name in an option ("--parts"): "ideal", a path, or, without a slash or an ending, one of
 * those that come with the program (installed ones first, then the source tree's). The error begins with the file's name. */
r2nn_status parts_file_read(const char *option, const char *name, r2nn_part_model *parts, r2nn_error *error);

#endif
