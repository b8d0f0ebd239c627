/* Checks of a data set, folds over groups and windows. */
#include "train/data.h"

#include "rt/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MIN_WINDOW    8   /* samples */
#define MOST_WINDOW_S 1e6 /* as the engine */

static r2nn_status no_memory(r2nn_error *error) {
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for the choice of clips");
}

r2nn_status r2nn_data_check_split(const r2nn_dataset *dataset, bool *shared, r2nn_error *error) {
  uint32_t n_test = 0, n_both = 0, both = 0;
  *shared = false;
  if (!dataset->has_groups) return R2NN_OK;
  uint8_t *seen = calloc(dataset->n_groups, 1);
  if (!seen) return no_memory(error);
  for (uint32_t i = 0; i < dataset->n_clips; i++) seen[dataset->clips[i].group] |= (uint8_t)(1u << dataset->clips[i].split);
  for (uint32_t g = dataset->n_groups; g-- > 0;) {
    bool train = seen[g] & (1u << R2NN_SPLIT_TRAIN), test = seen[g] & (1u << R2NN_SPLIT_TEST);
    n_test += test;
    if (!(train && test)) continue;
    n_both++;
    both = g;
  }
  free(seen);
  *shared = n_both > 1 && n_both == n_test;
  if (n_both == 0 || *shared) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_DATA, "group '%s' stands in both splits: each group belongs to train or to test",
                   dataset->groups[both]);
}

r2nn_status r2nn_data_check(const r2nn_dataset *dataset, double window_s, r2nn_error *error) {
  if (dataset->n_clips == 0) return r2nn_fail(error, R2NN_BAD_DATA, "the data set has no clips");
  if (dataset->n_channels == 0 || dataset->n_channels > R2NN_MAX_CHANNELS || dataset->n_classes > R2NN_MAX_CLASSES)
    return r2nn_fail(error, R2NN_BAD_DATA, "the data set has %u channels and %u classes: at most %u and %u are possible",
                     dataset->n_channels, dataset->n_classes, R2NN_MAX_CHANNELS, R2NN_MAX_CLASSES);
  if (dataset->n_classes < 2)
    return r2nn_fail(error, R2NN_BAD_DATA, "the data set has one class only ('%s'): at least two are needed",
                     dataset->n_classes ? dataset->classes[0] : "");
  if (window_s >= MOST_WINDOW_S)
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "a window of %g s: must be below %g s", window_s, MOST_WINDOW_S);
  for (uint32_t i = 0; i < dataset->n_clips; i++) {
    const r2nn_clip *clip = &dataset->clips[i];
    if (!(clip->rate_hz >= R2NN_RATE_MIN && clip->rate_hz <= R2NN_RATE_MAX))
      return r2nn_fail(error, R2NN_BAD_DATA, "clip %u has a sample rate of %g Hz: must be %g to %g Hz", i + 1, clip->rate_hz,
                       R2NN_RATE_MIN, R2NN_RATE_MAX);
    if (clip->label >= dataset->n_classes || clip->group >= dataset->n_groups || clip->n_frames == 0)
      return r2nn_fail(error, R2NN_BAD_ARGUMENT, "clip %u is out of range", i + 1);
    if (window_s > 0 && window_s * clip->rate_hz < MIN_WINDOW)
      return r2nn_fail(error, R2NN_BAD_DATA, "a window of %g s is only %.0f samples at %g Hz: at least %d are needed", window_s,
                       window_s * clip->rate_hz, clip->rate_hz, MIN_WINDOW);
  }
  return R2NN_OK;
}

/* What the folds are made from: a group of the choice, its size and its place in a shuffled order. */
typedef struct group_entry {
  uint32_t group, n_clips, label, n_label;
  uint64_t key;
} group_entry;

static int larger_first(const void *a, const void *b) {
  const group_entry *x = a, *y = b;
  if (x->label != y->label) return x->label < y->label ? -1 : 1;
  if (x->n_clips != y->n_clips) return x->n_clips > y->n_clips ? -1 : 1;
  return x->key < y->key ? -1 : x->key > y->key;
}

/* The groups of a choice with their most frequent labels; count is their number. */
static group_entry *list_groups(const r2nn_dataset *dataset, const r2nn_choice *choice, uint64_t seed, uint32_t *count) {
  uint32_t *table = calloc((size_t)dataset->n_groups * dataset->n_classes, sizeof *table);
  group_entry *entries = calloc(dataset->n_groups, sizeof *entries);
  r2nn_random random = r2nn_random_new(seed, 23);
  *count = 0;
  if (!table || !entries) {
    free(table);
    free(entries);
    return NULL;
  }
  for (uint32_t i = 0; i < choice->n; i++) table[(size_t)choice->clips[i]->group * dataset->n_classes + choice->clips[i]->label]++;
  for (uint32_t g = 0; g < dataset->n_groups; g++) {
    group_entry entry = {.group = g, .key = r2nn_random_bits(&random)};
    for (uint32_t k = 0; k < dataset->n_classes; k++) {
      uint32_t n = table[(size_t)g * dataset->n_classes + k];
      entry.n_clips += n;
      if (n > entry.n_label) {
        entry.n_label = n;
        entry.label = k;
      }
    }
    if (entry.n_clips) entries[(*count)++] = entry;
  }
  free(table);
  qsort(entries, *count, sizeof *entries, larger_first);
  return entries;
}

r2nn_status r2nn_data_folds(const r2nn_dataset *dataset, const r2nn_choice *choice, uint32_t n_folds, uint64_t seed, uint32_t *fold,
                            r2nn_error *error) {
  uint32_t n_entries, width = dataset->n_classes + 1;
  group_entry *entries = list_groups(dataset, choice, seed, &n_entries);
  if (!entries) return no_memory(error);
  if (n_entries < n_folds) {
    free(entries);
    return r2nn_fail(error, R2NN_BAD_DATA, "%u folds need at least %u groups, there are %u", n_folds, n_folds, n_entries);
  }
  uint32_t *fold_of = calloc(dataset->n_groups, sizeof *fold_of), *filled = calloc((size_t)n_folds * width, sizeof *filled);
  if (fold_of && filled) {
    /* Each group to the fold that has least of its main class, then least of all. */
    for (uint32_t e = 0; e < n_entries; e++) {
      uint32_t best = 0;
      for (uint32_t f = 1; f < n_folds; f++) {
        const uint32_t *a = filled + (size_t)f * width, *b = filled + (size_t)best * width;
        uint32_t k = entries[e].label;
        if (a[k] < b[k] || (a[k] == b[k] && a[width - 1] < b[width - 1])) best = f;
      }
      filled[(size_t)best * width + entries[e].label] += entries[e].n_label;
      filled[(size_t)best * width + width - 1] += entries[e].n_clips;
      fold_of[entries[e].group] = best;
    }
    for (uint32_t i = 0; i < choice->n; i++) fold[i] = fold_of[choice->clips[i]->group];
  }
  r2nn_status status = fold_of && filled ? R2NN_OK : no_memory(error);
  free(entries);
  free(fold_of);
  free(filled);
  return status;
}

r2nn_status r2nn_choice_fold(const r2nn_choice *choice, const uint32_t *fold, uint32_t which, bool inverse, r2nn_choice *part,
                             r2nn_error *error) {
  *part = (r2nn_choice){.clips = malloc((choice->n + 1) * sizeof *part->clips)};
  if (!part->clips) return no_memory(error);
  for (uint32_t i = 0; i < choice->n; i++)
    if ((fold[i] == which) != inverse) part->clips[part->n++] = choice->clips[i];
  return R2NN_OK;
}

r2nn_status r2nn_choice_split(const r2nn_dataset *dataset, r2nn_split split, r2nn_choice *part, r2nn_error *error) {
  *part = (r2nn_choice){.clips = malloc((dataset->n_clips + 1) * sizeof *part->clips)};
  if (!part->clips) return no_memory(error);
  for (uint32_t i = 0; i < dataset->n_clips; i++)
    if (split == R2NN_SPLIT_NONE || dataset->clips[i].split == split) part->clips[part->n++] = &dataset->clips[i];
  return R2NN_OK;
}

void r2nn_choice_free(r2nn_choice *choice) {
  free(choice->clips);
  *choice = (r2nn_choice){0};
}

/* How a clip is cut. */
typedef struct cut {
  uint64_t window, hop; /* frames */
  uint64_t count;
} cut;

/* As the engine does it: the hop rounded to frames, the window to hops, and a last window that is at least half full counts. */
static cut cut_of(const r2nn_clip *clip, double window_s, double hop_s) {
  uint64_t n = clip->n_frames;
  if (!(window_s > 0)) return (cut){n, n, 1};
  cut c = {.hop = (uint64_t)fmax(1, round((hop_s > 0 ? hop_s : window_s) * clip->rate_hz))};
  c.window = c.hop * (uint64_t)fmax(1, round(window_s * clip->rate_hz / (double)c.hop));
  if (n < c.window) {
    c.count = 2 * n >= c.window;
  } else {
    c.count = 1 + (n - c.window) / c.hop;
    if (c.hop == c.window && 2 * (n - c.count * c.hop) >= c.window) c.count++;
  }
  return c;
}

r2nn_status r2nn_choice_covers(const r2nn_dataset *dataset, const r2nn_choice *choice, double window_s, double hop_s,
                               const char *where, r2nn_error *error) {
  for (uint32_t k = 0; k < dataset->n_classes; k++) {
    uint32_t n_clips = 0;
    bool found = false;
    for (uint32_t i = 0; i < choice->n && !found; i++) {
      if (choice->clips[i]->label != k) continue;
      n_clips++;
      found = cut_of(choice->clips[i], window_s, hop_s).count > 0;
    }
    if (!found && n_clips)
      return r2nn_fail(error, R2NN_BAD_DATA,
                       "class '%s' has no clip as long as half a window of %g s in %s: each class needs at least one",
                       dataset->classes[k], window_s, where);
    if (!found)
      return r2nn_fail(error, R2NN_BAD_DATA, "class '%s' has no clip in %s: each class needs at least one", dataset->classes[k],
                       where);
  }
  return R2NN_OK;
}

r2nn_status r2nn_windows_cut(const r2nn_choice *choice, uint32_t n_channels, double window_s, double hop_s, r2nn_windows *windows,
                             r2nn_error *error) {
  uint64_t total = 0;
  *windows = (r2nn_windows){0};
  for (int pass = 0; pass < 2; pass++) {
    for (uint32_t i = 0; i < choice->n; i++) {
      const r2nn_clip *clip = choice->clips[i];
      cut c = cut_of(clip, window_s, hop_s);
      for (uint64_t k = 0; pass && k < c.count; k++) {
        r2nn_clip *view = &windows->clips[windows->choice.n];
        *view = *clip;
        view->samples += k * c.hop * n_channels;
        view->n_frames = clip->n_frames - k * c.hop < c.window ? clip->n_frames - k * c.hop : c.window;
        windows->choice.clips[windows->choice.n++] = view;
      }
      total += pass ? 0 : c.count;
    }
    if (pass) break;
    if (total == 0) return r2nn_fail(error, R2NN_BAD_DATA, "every clip is shorter than half a window of %g s", window_s);
    if (total > 1u << 24) return r2nn_fail(error, R2NN_BAD_DATA, "the windows are too many (%llu)", (unsigned long long)total);
    windows->clips = malloc(total * sizeof *windows->clips);
    windows->choice.clips = malloc(total * sizeof *windows->choice.clips);
    if (!windows->clips || !windows->choice.clips) {
      r2nn_windows_free(windows);
      return no_memory(error);
    }
  }
  return R2NN_OK;
}

void r2nn_windows_free(r2nn_windows *windows) {
  free(windows->clips);
  r2nn_choice_free(&windows->choice);
  *windows = (r2nn_windows){0};
}

double r2nn_choice_common_duration(const r2nn_choice *choice) {
  double first = (double)choice->clips[0]->n_frames / choice->clips[0]->rate_hz;
  for (uint32_t i = 1; i < choice->n; i++) {
    const r2nn_clip *clip = choice->clips[i];
    if (fabs((double)clip->n_frames - first * clip->rate_hz) > 2) return 0;
  }
  return first;
}
