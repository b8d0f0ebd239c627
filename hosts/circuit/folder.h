/* A folder of results that is written whole or not at all. */
#ifndef HOSTS_CIRCUIT_FOLDER_H
#define HOSTS_CIRCUIT_FOLDER_H

#include "output.h"

typedef struct result_folder {
  const char *target;
  char *temporary; /* owned; write into this one */
  bool force;
} result_folder;

/* Begin: a temporary folder beside target. One that exists is refused unless force. R2NN_BAD_ARGUMENT. Main thread. */
r2nn_status result_folder_open(result_folder *self, const char *target, bool force, r2nn_error *error);

/* Open a file of it; the caller commits or discards it, and keeps name until then. */
r2nn_status result_folder_file(const result_folder *self, const char *name, output *file, r2nn_error *error);

/* Write a text, which is freed; NULL is memory that ran out. */
r2nn_status result_folder_text(const result_folder *self, const char *name, char *text, r2nn_error *error);

/* All is written: give it its name. Into a folder that exists every file is moved alone; what else is there stays. */
r2nn_status result_folder_commit(result_folder *self, r2nn_error *error);

/* Leave no trace; harmless after a commit. */
void result_folder_discard(result_folder *self);

#endif
