/* Readings at odd times become regular frames: how far a sine is from itself afterwards, what gaps do, what passes untouched.
 * ctest-labels: physics */
#include "sensors/intake.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_READINGS = 4000, MOST = 16384, EDGE = 16 };

typedef struct heard {
  float frames[MOST];
  uint32_t n, n_breaks, first_after; /* first_after: the frame behind the last break */
  double gap_s, at_s;
} heard;

static heard all;

static void hear(void *context, const float *in, uint32_t n_frames) {
  heard *self = context;
  assert_true(n_frames <= REGULAR_BLOCK && self->n + n_frames <= MOST);
  memcpy(self->frames + self->n, in, n_frames * sizeof *in);
  self->n += n_frames;
}

static void break_off(void *context, double gap_s, double at_s) {
  heard *self = context;
  self->n_breaks++;
  self->first_after = self->n;
  self->gap_s = gap_s;
  self->at_s = at_s;
}

/* One reading a second; frames rate_hz times. */
static regular *begin(double rate_hz, double gap_s) {
  regular *made;
  regular_def def = {
      .rate_hz = rate_hz, .period_s = 1, .gap_s = gap_s, .n_channels = 1, .hear = hear, .break_off = break_off, .context = &all};
  memset(&all, 0, sizeof all);
  assert_int_equal(regular_new(&def, &made, NULL), R2NN_OK);
  return made;
}

static double random_unit(void) {
  static uint32_t state = 1;
  state = state * 1664525u + 1013904223u;
  return state / 4294967296.0;
}

/* The largest error of a sine of freq periods a reading; jitter: the width of the readings' times, periods; one of n_missing is
 * missing (0: none). */
static double error_of(double freq, double jitter, uint32_t n_missing) {
  const double rate_hz = 1.37; /* the grid lies everywhere between the readings */
  regular *self = begin(rate_hz, 3.5);
  uint32_t n_left_out = 0;
  for (int k = 0; k < N_READINGS; k++) {
    double time_s = k ? k + jitter * (random_unit() - 0.5) : 0, value = sin(2 * M_PI * freq * time_s);
    if (n_missing && k % (int)n_missing == 5)
      n_left_out++;
    else
      regular_push(self, time_s, &value);
  }
  regular_flush(self, true);
  const regular_counters *counters = regular_look(self);
  assert_int_equal(counters->n_readings, N_READINGS - n_left_out);
  assert_int_equal(counters->n_missing, 0);
  if (n_missing || jitter == 0) assert_true(counters->n_bridged >= n_left_out);
  if (jitter < 0.5) assert_int_equal(counters->n_bridged, n_left_out);
  assert_int_equal(all.n_breaks, 0);
  assert_true(fabs(all.n - rate_hz * (N_READINGS - 1)) < 2);
  double most = 0;
  for (uint32_t i = EDGE; i + EDGE < all.n; i++) most = fmax(most, fabs(all.frames[i] - sin(2 * M_PI * freq * i / rate_hz)));
  regular_free(self);
  return most;
}

static void the_error_is_that_of_the_formula(void **state) {
  (void)state;
  /* frames are floats: below 1e-7 there is nothing to measure */
  for (int i = 0; i < 4; i++) {
    const double freq[] = {1 / 20.0, 1 / 10.0, 1 / 8.0, 1 / 6.0};
    double formula = 11025.0 / (256 * 40320) * pow(2 * M_PI * freq[i], 8), measured = error_of(freq[i], 0, 0);
    print_message("evenly, fs/%.0f: %.2g, formula %.2g\n", 1 / freq[i], measured, formula);
    assert_true(measured < 1.05 * formula + 1.2e-7 && measured > 0.6 * formula);
  }
}

static void errors_stay_within_what_the_manual_says(void **state) {
  (void)state;
  static const struct {
    double freq, jitter;
    uint32_t n_missing;
    double most;
  } cases[] = {
      {1 / 10.0, 0, 0, 3e-5}, {1 / 10.0, 0.5, 0, 1e-4}, {1 / 10.0, 0, 50, 1e-4}, {1 / 10.0, 0.5, 50, 2e-4},
      {1 / 4.0, 0, 0, 0.02},  {1 / 4.0, 0.5, 0, 0.06},  {1 / 4.0, 0, 50, 0.25},  {1 / 4.0, 0.5, 50, 0.4},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double measured = error_of(cases[i].freq, cases[i].jitter, cases[i].n_missing);
    print_message("fs/%.0f, jitter %.1f, one in %u missing: %.2g\n", 1 / cases[i].freq, cases[i].jitter, cases[i].n_missing,
                  measured);
    if (measured > cases[i].most) fail_msg("more than %g", cases[i].most);
  }
}

static void what_lies_on_the_grid_passes(void **state) {
  (void)state;
  regular *self = begin(1, 3.5);
  double values[600];
  for (int k = 0; k < 600; k++) {
    values[k] = (float)(random_unit() - 0.5);
    regular_push(self, k % 2 ? k + 1e-6 : k, &values[k]);
  }
  regular_flush(self, true);
  assert_int_equal(all.n, 600);
  for (int k = 0; k < 600; k++) assert_true(all.frames[k] == (float)values[k]);
  regular_free(self);

  self = begin(1, 3.5); /* without times: in turn */
  for (int k = 0; k < 600; k++) regular_push(self, NAN, &values[k]);
  regular_flush(self, false);
  for (int k = 0; k < 600; k++) assert_true(all.frames[k] == (float)values[k]);
  assert_int_equal(all.n, 600);
  regular_free(self);
}

/* A gap of up to gap_s is bridged; behind a longer one there is a new grid, whose first frame is the reading itself. */
static void a_long_gap_begins_anew(void **state) {
  (void)state;
  for (int missing = 2; missing <= 3; missing++) {
    regular *self = begin(1, 3.5);
    double value = 0;
    for (int k = 0; k < 100; k++) {
      value = k;
      double time_s = k < 50 ? k : k + missing + 0.25;
      regular_push(self, time_s, &value);
    }
    regular_flush(self, true);
    bool is_bridged = missing + 1.25 <= 3.5;
    assert_int_equal(regular_look(self)->n_bridged, is_bridged);
    assert_int_equal(regular_look(self)->n_breaks, !is_bridged);
    assert_int_equal(all.n_breaks, !is_bridged);
    if (is_bridged) {
      assert_int_equal(all.n, 100 + missing);
    } else {
      assert_int_equal(all.n, 100);
      assert_int_equal(all.first_after, 50);
      assert_true(all.frames[50] == 50.0f);
      assert_true(fabs(all.gap_s - (missing + 1.25)) < 1e-9);
      assert_true(fabs(all.at_s - (50 + missing + 0.25)) < 1e-9);
    }
    regular_free(self);
  }
  regular *self = begin(1, 3.5); /* silence where readings have no times */
  double value = 1;
  for (int k = 0; k < 10; k++) regular_push(self, NAN, &value);
  regular_interrupt(self, 20);
  regular_push(self, NAN, &value);
  regular_flush(self, true);
  assert_int_equal(all.n, 11);
  assert_true(all.gap_s == 20 && fabs(all.at_s - 29) < 1e-9);
  regular_free(self);
}

static void what_is_no_reading_is_counted(void **state) {
  (void)state;
  regular *self = begin(1, 3.5);
  for (int k = 0; k < 40; k++) {
    double value = k == 7 ? NAN : k == 8 ? INFINITY : k;
    regular_push(self, k, &value);
    if (k == 20) regular_push(self, k - 1, &value); /* late */
    if (k == 30) regular_push(self, k, &value);     /* twice */
  }
  regular_flush(self, true);
  assert_int_equal(regular_look(self)->n_readings, 42);
  assert_int_equal(regular_look(self)->n_missing, 4);
  assert_int_equal(regular_look(self)->n_bridged, 1);
  assert_int_equal(all.n, 40);
  for (int k = 0; k < 40; k++) assert_true(fabs(all.frames[k] - k) < 1e-4); /* a line is bridged as a line */
  double value = 0;
  regular_push(self, 3, &value); /* the clock was set back */
  assert_int_equal(all.n_breaks, 1);
  regular_free(self);
  regular_free(NULL);
  intake_close(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_error_is_that_of_the_formula),
                                     cmocka_unit_test(errors_stay_within_what_the_manual_says),
                                     cmocka_unit_test(what_lies_on_the_grid_passes), cmocka_unit_test(a_long_gap_begins_anew),
                                     cmocka_unit_test(what_is_no_reading_is_counted)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
