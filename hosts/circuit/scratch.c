/* A folder of the system's temporary ones, for the time of a run. */
#include "circuit/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

r2nn_status scratch_make(char path[SCRATCH_SIZE], r2nn_error *error) {
  const char *place = getenv("TMPDIR");
  if (!place || !place[0]) place = "/tmp";
  if (snprintf(path, SCRATCH_SIZE, "%s/r2nn-XXXXXX", place) < (int)SCRATCH_SIZE && mkdtemp(path)) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: no temporary folder can be made there: %s", place, strerror(errno));
}

void scratch_remove(const char *path) {
  DIR *folder = opendir(path);
  if (!folder) return;
  for (const struct dirent *entry; (entry = readdir(folder));)
    if (entry->d_name[0] != '.') unlinkat(dirfd(folder), entry->d_name, 0);
  closedir(folder);
  rmdir(path);
}
