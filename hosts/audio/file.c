/* Reads sound files of any kind, by libsndfile. */
#include "audio/file.h"

#include "r2nn/engine.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct audio_file {
  SNDFILE *sound;
  const channel_list *channels;
  audio_info info;
  float *frames; /* [AUDIO_BLOCK][n_in_file]; NULL when all channels are read as they are */
  uint64_t n_read, n_not_finite;
  double bytes_promised, bytes_there; /* 0: the header and the file's size agree */
  bool endless;                       /* the header of a pipe does not know the length */
};

/* Read the number behind the first colon of a line that begins, blanks aside, with name and a colon. */
static bool log_number(const char *line, const char *name, double *number) {
  line += strspn(line, " ");
  size_t length = strlen(name);
  if (strncmp(line, name, length) != 0) return false;
  line += length + strspn(line + length, " ");
  return *line == ':' && sscanf(line + 1, "%lf", number) == 1;
}

/* libsndfile clips the number of frames to what is there; its log still tells what the header of a WAV, AIFF, AU or W64 file
 * promised. A program that writes to a pipe promises 2 GB or more: that means nothing. */
static void find_truncation(audio_file *file) {
  static const char *const names[] = {"data", "SSND", "Data Size"};
  char log[16384] = "";
  double size = 0, promised = 0, there = 0;
  sf_command(file->sound, SFC_GET_LOG_INFO, log, sizeof log);
  for (char *rest = log, *line; (line = strsep(&rest, "\n"));) {
    log_number(line, "Length", &size);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
      if (log_number(line, names[i], &promised)) {
        const char *should = strstr(line, "(should be ");
        if (!should || sscanf(should, "(should be %lf", &there) != 1) there = size < promised ? size : promised;
      }
  }
  file->endless = size <= 0 && promised >= 0x7ffff000;
  if (size > 0 && promised > there && promised < 0x7ffff000) {
    file->bytes_promised = promised;
    file->bytes_there = there;
  }
}

/* What can be said before libsndfile has a look. */
static r2nn_status check_path(const char *path, r2nn_error *error) {
  struct stat info;
  if (stat(path, &info) != 0) return r2nn_fail(error, R2NN_BAD_DATA, "%s", strerror(errno));
  if (S_ISDIR(info.st_mode)) return r2nn_fail(error, R2NN_BAD_DATA, "is a folder, not a sound file");
  if (S_ISREG(info.st_mode) && info.st_size == 0) return r2nn_fail(error, R2NN_BAD_DATA, "is empty (0 bytes)");
  if (access(path, R_OK) != 0) return r2nn_fail(error, R2NN_BAD_DATA, "%s", strerror(errno));
  return R2NN_OK;
}

static r2nn_status fill_info(audio_file *file, const SF_INFO *from, r2nn_error *error) {
  audio_info *info = &file->info;
  info->rate_hz = from->samplerate;
  info->n_in_file = (uint32_t)from->channels;
  info->n_channels = file->channels ? file->channels->n_channels : info->n_in_file;
  bool known =
      !file->endless && from->frames > 0 && from->frames < INT64_MAX / 65536; /* some formats answer the largest number they have */
  info->n_frames = known ? (uint64_t)from->frames : 0;
  if (from->samplerate < R2NN_RATE_MIN || from->samplerate > R2NN_RATE_MAX)
    return r2nn_fail(error, R2NN_BAD_DATA, "its rate, %d Hz, is not between %g and %g Hz", from->samplerate, R2NN_RATE_MIN,
                     R2NN_RATE_MAX);
  if (info->n_channels > R2NN_MAX_CHANNELS)
    return r2nn_fail(error, R2NN_BAD_DATA, "has %u channels; at most %u can be used", info->n_channels, R2NN_MAX_CHANNELS);
  for (uint32_t i = 0; file->channels && i < file->channels->n_channels; i++)
    if (file->channels->channels[i] >= info->n_in_file)
      return r2nn_fail(error, R2NN_BAD_DATA, "has %u channel%s; --channel asks for number %u", info->n_in_file,
                       info->n_in_file == 1 ? "" : "s", file->channels->channels[i] + 1);
  if (from->frames == 0 && file->bytes_promised > 0)
    return r2nn_fail(error, R2NN_BAD_DATA, "is truncated right after its header: no sound is left");
  if (from->frames == 0 && from->seekable) return r2nn_fail(error, R2NN_BAD_DATA, "holds no sound (0 frames)");
  return R2NN_OK;
}

bool audio_is_file(const char *path, r2nn_error *error) {
  struct stat info;
  bool is_stdin = strcmp(path, "-") == 0;
  if (!is_stdin && (stat(path, &info) != 0 || S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))) return true;
  r2nn_fail(error, R2NN_BAD_DATA, "is a pipe or a device; a data set needs files");
  return false;
}

r2nn_status audio_open(const char *path, const channel_list *channels, audio_file **file, audio_info *info, r2nn_error *error) {
  bool is_stdin = strcmp(path, "-") == 0;
  r2nn_status status = is_stdin ? R2NN_OK : check_path(path, error);
  if (status != R2NN_OK) return status;
  audio_file *self = *file = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->channels = channels && channels->n_channels ? channels : NULL;

  SF_INFO found = {0};
  self->sound = is_stdin ? sf_open_fd(STDIN_FILENO, SFM_READ, &found, SF_FALSE) : sf_open(path, SFM_READ, &found);
  if (!self->sound) {
    const char *reason = sf_strerror(NULL);
    int length = (int)strlen(reason) - (strlen(reason) > 0 && reason[strlen(reason) - 1] == '.');
    status = r2nn_fail(error, R2NN_BAD_DATA, "is not a sound file that can be read (%.*s)", length, reason);
  } else {
    find_truncation(self);
    status = fill_info(self, &found, error);
  }
  if (status == R2NN_OK && self->channels) {
    self->frames = malloc((size_t)AUDIO_BLOCK * self->info.n_in_file * sizeof *self->frames);
    if (!self->frames) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  *info = self->info;
  if (status == R2NN_OK) return status;
  audio_close(self);
  *file = NULL;
  return status;
}

uint32_t audio_read(audio_file *file, float *out, uint32_t n_frames) {
  uint32_t n_wanted = n_frames < AUDIO_BLOCK ? n_frames : AUDIO_BLOCK, n_channels = file->info.n_channels;
  sf_count_t got = sf_readf_float(file->sound, file->frames ? file->frames : out, n_wanted);
  uint32_t n = got > 0 ? (uint32_t)got : 0;
  if (file->frames)
    for (uint32_t t = 0; t < n; t++)
      for (uint32_t i = 0; i < n_channels; i++)
        out[t * n_channels + i] = file->frames[t * file->info.n_in_file + file->channels->channels[i]];
  size_t n_values = (size_t)n * n_channels;
  uint32_t n_not_finite = 0;
  for (size_t i = 0; i < n_values; i++) n_not_finite += !(fabsf(out[i]) <= FLT_MAX);
  for (size_t i = 0; i < n_values && n_not_finite; i++)
    if (!isfinite(out[i])) out[i] = 0;
  file->n_not_finite += n_not_finite;
  file->n_read += n;
  return n;
}

r2nn_status audio_verdict(const audio_file *file, char *remark, size_t size, r2nn_error *error) {
  const audio_info *info = &file->info;
  const char *reason = sf_error(file->sound) == SF_ERR_NO_ERROR ? "the file ends early" : sf_strerror(file->sound);
  remark[0] = '\0';
  if (file->n_read == 0) return r2nn_fail(error, R2NN_BAD_DATA, "no sound can be read from it (%s)", reason);
  if (file->n_not_finite == file->n_read * info->n_channels) return r2nn_fail(error, R2NN_BAD_DATA, "holds not one finite sample");
  double read_s = (double)file->n_read / info->rate_hz;
  if (file->bytes_promised > 0)
    snprintf(remark, size, "truncated: its header promises %.0f bytes of sound, %.0f are there; used up to where it ends, %.3f s",
             file->bytes_promised, file->bytes_there, read_s);
  else if (file->n_read < info->n_frames)
    snprintf(remark, size, "truncated: %.3f of %.3f s can be read (%s); used up to where it ends", read_s,
             (double)info->n_frames / info->rate_hz, reason);
  size_t used = strlen(remark);
  if (file->n_not_finite)
    snprintf(remark + used, size - used, "%s%llu sample%s not finite and count%s as 0", used ? "; " : "",
             (unsigned long long)file->n_not_finite, file->n_not_finite == 1 ? " is" : "s are", file->n_not_finite == 1 ? "s" : "");
  return R2NN_OK;
}

void audio_close(audio_file *file) {
  if (!file) return;
  if (file->sound) sf_close(file->sound);
  free(file->frames);
  free(file);
}
