/* Loads a data set's recordings into memory. */
#include "data/load.h"

#include "audio/file.h"
#include "data/findings.h"
#include "progress.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct loading {
  const data_list *list;
  const channel_list *channels;
  findings found;
  r2nn_clip *clips;     /* [n_entries] as in the list; samples NULL where it failed */
  uint32_t *n_channels; /* [n_entries] */
  atomic_uint n_done;
} loading;

/* Read all samples, the array growing as they come: a header's length is not to be trusted with memory. */
static r2nn_status read_samples(audio_file *file, const audio_info *info, r2nn_clip *clip, r2nn_error *error) {
  const uint64_t first_guess = 1u << 22; /* frames */
  uint64_t room = (info->n_frames && info->n_frames < first_guess ? info->n_frames : first_guess / 8) + AUDIO_BLOCK;
  for (uint32_t n = 1; n > 0;) {
    if (!clip->samples || clip->n_frames + AUDIO_BLOCK > room) {
      if (clip->samples) room *= 2;
      float *grown = realloc(clip->samples, room * info->n_channels * sizeof *grown);
      if (!grown) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
      clip->samples = grown;
    }
    n = audio_read(file, clip->samples + clip->n_frames * info->n_channels, AUDIO_BLOCK);
    clip->n_frames += n;
  }
  float *fitted = clip->n_frames ? realloc(clip->samples, clip->n_frames * info->n_channels * sizeof *fitted) : NULL;
  if (fitted) clip->samples = fitted;
  return R2NN_OK;
}

static void load_one(void *argument, uint32_t index) {
  loading *self = argument;
  const data_entry *entry = &self->list->entries[index];
  r2nn_clip *clip = &self->clips[index];
  audio_file *file = NULL;
  audio_info info;
  r2nn_error error = {""};
  char remark[256] = "";
  r2nn_status status = audio_is_file(entry->path, &error) ? R2NN_OK : R2NN_BAD_DATA;
  if (status == R2NN_OK) status = audio_open(entry->path, self->channels, &file, &info, &error);
  if (status == R2NN_OK) status = read_samples(file, &info, clip, &error);
  if (status == R2NN_OK) status = audio_verdict(file, remark, sizeof remark, &error);
  if (status == R2NN_OK) {
    clip->rate_hz = info.rate_hz;
    clip->label = entry->label_index;
    clip->group = entry->group_index;
    clip->split = entry->split;
    self->n_channels[index] = info.n_channels;
    findings_remark(&self->found, index, remark);
  } else {
    findings_bad(&self->found, index, error.text);
    free(clip->samples);
    clip->samples = NULL;
  }
  audio_close(file);
  progress_show("reading recordings", (double)(atomic_fetch_add(&self->n_done, 1) + 1) / self->list->n_entries);
}

/* All recordings must have the same number of channels: that of the first. */
static void check_channels(loading *self, uint32_t *n_channels) {
  *n_channels = 0;
  for (uint32_t i = 0; i < self->list->n_entries; i++) {
    if (!self->clips[i].samples) continue;
    if (*n_channels == 0) *n_channels = self->n_channels[i];
    if (self->n_channels[i] == *n_channels) continue;
    r2nn_error error = {""};
    channels_mismatch(self->channels, self->n_channels[i], *n_channels, "the first file has", &error);
    findings_bad(&self->found, i, error.text);
    free(self->clips[i].samples);
    self->clips[i].samples = NULL;
  }
}

static void free_names(char **names, uint32_t n) {
  for (uint32_t i = 0; names && i < n; i++) free(names[i]);
  free(names);
}

/* A deep copy of names, or NULL; free it with free_names(). */
static char **copy_names(char *const *names, uint32_t n) {
  char **copy = calloc((size_t)n + 1, sizeof *copy);
  for (uint32_t i = 0; copy && i < n; i++)
    if (!(copy[i] = strdup(names[i]))) {
      free_names(copy, n);
      return NULL;
    }
  return copy;
}

/* Make the data set of the clips that were read; those belong to it from here on. */
static r2nn_status gather(loading *self, uint32_t n_channels, r2nn_dataset *dataset, r2nn_error *error) {
  const data_list *list = self->list;
  *dataset = (r2nn_dataset){
      .n_channels = n_channels, .n_classes = list->n_classes, .n_groups = list->n_groups, .has_groups = list->has_groups};
  dataset->classes = copy_names(list->classes, list->n_classes);
  dataset->groups = copy_names(list->groups, list->n_groups);
  if (!dataset->classes || !dataset->groups) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  dataset->clips = self->clips;
  self->clips = NULL;
  for (uint32_t i = 0; i < list->n_entries; i++)
    if (dataset->clips[i].samples) dataset->clips[dataset->n_clips++] = dataset->clips[i];
  return R2NN_OK;
}

r2nn_status load_dataset(const data_list *list, const channel_list *channels, bool skip_bad, const r2nn_workers *workers,
                         r2nn_dataset *dataset, r2nn_error *error) {
  loading self = {.list = list, .channels = channels};
  uint32_t n_channels;
  *dataset = (r2nn_dataset){0};
  self.clips = calloc(list->n_entries, sizeof *self.clips);
  self.n_channels = calloc(list->n_entries, sizeof *self.n_channels);
  r2nn_status status = findings_begin(&self.found, list, error);
  if (status == R2NN_OK && (!self.clips || !self.n_channels)) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) {
    r2nn_workers_run(workers, list->n_entries, load_one, &self);
    progress_end();
    check_channels(&self, &n_channels);
    status = findings_tell(&self.found, skip_bad, error);
  }
  if (status == R2NN_OK) status = gather(&self, n_channels, dataset, error);
  for (uint32_t i = 0; self.clips && i < list->n_entries; i++) free(self.clips[i].samples);
  if (status != R2NN_OK) load_free(dataset);
  findings_free(&self.found);
  free(self.clips);
  free(self.n_channels);
  return status;
}

void load_free(r2nn_dataset *dataset) {
  for (uint32_t i = 0; i < dataset->n_clips; i++) free(dataset->clips[i].samples);
  free_names(dataset->classes, dataset->n_classes);
  free_names(dataset->groups, dataset->n_groups);
  free(dataset->clips);
  *dataset = (r2nn_dataset){0};
}
