/* A folder of labelled clips. */
#include "clips/folder.h"

#include "audio/wav.h"
#include "output.h"
#include "parse.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 9999999 };

static r2nn_status make_folder(const char *path, r2nn_error *error) {
  struct stat info;
  if (mkdir(path, 0777) == 0) return R2NN_OK;
  if (errno == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: cannot be made a folder: %s", path, strerror(errno));
}

/* "0012.wav" is 12; anything else 0. */
static uint32_t number_of(const char *name) {
  char *end;
  unsigned long number = name[0] >= '0' && name[0] <= '9' ? strtoul(name, &end, 10) : 0;
  return number <= MOST && number && *end == '.' ? (uint32_t)number : 0;
}

r2nn_status clips_open(clips_folder *self, const char *root, const char *label, r2nn_error *error) {
  *self = (clips_folder){.root = root, .label = label};
  if (!parse_is_name(label) || strchr(label, '/') || label[0] == '.')
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "--label: must be a name for a folder, is \"%.100s\"", label);
  if ((size_t)snprintf(self->path, sizeof self->path, "%s/%s", root, label) >= sizeof self->path - 32)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%.100s: the name is too long", root);
  r2nn_status status = make_folder(root, error);
  if (status == R2NN_OK) status = make_folder(self->path, error);
  if (status != R2NN_OK) return status;
  DIR *folder = opendir(self->path);
  if (!folder) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: cannot be read: %s", self->path, strerror(errno));
  for (const struct dirent *entry; (entry = readdir(folder));) {
    uint32_t number = number_of(entry->d_name);
    if (number > self->n_last) self->n_last = number;
  }
  closedir(folder);
  return R2NN_OK;
}

r2nn_status clips_add(clips_folder *self, const float *in, uint32_t n_frames, uint32_t n_channels, double rate_hz, char *name,
                      size_t size, r2nn_error *error) {
  output to = {0};
  r2nn_status status;
  do { /* another program may have taken the number */
    snprintf(name, size, "%s/%04u.wav", self->path, ++self->n_last);
    status = access(name, F_OK) == 0 ? R2NN_BAD_ARGUMENT : output_open(&to, name, false, error);
  } while (status != R2NN_OK && access(name, F_OK) == 0 && self->n_last < MOST);
  if (status == R2NN_OK) status = wav_write(&to, in, n_frames, n_channels, rate_hz, error);
  if (status == R2NN_OK) status = output_commit(&to, error);
  output_discard(&to);
  return status;
}
