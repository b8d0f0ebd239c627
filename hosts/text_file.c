/* Reads a whole text file into memory. */
#include "text_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static r2nn_status read_stream(FILE *file, const char *path, size_t max_size, char **text, size_t *size, r2nn_error *error) {
  size_t room = 1u << 16;
  for (;;) {
    char *grown = realloc(*text, room);
    if (!grown) return r2nn_fail(error, R2NN_NO_MEMORY, "%s: out of memory", path);
    *text = grown;
    *size += fread(*text + *size, 1, room - 1 - *size, file);
    if (ferror(file)) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: %s", path, strerror(errno));
    if (*size > max_size)
      return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: larger than such a file may be, %zu MB", path, max_size >> 20);
    if (*size < room - 1) break;
    room *= 2;
  }
  (*text)[*size] = '\0';
  return R2NN_OK;
}

r2nn_status text_file_read(const char *path, size_t max_size, char **text, size_t *size, r2nn_error *error) {
  *text = NULL;
  *size = 0;
  FILE *file = fopen(path, "rbe");
  if (!file) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: %s", path, strerror(errno));
  r2nn_status status = read_stream(file, path, max_size, text, size, error);
  fclose(file);
  if (status != R2NN_OK) {
    free(*text);
    *text = NULL;
  }
  return status;
}
