/* The digits model at other levels and in other blocks: the same decisions.
 *
 * R2NN_DIGITS=MODEL.json judges another model than the preset.
 *
 * ctest-labels: data
 * ctest-timeout: 300 */
#include "digits.h"

enum { MOST = 1024 };

/* The engine of a mode at the clips' rate. */
static r2nn_engine *engine_of(const digits *from, r2nn_mode mode) {
  r2nn_readout readout = from->model->readout;
  readout.mode = mode;
  for (uint32_t i = 0; i < from->set.n_clips; i++) assert_true(from->set.clips[i].rate_hz == from->set.clips[0].rate_hz);
  return engine_with(from->model, from->set.clips[0].rate_hz, &readout);
}

/* From 30 dB down to 20 dB up at least 99 % of the clips are decided as they are. */
static void test_levels(void **state) {
  const digits *from = *state;
  static const double gains_db[] = {0, -30, -20, -10, 10, 20};
  r2nn_engine *engine = engine_of(from, R2NN_MODE_FILE);
  int32_t *plain = calloc(from->set.n_clips, sizeof *plain);
  uint32_t n_right = 0, least = from->set.n_clips;
  for (size_t g = 0; g < sizeof gains_db / sizeof *gains_db; g++) {
    uint32_t n_same = 0;
    for (uint32_t i = 0; i < from->set.n_clips; i++) {
      const r2nn_clip *clip = &from->set.clips[i];
      heard made;
      float *scaled = malloc(clip->n_frames * sizeof *scaled);
      assert_non_null(scaled);
      memcpy(scaled, clip->samples, clip->n_frames * sizeof *scaled);
      scale(scaled, clip->n_frames, gains_db[g]);
      assert_int_equal(digits_hear(engine, clip->rate_hz, scaled, clip->n_frames, 4096, &made, 1), 1);
      free(scaled);
      if (g == 0) plain[i] = made.class_index;
      n_same += made.class_index == plain[i];
      n_right += g == 0 && made.class_index == (int32_t)clip->label;
    }
    if (g == 0) printf("%u of %u clips right\n", n_right, from->set.n_clips);
    if (g > 0) printf("%+.0f dB: %u of %u decisions as at 0 dB\n", gains_db[g], n_same, from->set.n_clips);
    if (n_same < least) least = n_same;
  }
  free(plain);
  r2nn_engine_free(engine);
  assert_true(100 * least >= 99 * from->set.n_clips);
}

/* Blocks of 1, 7, 64 and 4096 frames: the same decisions to the bit, a clip at a time and in one stream of them. */
static void test_blocks(void **state) {
  const digits *from = *state;
  static const uint32_t blocks[] = {4096, 64, 7, 1};
  static heard plain[MOST], made[MOST];
  double rate = from->set.clips[0].rate_hz;
  size_t pause = (size_t)(0.3 * rate), n = pause;
  uint32_t n_clips = from->set.n_clips < 100 ? from->set.n_clips : 100, n_events = 0;
  for (uint32_t i = 0; i < n_clips; i++) n += from->set.clips[i].n_frames + pause;
  float *row = new_gauss(n, rate, false, 9);
  scale(row, n, -70);
  n = pause;
  for (uint32_t i = 0; i < n_clips; n += from->set.clips[i++].n_frames + pause)
    for (uint64_t t = 0; t < from->set.clips[i].n_frames; t++) row[n + t] += from->set.clips[i].samples[t];
  r2nn_engine *whole = engine_of(from, R2NN_MODE_FILE), *events = engine_of(from, R2NN_MODE_EVENT);
  for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
    heard *to = b ? made : plain;
    for (uint32_t i = 0; i < n_clips; i++)
      digits_hear(whole, rate, from->set.clips[i].samples, from->set.clips[i].n_frames, blocks[b], &to[i], 1);
    uint32_t n_made = digits_hear(events, rate, row, n, blocks[b], to + n_clips, MOST - n_clips);
    if (b == 0) n_events = n_made;
    assert_int_equal(n_made, n_events);
    assert_memory_equal(to, plain, (n_clips + n_events) * sizeof *plain);
  }
  assert_true(n_events >= n_clips / 2);
  printf("%u clips and %u events: the same in blocks of 1, 7, 64 and 4096\n", n_clips, n_events);
  r2nn_engine_free(whole);
  r2nn_engine_free(events);
  free(row);
}

int main(void) {
  digits from = digits_read();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(test_levels, &from),
      cmocka_unit_test_prestate(test_blocks, &from),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  digits_free(&from);
  return failed;
}
