/* Folders that are there for the time of a run; a signal that ends the program takes them away. */
#ifndef HOSTS_CIRCUIT_SCRATCH_H
#define HOSTS_CIRCUIT_SCRATCH_H

#include "r2nn/base.h"

#define SCRATCH_SIZE 512u /* bytes of a path */

/* Make an empty folder; under $TMPDIR, or /tmp. R2NN_BAD_ARGUMENT. Any thread. */
r2nn_status scratch_make(char path[SCRATCH_SIZE], r2nn_error *error);

/* Note a folder that was made elsewhere; it is forgotten when it is removed, or by itself. */
void scratch_note(const char *path);
void scratch_forget(const char *path);

/* Write a text into a folder. R2NN_BAD_ARGUMENT. */
r2nn_status scratch_write(const char *folder, const char *name, const char *text, r2nn_error *error);

/* Remove a folder and the files in it. */
void scratch_remove(const char *path);

/* Remove the folders that are there, with the files that the commands circuit and lab write; a signal handler may call it. */
void scratch_remove_all(void);

#endif
