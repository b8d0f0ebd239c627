/* Finds and reads part models. */
#include "parts_file.h"

#include "text_file.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_TEXT ((size_t)1 << 20) /* bytes of a part model */

static const char *const dirs[] = {R2NN_PARTS_DIR, R2NN_SOURCE_PARTS_DIR};
enum { N_DIRS = sizeof dirs / sizeof *dirs };

/* What there is to choose from, "NE5532, TL074". */
static void list_known(char *text, size_t size) {
  for (int i = 0; i < N_DIRS; i++) {
    struct dirent **entries;
    int n = scandir(dirs[i], &entries, NULL, alphasort);
    for (int k = 0; k < n; k++) {
      size_t length = strlen(entries[k]->d_name), used = strlen(text);
      if (length > 5 && strcmp(entries[k]->d_name + length - 5, ".json") == 0 && used + length + 2 < size)
        snprintf(text + used, size - used, ", %.*s", (int)length - 5, entries[k]->d_name);
      free(entries[k]);
    }
    if (n >= 0) free(entries);
    if (n > 2) return;
  }
}

r2nn_status parts_file_read(const char *option, const char *name, r2nn_part_model *parts, r2nn_error *error) {
  char path[PATH_MAX], known[256] = "ideal", *text;
  size_t size;
  *parts = r2nn_part_model_ideal();
  if (strcmp(name, "ideal") == 0) return R2NN_OK;
  bool found = strchr(name, '/') || strchr(name, '.');
  if (found) snprintf(path, sizeof path, "%s", name);
  for (int i = 0; i < N_DIRS && !found; i++) {
    snprintf(path, sizeof path, "%s/%s.json", dirs[i], name);
    found = access(path, F_OK) == 0;
  }
  if (!found) {
    list_known(known, sizeof known);
    return r2nn_fail(error, R2NN_BAD_ARGUMENT,
                     "%s: \"%.60s\" is not known; there are %s; a file of yours needs its ending or a "
                     "slash",
                     option, name, known);
  }
  r2nn_status status = text_file_read(path, MAX_TEXT, &text, &size, error);
  if (status != R2NN_OK) return status;
  r2nn_error reason = {""};
  status = r2nn_part_model_parse(text, size, parts, &reason);
  free(text);
  return status == R2NN_OK ? status : r2nn_fail(error, status, "%s: %s", path, reason.text);
}
