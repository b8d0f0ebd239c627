/* The digits model and its recordings: where they are, and what a stream of sound is decided to hold. */
#ifndef R2NN_TESTS_DIGITS_H
#define R2NN_TESTS_DIGITS_H

#include "data/dataset.h"
#include "data/load.h"
#include "model_file.h"
#include "sound.h"

#include <unistd.h>

/* The test split of the spoken digits, labels in the model's numbering. */
typedef struct digits {
  r2nn_model *model;
  r2nn_dataset set;
} digits;

/* Preset digits, or the model that R2NN_DIGITS names, with the recordings; what is missing is said, and the test skipped. */
static inline digits digits_read(void) {
  static const channel_list all = {0};
  digits self = {0};
  r2nn_error error = {""};
  data_list list = {0};
  const char *shared = getenv("R2NN_SHARED"), *source = getenv("R2NN_SOURCE"), *other = getenv("R2NN_DIGITS");
  char preset[512], manifest[512];
  snprintf(preset, sizeof preset, "%s/presets/digits.json", source ? source : ".");
  snprintf(manifest, sizeof manifest, "%s/data/speech-digits/manifest.csv", shared ? shared : "../shared");
  const char *missing = !other && access(preset, R_OK) ? preset : access(manifest, R_OK) ? manifest : NULL;
  if (missing) {
    printf("skipped: there is no %s\n", missing);
    exit(77);
  }
  r2nn_status status = model_file_read(other ? other : preset, &self.model, &error);
  if (status == R2NN_OK) status = dataset_list(manifest, &list, &error);
  if (status == R2NN_OK) {
    data_list_keep(&list, R2NN_SPLIT_TEST);
    status = data_list_index(&list, &error);
  }
  if (status == R2NN_OK) status = load_dataset(&list, &all, false, NULL, &self.set, &error);
  data_list_free(&list);
  if (status != R2NN_OK) fail_msg("%s", error.text);
  for (uint32_t i = 0; i < self.set.n_clips; i++) {
    uint32_t k = 0;
    while (k < self.model->n_classes && strcmp(self.model->classes[k], self.set.classes[self.set.clips[i].label])) k++;
    assert_true(k < self.model->n_classes);
    self.set.clips[i].label = k;
  }
  return self;
}

static inline void digits_free(digits *self) {
  load_free(&self->set);
  r2nn_model_free(self->model);
}

/* One decision. */
typedef struct heard {
  double start_s, end_s;
  int32_t class_index;
  float score, margin, level_db;
} heard;

/* The decisions on in [n], in blocks of block frames, into made [most]; their number. A cascade has no tail to wait for. */
static inline uint32_t digits_hear(r2nn_engine *engine, double rate, const float *in, size_t n, uint32_t block, heard *made,
                                   uint32_t most) {
  uint32_t count = 0;
  r2nn_decision decision;
  r2nn_engine_reset(engine);
  for (size_t at = 0; at < n; at += block) {
    uint32_t some = n - at < block ? (uint32_t)(n - at) : block;
    r2nn_engine_run(engine, in + at, some);
    if (at + some == n) r2nn_engine_finish(engine);
    for (; r2nn_engine_poll(engine, &decision); count++) {
      assert_true(count < most);
      made[count] = (heard){(double)decision.start / rate,
                            (double)decision.end / rate,
                            decision.class_index,
                            decision.score,
                            decision.margin,
                            decision.level_db};
    }
  }
  assert_int_equal(r2nn_engine_faults(engine, true) & R2NN_FAULT_OVERFLOW, 0);
  return count;
}

#endif
