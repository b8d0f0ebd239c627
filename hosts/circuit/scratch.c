/* Folders that are there for the time of a run; a signal that ends the program takes them away. */
#include "circuit/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As many as may be there at once; more are not noted. */
enum { MOST_NOTED = 300 };
static char noted[MOST_NOTED][SCRATCH_SIZE];
static volatile sig_atomic_t is_noted[MOST_NOTED];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void scratch_note(const char *path) {
  if (strlen(path) >= SCRATCH_SIZE) return;
  pthread_mutex_lock(&lock);
  int place = 0;
  while (place < MOST_NOTED && is_noted[place]) place++;
  if (place < MOST_NOTED) {
    strcpy(noted[place], path);
    is_noted[place] = 1;
  }
  pthread_mutex_unlock(&lock);
}

void scratch_forget(const char *path) {
  pthread_mutex_lock(&lock);
  for (int place = 0; place < MOST_NOTED; place++)
    if (is_noted[place] && strcmp(noted[place], path) == 0) is_noted[place] = 0;
  pthread_mutex_unlock(&lock);
}

r2nn_status scratch_make(char path[SCRATCH_SIZE], r2nn_error *error) {
  const char *place = getenv("TMPDIR");
  if (!place || !place[0]) place = "/tmp";
  if (snprintf(path, SCRATCH_SIZE, "%s/r2nn-XXXXXX", place) >= (int)SCRATCH_SIZE || !mkdtemp(path))
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%.400s: no temporary folder can be made there: %s", place, strerror(errno));
  scratch_note(path);
  return R2NN_OK;
}

r2nn_status scratch_write(const char *folder, const char *name, const char *text, r2nn_error *error) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "we");
  if (!file) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: %s", path, strerror(errno));
  fputs(text, file);
  bool failed = ferror(file);
  if (fclose(file) != 0 || failed) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: cannot be written: the disk may be full", path);
  return R2NN_OK;
}

void scratch_remove(const char *path) {
  DIR *folder = opendir(path);
  if (folder) {
    for (const struct dirent *entry; (entry = readdir(folder));)
      if (entry->d_name[0] != '.') unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    rmdir(path);
  }
  scratch_forget(path);
}

void scratch_remove_all(void) {
  static const char *const names[] = {"net.cir",       "stimulus.txt", "result.txt", "response.txt",  "ngspice.log",
                                      "bom.csv",       "map.csv",      "README.md",  "schematic.svg", "stimulus.wav",
                                      "expected.wav",  "results.json", "rows.csv",   "table.csv",     "curves.csv",
                                      "transient.csv", "figure.svg",   "map.svg",    "transient.svg"};
  for (int place = 0; place < MOST_NOTED; place++) {
    if (!is_noted[place]) continue;
    int folder = open(noted[place], O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    for (size_t i = 0; folder >= 0 && i < sizeof names / sizeof *names; i++) unlinkat(folder, names[i], 0);
    if (folder >= 0) close(folder);
    rmdir(noted[place]);
  }
}
