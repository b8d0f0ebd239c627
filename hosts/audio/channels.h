/* Which channels of a recording are used. */
#ifndef HOSTS_AUDIO_CHANNELS_H
#define HOSTS_AUDIO_CHANNELS_H

#include "r2nn/model.h"

typedef struct channel_list {
  uint32_t n_channels;                  /* 0 = all */
  uint32_t channels[R2NN_MAX_CHANNELS]; /* [n_channels], from 0, each once */
} channel_list;

/* Read "1,3-4": channels as people count them, from 1. */
bool channels_parse(const char *name, const char *text, channel_list *list, r2nn_error *error);

/* Say that a recording has another number of channels than wanted, and what to do. wanted_by: "the model takes". R2NN_BAD_DATA. */
r2nn_status channels_mismatch(const channel_list *list, uint32_t n_file, uint32_t n_wanted, const char *wanted_by,
                              r2nn_error *error);

#endif
