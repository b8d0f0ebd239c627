/* Writes results whole or not at all. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The temporary files there may be, where a signal handler finds them. */
enum { MAX_OUTPUTS = 2 };
static char temporary_paths[MAX_OUTPUTS][PATH_MAX];
static volatile sig_atomic_t temporary_exists[MAX_OUTPUTS];

static void remove_temporary(int place) {
  if (!temporary_exists[place]) return;
  temporary_exists[place] = 0;
  unlink(temporary_paths[place]);
}

void output_remove_temporary(void) {
  for (int i = 0; i < MAX_OUTPUTS; i++) remove_temporary(i);
}

static r2nn_status fail_errno(const output *self, r2nn_error *error) {
  return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: cannot write: %s", self->name, strerror(errno));
}

static void forget(output *self) {
  free(self->target);
  free(self->temporary);
  *self = (output){0};
}

/* Open a temporary file beside the target, with the rights a new file would get. */
static r2nn_status open_temporary(output *self, r2nn_error *error) {
  if (asprintf(&self->temporary, "%s.XXXXXX", self->target) < 0) self->temporary = NULL;
  if (!self->temporary) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (self->place = 0; self->place < MAX_OUTPUTS - 1 && temporary_exists[self->place];) self->place++;
  if (strlen(self->temporary) >= PATH_MAX) {
    errno = ENAMETOOLONG;
    return fail_errno(self, error);
  }
  sigset_t all, before; /* no signal between the file and the note of it */
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  int fd = mkstemp(self->temporary), reason = errno;
  if (fd >= 0) strcpy(temporary_paths[self->place], self->temporary);
  temporary_exists[self->place] = fd >= 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = reason;
  if (fd < 0) return fail_errno(self, error);
  mode_t mask = umask(0);
  umask(mask);
  struct stat old;
  mode_t rights = stat(self->target, &old) == 0 ? old.st_mode & 07777 : 0666 & ~mask;
  if (fchmod(fd, rights) != 0 || !(self->stream = fdopen(fd, "w"))) {
    close(fd);
    remove_temporary(self->place);
    return fail_errno(self, error);
  }
  return R2NN_OK;
}

r2nn_status output_open(output *self, const char *path, bool force, r2nn_error *error) {
  if (!path || strcmp(path, "-") == 0) {
    *self = (output){.stream = stdout, .name = "standard output"};
    return R2NN_OK;
  }
  *self = (output){.name = path, .force = force};
  if (!path[0]) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "the output's name is empty");
  struct stat info;
  bool exists = stat(path, &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) {
    errno = EISDIR;
    return fail_errno(self, error);
  }
  if (exists && !S_ISREG(info.st_mode)) {
    self->stream = fopen(path, "w");
    return self->stream ? R2NN_OK : fail_errno(self, error);
  }
  if (exists && !force) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: exists; -f overwrites it", path);
  self->target = exists ? realpath(path, NULL) : strdup(path);
  r2nn_status status = self->target ? open_temporary(self, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status != R2NN_OK) forget(self);
  return status;
}

bool output_is_input(const char *path, const char *input, r2nn_error *error) {
  struct stat one, other;
  if (!path || stat(path, &one) != 0 || stat(input, &other) != 0) return false;
  if (!S_ISREG(one.st_mode) || one.st_dev != other.st_dev || one.st_ino != other.st_ino) return false;
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: is read as well; write somewhere else", path);
  return true;
}

int output_settle_folder(const char *path) {
  const char *slash = strrchr(path, '/');
  char folder[PATH_MAX];
  int length = snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : slash ? (int)(slash - path) : 1, slash ? path : ".");
  int fd = length < (int)sizeof folder ? open(folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return 0; /* one that may be written but not read */
  bool failed = fsync(fd) != 0 && (errno == EIO || errno == ENOSPC || errno == EDQUOT);
  int reason = errno;
  close(fd);
  errno = reason;
  return failed ? -1 : 0;
}

/* Rename; without force never over a file that has come into being meanwhile (on file systems without links it may be). */
static int rename_temporary(const output *self) {
  if (self->force) return rename(self->temporary, self->target);
  if (link(self->temporary, self->target) == 0) return unlink(self->temporary);
  return errno == EEXIST ? -1 : rename(self->temporary, self->target);
}

static int give_name(const output *self) {
  if (rename_temporary(self) != 0) return -1;
  return output_settle_folder(self->target);
}

r2nn_status output_commit(output *self, r2nn_error *error) {
  /* If an earlier write failed, its reason is what a disk says or is gone. */
  if (errno != ENOSPC && errno != EDQUOT && errno != EFBIG) errno = EIO;
  if (self->stream == stdout) {
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    r2nn_status status = written ? R2NN_OK : fail_errno(self, error);
    forget(self);
    return status;
  }
  bool written = fflush(self->stream) == 0 && !ferror(self->stream);
  if (written && self->temporary) written = fsync(fileno(self->stream)) == 0;
  int reason = errno;
  if (fclose(self->stream) != 0 && written) {
    written = false;
    reason = errno;
  }
  self->stream = NULL;
  if (written && self->temporary && give_name(self) != 0) {
    written = false;
    reason = errno;
  }
  if (written && self->temporary) temporary_exists[self->place] = 0;
  errno = reason;
  r2nn_status status = written ? R2NN_OK
                       : reason == EEXIST
                           ? r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: another program has written it meanwhile", self->name)
                           : fail_errno(self, error);
  output_discard(self);
  return status;
}

void output_discard(output *self) {
  if (self->stream && self->stream != stdout) fclose(self->stream);
  if (self->temporary) remove_temporary(self->place);
  forget(self);
}
