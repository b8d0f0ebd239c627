/* Spoken digits in a row, found and named in a stream, and what the digits model makes of sounds that are no digits.
 *
 * R2NN_DIGITS=MODEL.json judges another model than the preset.
 *
 * ctest-labels: data slow
 * ctest-timeout: 300 */
#include "digits.h"
#include "rt/random.h"

enum { N_SEQUENCES = 100, N_DIGITS = 10, MOST = 4096 };

static const double rate = 8000, noise_db = -30; /* re the RMS of the speech */

/* What was said, and when. */
typedef struct sequence {
  float *samples;
  size_t n;
  uint32_t said[N_DIGITS];
  double start_s[N_DIGITS], end_s[N_DIGITS];
} sequence;

/* A clip of the speaker and a digit, drawn at random. */
static const r2nn_clip *draw_clip(const r2nn_dataset *set, uint32_t group, uint32_t label, r2nn_random *random) {
  const r2nn_clip *found[64];
  uint32_t n = 0;
  for (uint32_t i = 0; i < set->n_clips && n < 64; i++)
    if (set->clips[i].group == group && set->clips[i].label == label) found[n++] = &set->clips[i];
  assert_true(n > 0);
  return found[(uint32_t)(n * r2nn_random_uniform(random))];
}

/* Ten digits of one speaker with pauses of 0.2 to 0.6 s between them and 0.5 s around them, in white noise. */
static sequence new_sequence(const digits *from, uint32_t index) {
  r2nn_random random = r2nn_random_new(1, index);
  sequence made = {.n = (size_t)(0.5 * rate)};
  const r2nn_clip *clips[N_DIGITS];
  size_t starts[N_DIGITS], n_spoken = 0;
  double power = 0;
  for (uint32_t i = 0; i < N_DIGITS; i++) {
    made.said[i] = (uint32_t)(N_DIGITS * r2nn_random_uniform(&random));
    clips[i] = draw_clip(&from->set, index % from->set.n_groups, made.said[i], &random);
    assert_true(clips[i]->rate_hz == rate);
    starts[i] = made.n;
    made.start_s[i] = (double)made.n / rate;
    made.end_s[i] = (double)(made.n + clips[i]->n_frames) / rate;
    made.n += clips[i]->n_frames + (size_t)((i + 1 < N_DIGITS ? 0.2 + 0.4 * r2nn_random_uniform(&random) : 0.5) * rate);
    n_spoken += clips[i]->n_frames;
    for (uint64_t t = 0; t < clips[i]->n_frames; t++) power += (double)clips[i]->samples[t] * (double)clips[i]->samples[t];
  }
  double noise = sqrt(power / (double)n_spoken) * (double)volts(noise_db);
  made.samples = malloc(made.n * sizeof *made.samples);
  assert_non_null(made.samples);
  for (size_t t = 0; t < made.n; t++) made.samples[t] = (float)(noise * r2nn_random_normal(&random));
  for (uint32_t i = 0; i < N_DIGITS; i++)
    for (uint64_t t = 0; t < clips[i]->n_frames; t++) made.samples[starts[i] + t] += clips[i]->samples[t];
  return made;
}

typedef struct errors {
  uint32_t insertions, deletions, substitutions;
} errors;

/* The fewest insertions, deletions and substitutions that make heard of said (Levenshtein's distance). */
static errors align(const uint32_t *said, uint32_t n_said, const uint32_t *heard, uint32_t n_heard) {
  static errors row[MOST + 1], above[MOST + 1];
  for (uint32_t j = 0; j <= n_heard; j++) row[j] = (errors){.insertions = j};
  for (uint32_t i = 1; i <= n_said; i++) {
    memcpy(above, row, (n_heard + 1) * sizeof *row);
    row[0] = (errors){.deletions = i};
    for (uint32_t j = 1; j <= n_heard; j++) {
      errors best = above[j - 1], left = row[j - 1], up = above[j];
      best.substitutions += said[i - 1] != heard[j - 1];
      left.insertions++;
      up.deletions++;
      uint32_t least = best.insertions + best.deletions + best.substitutions;
      if (up.insertions + up.deletions + up.substitutions < least) {
        best = up;
        least = up.insertions + up.deletions + up.substitutions;
      }
      if (left.insertions + left.deletions + left.substitutions < least) best = left;
      row[j] = best;
    }
  }
  return row[n_heard];
}

static void test_align(void **state) {
  (void)state;
  errors e = align((uint32_t[]){1, 2, 3, 4}, 4, (uint32_t[]){1, 3, 3, 4, 5}, 5);
  assert_true(e.substitutions == 1 && e.insertions == 1 && e.deletions == 0);
  e = align((uint32_t[]){1, 2, 3}, 3, (uint32_t[]){1, 3}, 2);
  assert_true(e.substitutions == 0 && e.insertions == 0 && e.deletions == 1);
  e = align((uint32_t[]){1}, 1, NULL, 0);
  assert_true(e.deletions == 1 && e.insertions == 0);
}

/* How the events lie on what was said, whatever they are taken for. */
typedef struct cuts {
  uint32_t whole, missed, split, merged, unknown, wrong;
} cuts;

static void count_cuts(const sequence *sequence, const heard *events, uint32_t n, cuts *count) {
  for (uint32_t i = 0; i < N_DIGITS; i++) {
    uint32_t n_on = 0, n_also = 0;
    const heard *last = NULL;
    for (uint32_t k = 0; k < n; k++) {
      if (events[k].end_s <= sequence->start_s[i] || events[k].start_s >= sequence->end_s[i]) continue;
      n_on++;
      last = &events[k];
      n_also += (i > 0 && last->start_s < sequence->end_s[i - 1]) || (i + 1 < N_DIGITS && last->end_s > sequence->start_s[i + 1]);
    }
    count->missed += n_on == 0;
    count->split += n_on > 1;
    count->merged += n_also > 0;
    if (n_on != 1 || n_also) continue;
    count->whole++;
    count->unknown += last->class_index < 0;
    count->wrong += last->class_index >= 0 && (uint32_t)last->class_index != sequence->said[i];
  }
}

static r2nn_engine *listener(const r2nn_model *model, double rate_hz) {
  r2nn_readout readout = model->readout;
  readout.mode = R2NN_MODE_EVENT;
  return engine_with(model, rate_hz, &readout);
}

/* At most 5 % of a thousand digits are left out, put in or taken for others. */
static void test_sequences(void **state) {
  const digits *from = *state;
  r2nn_engine *engine = listener(from->model, rate);
  static heard events[MOST];
  uint32_t names[MOST];
  errors sum = {0};
  cuts count = {0};
  for (uint32_t i = 0; i < N_SEQUENCES; i++) {
    sequence sequence = new_sequence(from, i);
    uint32_t n = digits_hear(engine, rate, sequence.samples, sequence.n, 4096, events, MOST), n_names = 0;
    for (uint32_t k = 0; k < n; k++)
      if (events[k].class_index >= 0) names[n_names++] = (uint32_t)events[k].class_index;
    errors more = align(sequence.said, N_DIGITS, names, n_names);
    sum.insertions += more.insertions;
    sum.deletions += more.deletions;
    sum.substitutions += more.substitutions;
    count_cuts(&sequence, events, n, &count);
    free(sequence.samples);
  }
  r2nn_engine_free(engine);
  uint32_t total = N_SEQUENCES * N_DIGITS, n_errors = sum.insertions + sum.deletions + sum.substitutions;
  printf("connected digits: %u errors in %u (%.1f %%): %u substituted, %u deleted, %u inserted\n", n_errors, total,
         100.0 * n_errors / total, sum.substitutions, sum.deletions, sum.insertions);
  printf("  cut as one event: %u (of these wrong %u, unknown %u); split %u, merged %u, missed %u\n", count.whole, count.wrong,
         count.unknown, count.split, count.merged, count.missed);
  assert_in_range(n_errors, 0, total / 20);
}

/* Print and return the decided events a minute. */
static double rate_of_events(const char *what, const r2nn_model *model, double rate_hz, const float *in, size_t n) {
  r2nn_engine *engine = listener(model, rate_hz);
  static heard events[MOST];
  uint32_t n_events = digits_hear(engine, rate_hz, in, n, 4096, events, MOST), n_decided = 0;
  for (uint32_t k = 0; k < n_events; k++) n_decided += events[k].class_index >= 0;
  r2nn_engine_free(engine);
  double minutes = (double)n / rate_hz / 60;
  printf("%s: %.1f minutes, %u events, %u decided: %.2f a minute\n", what, minutes, n_events, n_decided, n_decided / minutes);
  return n_decided / minutes;
}

/* Less than one event a minute is taken for a digit in ten minutes of noise. */
static void test_noise(void **state) {
  const digits *from = *state;
  size_t n = (size_t)(600 * rate);
  for (int pink = 0; pink < 2; pink++) {
    float *in = new_gauss(n, rate, pink, 5);
    scale(in, n, -30);
    double each = rate_of_events(pink ? "pink noise" : "white noise", from->model, rate, in, n);
    free(in);
    assert_true(each < 1);
  }
}

/* Less than one a minute of bearings, running, and of music, neither of which was trained on. */
static void test_unrelated(void **state) {
  const digits *from = *state;
  static const channel_list first = {.n_channels = 1};
  const char *shared = getenv("R2NN_SHARED");
  char manifest[512];
  snprintf(manifest, sizeof manifest, "%s/data/bearing-cwru/manifest.csv", shared ? shared : "../shared");
  data_list list = {0};
  r2nn_dataset set = {0};
  r2nn_error error = {""};
  double worst = 0;
  if (dataset_list(manifest, &list, &error) == R2NN_OK && load_dataset(&list, &first, false, NULL, &set, &error) == R2NN_OK) {
    size_t n = 0;
    for (uint32_t i = 0; i < set.n_clips; i++) n += set.clips[i].n_frames;
    float *in = malloc(n * sizeof *in);
    n = 0;
    for (uint32_t i = 0; i < set.n_clips; n += set.clips[i++].n_frames)
      memcpy(in + n, set.clips[i].samples, set.clips[i].n_frames * sizeof *in);
    worst = fmax(worst, rate_of_events("bearings", from->model, set.clips[0].rate_hz, in, n));
    free(in);
  } else {
    printf("no bearings: %s\n", error.text);
  }
  load_free(&set);
  data_list_free(&list);
  size_t n = (size_t)(420 * rate);
  float *in = new_music(n, rate, 7);
  worst = fmax(worst, rate_of_events("music", from->model, rate, in, n));
  free(in);
  assert_true(worst < 1);
}

int main(void) {
  digits from = digits_read();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_align),
      cmocka_unit_test_prestate(test_sequences, &from),
      cmocka_unit_test_prestate(test_noise, &from),
      cmocka_unit_test_prestate(test_unrelated, &from),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  digits_free(&from);
  return failed;
}
