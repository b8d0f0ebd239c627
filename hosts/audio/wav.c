/* Writes sound as a WAV file of floats or as FLAC, by libsndfile. */
#include "audio/wav.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

static r2nn_status write_sound(const output *to, int format, const float *in, uint32_t n_frames, uint32_t n_channels,
                               double rate_hz, r2nn_error *error) {
  SF_INFO info = {.samplerate = (int)lround(rate_hz), .channels = (int)n_channels, .format = format};
  int fd = dup(fileno(to->stream));
  SNDFILE *file = fd < 0 ? NULL : sf_open_fd(fd, SFM_WRITE, &info, SF_TRUE);
  if (file) sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE); /* it holds the time: the same is to be the same file */
  errno = 0;
  bool good = file && sf_writef_float(file, in, n_frames) == (sf_count_t)n_frames;
  if (file && sf_close(file) != 0) good = false;
  int reason = errno; /* sf_close() writes the header once more, and says nothing where that fails */
  if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG || reason == EIO) good = false;
  if (good) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%s: cannot write: %s", to->name, reason ? strerror(reason) : sf_strerror(NULL));
}

r2nn_status wav_write(const output *to, const float *in, uint32_t n_frames, uint32_t n_channels, double rate_hz,
                      r2nn_error *error) {
  return write_sound(to, SF_FORMAT_WAV | SF_FORMAT_FLOAT, in, n_frames, n_channels, rate_hz, error);
}

r2nn_status flac_write(const output *to, const float *in, uint32_t n_frames, uint32_t n_channels, double rate_hz,
                       r2nn_error *error) {
  return write_sound(to, SF_FORMAT_FLAC | SF_FORMAT_PCM_24, in, n_frames, n_channels, rate_hz, error);
}
