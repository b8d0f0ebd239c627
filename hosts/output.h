/* Writes results whole or not at all, even if the power fails: into a temporary file of the same folder, which is brought to the
 * disk before it gets its name; then the name is. */
#ifndef HOSTS_OUTPUT_H
#define HOSTS_OUTPUT_H

#include "r2nn/base.h"

#include <stdio.h>

typedef struct output {
  FILE *stream;     /* write here */
  const char *name; /* what the user called it, for messages */
  bool force;       /* overwrite what is there */
  char *target;     /* owned; NULL when stream is stdout or a device */
  char *temporary;  /* owned; NULL likewise */
  int place;        /* of temporary, where a signal handler finds it */
} output;

/* Begin. path NULL or "-" means stdout; a device or a pipe is written as it is. An existing file is refused unless force; so is a
 * folder that cannot be written, before any work is done. Two outputs at a time may have a temporary file. Main thread. */
r2nn_status output_open(output *self, const char *path, bool force, r2nn_error *error);

/* Whether path is the file that is read as well: writing it would lose that. Says so. */
bool output_is_input(const char *path, const char *input, r2nn_error *error);

/* Make sure that the names in the folder of path last through a power cut; where a folder cannot do that, nothing. 0, or -1 with
 * errno. */
int output_settle_folder(const char *path);

/* All is written: give it its name. On failure (a full disk) what was there before stays as it was. Ends the output. */
r2nn_status output_commit(output *self, r2nn_error *error);

/* Leave no trace. Harmless after output_commit(). */
void output_discard(output *self);

/* Remove the temporary files of the running outputs, if any; a signal handler may call it. */
void output_remove_temporary(void);

#endif
