/* Reads a whole text file into memory. */
#ifndef HOSTS_TEXT_FILE_H
#define HOSTS_TEXT_FILE_H

#include "r2nn/base.h"

/* *text is malloc'ed and the caller's, with a zero byte behind its *size bytes. A text over max_size is refused. The error begins
 * with the path. R2NN_BAD_ARGUMENT, R2NN_NO_MEMORY. */
r2nn_status text_file_read(const char *path, size_t max_size, char **text, size_t *size, r2nn_error *error);

#endif
