/* A folder of labelled clips, DIR/NAME/0001.wav and so on: what r2nn train reads. */
#ifndef HOSTS_CLIPS_FOLDER_H
#define HOSTS_CLIPS_FOLDER_H

#include "r2nn/base.h"

typedef struct clips_folder {
  const char *root, *label;
  char path[4096]; /* of the folder root/label */
  uint32_t n_last; /* the highest number in it */
} clips_folder;

/* Make it if it is not there, and look where its numbering stands. */
r2nn_status clips_open(clips_folder *self, const char *root, const char *label, r2nn_error *error);

/* Write a clip whole or not at all, under the next number, in single precision: in is [n_frames][n_channels], volts. name becomes
 * its path. */
r2nn_status clips_add(clips_folder *self, const float *in, uint32_t n_frames, uint32_t n_channels, double rate_hz, char *name,
                      size_t size, r2nn_error *error);

#endif
