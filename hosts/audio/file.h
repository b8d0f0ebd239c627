/* Reads sound files of any kind, block by block: never more than a block in memory. */
#ifndef HOSTS_AUDIO_FILE_H
#define HOSTS_AUDIO_FILE_H

#include "audio/channels.h"

#define AUDIO_BLOCK 4096u /* frames; the most one audio_read() gives */

typedef struct audio_file audio_file;

typedef struct audio_info {
  double rate_hz;      /* R2NN_RATE_MIN .. R2NN_RATE_MAX */
  uint32_t n_channels; /* that audio_read() gives: those chosen */
  uint32_t n_in_file;
  uint64_t n_frames; /* as the header says; 0 = unknown */
} audio_info;

/* Open a file, or standard input by "-". channels: those to read, or NULL for all; must live as long as the file. The error says
 * what is wrong but not which file. R2NN_BAD_DATA, R2NN_NO_MEMORY. One thread a file. */
r2nn_status audio_open(const char *path, const channel_list *channels, audio_file **file, audio_info *info, r2nn_error *error);

/* Whether a data set may name it: pipes and devices, "-" too, would make it wait or be gone when it is read again. What is not
 * there passes: audio_open() tells of it. */
bool audio_is_file(const char *path, r2nn_error *error);

/* The next frames, at most AUDIO_BLOCK: out is [n_frames][n_channels] interleaved, volts (full scale is 1 V). 0 at the end. A
 * sample that is not finite comes out as 0. */
uint32_t audio_read(audio_file *file, float *out, uint32_t n_frames);

/* After the last audio_read(): did it go well? remark becomes "" or one line on what was odd but survived: a file that ends before
 * its header says so, samples that are not finite. R2NN_BAD_DATA if there was no sound at all. */
r2nn_status audio_verdict(const audio_file *file, char *remark, size_t size, r2nn_error *error);

void audio_close(audio_file *file);

#endif
