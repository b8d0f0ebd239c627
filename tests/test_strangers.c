/* Sounds of no class: what they are like, and that a cascade trained with them does not name what it has never heard.
 * ctest-labels: physics
 * ctest-timeout: 300 */
#include "sets.h"
#include "train/strangers.h"

#include <math.h>

static r2nn_error error;

static double rms_of(const r2nn_clip *clip, uint32_t n_channels) {
  double sum = 0;
  for (size_t i = 0; i < clip->n_frames * n_channels; i++) sum += (double)clip->samples[i] * (double)clip->samples[i];
  return sqrt(sum / (double)(clip->n_frames * n_channels));
}

static void like_the_clips(void **state) {
  (void)state;
  set_def def = set_tones;
  def.n_channels = 2;
  r2nn_dataset set = set_new(&def);
  r2nn_choice all;
  r2nn_strangers one, same, other;
  check_ok(r2nn_choice_split(&set, R2NN_SPLIT_NONE, &all, &error), &error);
  check_ok(r2nn_strangers_new(&all, 2, set.n_classes, 0.5, 100, 2000, 1, &one, &error), &error);
  check_ok(r2nn_strangers_new(&all, 2, set.n_classes, 0.5, 100, 2000, 1, &same, &error), &error);
  check_ok(r2nn_strangers_new(&all, 2, set.n_classes, 0.5, 100, 2000, 2, &other, &error), &error);
  assert_int_equal(one.n, (all.n + 1) / 2);
  assert_int_equal(one.choice.n, all.n + one.n);
  bool differs = false;
  double low = HUGE_VAL, high = 0;
  for (uint32_t i = 0; i < all.n; i++) low = fmin(low, rms_of(all.clips[i], 2)), high = fmax(high, rms_of(all.clips[i], 2));
  for (uint32_t i = 0; i < all.n; i++) assert_ptr_equal(one.choice.clips[i], all.clips[i]);
  for (uint32_t i = 0; i < one.n; i++) {
    const r2nn_clip *clip = &one.clips[i];
    assert_ptr_equal(one.choice.clips[all.n + i], clip);
    assert_int_equal(clip->label, set.n_classes);
    double level = rms_of(clip, 2);
    assert_true(level > 0.29 * low && level < 1.01 * high);
    assert_memory_equal(clip->samples, same.clips[i].samples, clip->n_frames * 2 * sizeof(float));
    differs |= clip->n_frames != other.clips[i].n_frames ||
               memcmp(clip->samples, other.clips[i].samples, clip->n_frames * 2 * sizeof(float)) != 0;
  }
  assert_true(differs);
  r2nn_strangers_free(&one);
  r2nn_strangers_free(&same);
  r2nn_strangers_free(&other);
  r2nn_choice_free(&all);
  set_free(&set);
}

/* Silent clips and tiny ones make strangers too. */
static void hostile(void **state) {
  (void)state;
  float silence[4] = {0};
  r2nn_clip clips[2] = {{.samples = silence, .n_frames = 1, .rate_hz = 20}, {.samples = silence, .n_frames = 4, .rate_hz = 384000}};
  const r2nn_clip *both[2] = {&clips[0], &clips[1]};
  r2nn_choice choice = {.n = 2, .clips = both};
  r2nn_strangers strangers;
  check_ok(r2nn_strangers_new(&choice, 1, 2, 8, 0.1, 1e6, 1, &strangers, &error), &error);
  for (uint32_t i = 0; i < strangers.n; i++)
    for (uint64_t t = 0; t < strangers.clips[i].n_frames; t++) assert_true(strangers.clips[i].samples[t] == 0);
  r2nn_strangers_free(&strangers);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(like_the_clips), cmocka_unit_test(hostile)};
  return cmocka_run_group_tests_name("strangers", tests, NULL, NULL);
}
