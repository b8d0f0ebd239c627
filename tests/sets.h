/* Data sets made of tones in noise, and what the tests of training share. */
#ifndef R2NN_TESTS_SETS_H
#define R2NN_TESTS_SETS_H

#include "r2nn/train.h"
#include "rt/random.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every group (a speaker, say) gives n_each clips of every class. */
typedef struct set_def {
  uint32_t n_channels, n_classes, n_groups, n_each;
  double rate_hz, other_rate_hz; /* every second clip has the other one, if it is not 0 */
  double duration_s, vary;       /* durations are within 1 +- vary of it */
  double low_hz, ratio;          /* class k is a tone at low_hz * ratio^k, in each group a little beside it */
  double noise;                  /* V, beside a tone of 0.3 V */
  uint32_t n_test_groups;        /* the last ones are the test split; 0 = no split */
  bool has_groups;
  uint64_t seed;
} set_def;

/* Three tones that a few epochs tell apart. */
static const set_def set_tones = {.n_channels = 1,
                                  .n_classes = 3,
                                  .n_groups = 8,
                                  .n_each = 2,
                                  .rate_hz = 4000,
                                  .duration_s = 0.15,
                                  .vary = 0.2,
                                  .low_hz = 250,
                                  .ratio = 1.8,
                                  .noise = 0.05,
                                  .n_test_groups = 3,
                                  .has_groups = true,
                                  .seed = 1};

static inline void set_fill(const set_def *def, r2nn_clip *clip, r2nn_random *random) {
  double pitch = 1 + 0.01 * (clip->group % 5), turn = 6.28318530717958647692, phase = turn * r2nn_random_uniform(random);
  double freq_hz = def->low_hz * pitch * pow(def->ratio, clip->label);
  clip->samples = malloc(clip->n_frames * def->n_channels * sizeof *clip->samples);
  assert_non_null(clip->samples);
  for (uint64_t t = 0; t < clip->n_frames; t++)
    for (uint32_t c = 0; c < def->n_channels; c++) {
      double tone = 0.3 / (1 + c) * sin(turn * freq_hz * (double)t / clip->rate_hz + phase + 0.7 * c * clip->label);
      clip->samples[t * def->n_channels + c] = (float)(tone + def->noise * r2nn_random_normal(random));
    }
}

static inline r2nn_dataset set_new(const set_def *def) {
  r2nn_random random = r2nn_random_new(def->seed, 77);
  uint32_t n = def->n_groups * def->n_classes * def->n_each;
  r2nn_dataset set = {.n_channels = def->n_channels,
                      .n_classes = def->n_classes,
                      .n_groups = def->has_groups ? def->n_groups : n,
                      .n_clips = n,
                      .has_groups = def->has_groups};
  set.classes = calloc(set.n_classes, sizeof *set.classes);
  set.groups = calloc(set.n_groups, sizeof *set.groups);
  set.clips = calloc(n, sizeof *set.clips);
  assert_true(set.classes && set.groups && set.clips);
  char name[32];
  for (uint32_t k = 0; k < set.n_classes; k++) {
    snprintf(name, sizeof name, "class %u", k);
    set.classes[k] = strdup(name);
  }
  for (uint32_t g = 0; g < set.n_groups; g++) {
    snprintf(name, sizeof name, "group %u", g);
    set.groups[g] = strdup(name);
  }
  for (uint32_t i = 0; i < n; i++) {
    uint32_t g = i / (def->n_classes * def->n_each);
    r2nn_clip *clip = &set.clips[i];
    *clip = (r2nn_clip){
        .label = i % def->n_classes, .group = g, .rate_hz = i % 2 && def->other_rate_hz > 0 ? def->other_rate_hz : def->rate_hz};
    double share = 1 + def->vary * (2 * r2nn_random_uniform(&random) - 1);
    clip->n_frames = (uint64_t)fmax(1, round(def->duration_s * share * clip->rate_hz));
    if (def->n_test_groups) clip->split = g + def->n_test_groups < def->n_groups ? R2NN_SPLIT_TRAIN : R2NN_SPLIT_TEST;
    set_fill(def, clip, &random);
    if (!def->has_groups) clip->group = i;
  }
  return set;
}

static inline void set_free(r2nn_dataset *set) {
  for (uint32_t i = 0; i < set->n_clips; i++) free(set->clips[i].samples);
  for (uint32_t k = 0; k < set->n_classes; k++) free(set->classes[k]);
  for (uint32_t g = 0; g < set->n_groups; g++) free(set->groups[g]);
  free(set->clips);
  free(set->classes);
  free(set->groups);
}

/* Must be R2NN_OK. */
static inline void check_ok(r2nn_status status, const r2nn_error *error) {
  if (status != R2NN_OK) fail_msg("%s: %s", r2nn_strerror(status), error->text);
}

/* One start of n_epochs; stage NULL and head -1 are left open. */
static inline r2nn_train_spec set_spec(const char *stage, int head, uint32_t n_epochs) {
  r2nn_train_spec spec = r2nn_train_spec_default();
  r2nn_error error = {""};
  spec.n_epochs = n_epochs;
  spec.n_starts = 1;
  spec.head = head;
  spec.n_stages = stage != NULL;
  if (stage) check_ok(r2nn_stage_spec_parse(stage, &spec.stages[0], &error), &error);
  return spec;
}

/* Must be refused for this reason. */
static inline void check_refusal(r2nn_status status, const r2nn_error *error, r2nn_status expected, const char *reason) {
  if (status != expected || !strstr(error->text, reason))
    fail_msg("%s, \"%s\", where %s, \"%s\" was expected", r2nn_strerror(status), status ? error->text : "", r2nn_strerror(expected),
             reason);
}

#endif
