/* A folder of results that is written whole or not at all. */
#include "circuit/folder.h"

#include "circuit/scratch.h"
#include "output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static r2nn_status fail_errno(const char *what, r2nn_error *error) {
  return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: %s", what, strerror(errno));
}

r2nn_status result_folder_open(result_folder *self, const char *target, bool force, r2nn_error *error) {
  struct stat info;
  *self = (result_folder){.target = target, .force = force};
  size_t length = strlen(target);
  while (length > 1 && target[length - 1] == '/') length--;
  if (length == 0) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "the output's name is empty");
  bool exists = stat(target, &info) == 0;
  if (exists && !S_ISDIR(info.st_mode)) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: is a file; a folder is wanted", target);
  if (exists && !force) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: exists; -f overwrites what is in it", target);
  if (exists && access(target, W_OK | X_OK) != 0) return fail_errno(target, error);
  if (asprintf(&self->temporary, "%.*s.XXXXXX", (int)length, target) < 0) self->temporary = NULL;
  if (!self->temporary) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  sigset_t all, before; /* no signal between the folder and the note of it */
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  bool is_made = mkdtemp(self->temporary) != NULL;
  int reason = errno;
  if (is_made) scratch_note(self->temporary);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = reason;
  if (is_made) {
    mode_t mask = umask(0);
    umask(mask);
    chmod(self->temporary, 0777 & ~mask);
    return R2NN_OK;
  }
  r2nn_status status = fail_errno(target, error);
  free(self->temporary);
  self->temporary = NULL;
  return status;
}

r2nn_status result_folder_file(const result_folder *self, const char *name, output *file, r2nn_error *error) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", self->temporary, name);
  r2nn_status status = output_open(file, path, false, error);
  if (status == R2NN_OK) file->name = name; /* the path is gone when a message needs it */
  return status;
}

r2nn_status result_folder_text(const result_folder *self, const char *name, char *text, r2nn_error *error) {
  output out = {0};
  if (!text) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  r2nn_status status = result_folder_file(self, name, &out, error);
  if (status == R2NN_OK) {
    fputs(text, out.stream);
    status = output_commit(&out, error);
  }
  output_discard(&out);
  free(text);
  return status;
}

/* Every file into the folder that is there. */
static r2nn_status move_files(result_folder *self, r2nn_error *error) {
  DIR *from = opendir(self->temporary);
  int to = open(self->target, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
  r2nn_status status = from && to >= 0 ? R2NN_OK : fail_errno(self->target, error);
  for (const struct dirent *entry; status == R2NN_OK && (entry = readdir(from));)
    if (entry->d_name[0] != '.' && renameat(dirfd(from), entry->d_name, to, entry->d_name) != 0)
      status = fail_errno(self->target, error);
  if (status == R2NN_OK && fsync(to) != 0 && errno == EIO) status = fail_errno(self->target, error);
  if (from) closedir(from);
  if (to >= 0) close(to);
  return status;
}

r2nn_status result_folder_commit(result_folder *self, r2nn_error *error) {
  struct stat info;
  r2nn_status status = R2NN_OK;
  if (self->force && stat(self->target, &info) == 0)
    status = move_files(self, error);
  else if (rename(self->temporary, self->target) != 0)
    status = fail_errno(self->target, error);
  else {
    scratch_forget(self->temporary);
    if (output_settle_folder(self->temporary) != 0) status = fail_errno(self->target, error);
  }
  result_folder_discard(self);
  return status;
}

void result_folder_discard(result_folder *self) {
  if (self->temporary) scratch_remove(self->temporary);
  free(self->temporary);
  self->temporary = NULL;
}
