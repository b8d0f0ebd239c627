/* Finds, reads and writes model files. */
#ifndef HOSTS_MODEL_FILE_H
#define HOSTS_MODEL_FILE_H

#include "output.h"
#include "r2nn/model.h"

/* Read the model that the user calls name: a path, or, without a slash or an ending, a preset (installed ones first, then the
 * source tree's). The error begins with the file's name. */
r2nn_status model_file_read(const char *name, r2nn_model **model, r2nn_error *error);

/* The names of all presets, in order, malloc'ed [*n_names]: the caller frees each and the list. NULL if memory is short. */
char **model_file_presets(uint32_t *n_names);

/* Write the model's text and commit the output. */
r2nn_status model_file_write(const r2nn_model *model, output *to, r2nn_error *error);

#endif
