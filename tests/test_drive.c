/* The AC coupling: its gain against the RC high-pass at every corner, its digits at the lowest, and the whole engine behind it.
 * ctest-labels: physics */
#include "core/drive.h"
#include "networks.h"
#include "train/spectral.h"

#include <complex.h>

/* One section's transfer at w rad a sample. */
static double complex section(const r2nn_drive *drive, double w) {
  double complex z = cexp(CMPLX(0, -w));
  return (1 - z) * (drive->now + drive->before * z + drive->earlier * z * z) / (1 - drive->keep * z);
}

static double complex analog(double w, double corner) {
  return CMPLX(0, w) / CMPLX(corner, w);
}

/* The worst gain error in dB and delay in frames over 0..0.4 of the rate. */
static double worst_db(const r2nn_drive *drive, double ratio, double *delay) {
  double worst = 0;
  *delay = 0;
  for (uint32_t i = 1; i <= 4000; i++)
    for (uint32_t low = 0; low < 2; low++) {
      double w = 2 * PI * 0.4 * (low ? pow(10, -7 + 7 * i / 4000.0) : i / 4000.0);
      double complex error = section(drive, w) / analog(w, 2 * PI * ratio);
      worst = fmax(worst, fabs(20 * log10(cabs(error))));
      if (w > 1e-3) *delay = fmax(*delay, fabs(carg(error)) / w);
    }
  return worst;
}

static void the_gain_is_that_of_an_rc_highpass(void **state) {
  (void)state;
  static const double ratios[] = {1e-6, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 2, 4, 10, 1e3, 1e6};
  printf("  corner/rate   gain error   delay error\n");
  for (uint32_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
    r2nn_drive drive = r2nn_drive_design(ratios[i] * 8000, 1, 8000);
    double delay, db = worst_db(&drive, ratios[i], &delay);
    printf("  %11g   %7.4f dB   %.3f frames\n", ratios[i], db, delay);
    assert_true(db <= (ratios[i] <= 0.1 ? 0.004 : ratios[i] <= 0.5 ? 0.05 : 0.11));
    assert_true(delay < 0.5);
  }
}

/* keep = exp(-corner) and nearly (1 + keep)/2 of the difference, to the last digits; the worst error in between grows smoothly. */
static void low_corners_lose_no_digits(void **state) {
  (void)state;
  double corner = 2 * PI * 0.01 / 384000;
  r2nn_drive drive = r2nn_drive_design(0.01, 1, 384000);
  assert_true(fabs(drive.keep - exp(-corner)) < 1e-16);
  assert_true(fabs(drive.now - (1 + drive.keep) / 2) < 1e-13);
  assert_true(fabs(drive.before) < 1e-13 && fabs(drive.earlier) < 1e-13);
  /* a step falls as exp(-2 pi f t), for ten million frames; and 5 V more at the input are nothing */
  r2nn_drive_state here = {0};
  assert_true(r2nn_drive_step(&drive, &here, 5) == 0);
  double y = 0;
  for (uint32_t t = 0; t <= 10000000; t++) y = r2nn_drive_step(&drive, &here, 6);
  assert_true(fabs(y - exp(-corner * 1e7)) < 1e-6);
  for (double ratio = 1e-9; ratio < 0.1; ratio *= 1.5) {
    double delay;
    drive = r2nn_drive_design(ratio * 48000, 1, 48000);
    assert_true(worst_db(&drive, ratio, &delay) < 1e-7 + 0.3 * ratio * ratio);
  }
}

static void extremes_are_finite(void **state) {
  (void)state;
  static const double corners[] = {1e-300, 1e-20, 1e5, 1e30, 1e300};
  for (uint32_t i = 0; i < sizeof corners / sizeof *corners; i++) {
    r2nn_drive drive = r2nn_drive_design(corners[i], 2, 20);
    assert_true(isfinite(drive.now) && isfinite(drive.before) && isfinite(drive.earlier));
    assert_true(drive.now > 0 && drive.keep >= 0 && drive.keep <= 1);
    assert_int_equal(drive.order, 2);
  }
  assert_int_equal(r2nn_drive_design(0, 2, 8000).order, 0);
  assert_int_equal(r2nn_drive_design(100, 0, 8000).order, 0);
  r2nn_drive none = {0};
  r2nn_drive_state here = {0};
  assert_true(r2nn_drive_step(&none, &here, 0.25) == 0.25);
}

/* A constant leaves nothing from the first sample on; an impulse response is that of the transfer, once or twice. */
static void steps_follow_the_transfer(void **state) {
  (void)state;
  for (uint32_t order = 1; order <= 2; order++)
    for (uint32_t k = 0; k < 3; k++) {
      r2nn_drive drive = r2nn_drive_design((double[]){50, 3000, 20000}[k], order, 8000);
      r2nn_drive_state here = {0};
      for (uint32_t t = 0; t < 100; t++) assert_true(r2nn_drive_step(&drive, &here, 0.7) == 0);
      enum { N = 4096 };
      double response[N];
      for (uint32_t t = 0; t < N; t++) response[t] = r2nn_drive_step(&drive, &here, t ? 0.7 : 1.7);
      for (uint32_t i = 0; i <= 20; i++) {
        double w = PI * i / 20;
        double complex sum = 0, h = section(&drive, w);
        for (uint32_t t = 0; t < N; t++) sum += response[t] * cexp(CMPLX(0, -w * t));
        assert_true(cabs(sum - (order == 2 ? h * h : h)) < 1e-12);
      }
    }
}

/* A follower behind the coupling: the amplitude of a sine at the node against |HP|^order |H| of the circuits. */
static void the_engine_meets_the_circuits(void **state) {
  (void)state;
  static const double rates[] = {8000, 16000, 48000}, corners[] = {50, 1000, 3700, 20000};
  double worst = 0;
  for (uint32_t r = 0; r < 3; r++)
    for (uint32_t k = 0; k < 4; k++)
      for (uint32_t order = 1; order <= 2; order++) {
        double rate = rates[r], re, im;
        uint32_t n = 16384;
        r2nn_model *model = follower(0.5 / (2 * PI * rate));
        model->remove_mean = true;
        model->highpass_hz = corners[k];
        model->highpass_order = order;
        checked(model);
        float *in = malloc(n * sizeof *in);
        for (uint32_t i = 0; i < 8; i++) {
          double w = 2 * PI * (uint32_t[]){8, 64, 512, 1000, 1500, 2300, 2900, 3276}[i] / 8192;
          for (uint32_t t = 0; t < n; t++) in[t] = (float)cos(w * t);
          float *out = voltages(model, rate, in, n);
          double complex sum = 0; /* over whole periods, after what the start leaves */
          for (uint32_t t = n / 2; t < n; t++) sum += (double)out[t] * cexp(CMPLX(0, -w * t)) / 4096;
          assert_int_equal(r2nn_stage_response(&model->stages[0], 1, w / (2 * PI) * rate, &re, &im, NULL, NULL), R2NN_OK);
          double wanted = hypot(re, im) * pow(cabs(analog(w * rate, 2 * PI * corners[k])), order);
          double db = fabs(20 * log10(cabs(sum) / wanted));
          worst = fmax(worst, db);
          assert_true(db < 0.13 * order);
          free(out);
        }
        free(in);
        r2nn_model_free(model);
      }
  printf("  engine, coupling and node: worst %.3f dB\n", worst);
}

/* Two channels at different offsets, in blocks of several sizes: the same bits. */
static void blocks_do_not_matter(void **state) {
  (void)state;
  enum { FRAMES = 3000 };
  for (uint32_t order = 1; order <= 2; order++) {
    r2nn_model *model = network(6, 2, 100, 3000, 5, 0.5, false, 3);
    model->remove_mean = true;
    model->highpass_hz = 3700;
    model->highpass_order = order;
    checked(model);
    float *in = new_noise(2 * FRAMES, 4), *parts = malloc((size_t)FRAMES * 4 * sizeof *parts);
    for (uint32_t t = 0; t < FRAMES; t++) in[2 * t + 1] += 3;
    float *whole = voltages(model, 8000, in, FRAMES);
    for (uint32_t size = 1; size < 100; size += 13) {
      r2nn_engine *engine = new_engine(model, 8000);
      for (uint32_t t = 0; t < FRAMES; t += size)
        r2nn_engine_run_nodes(engine, in + (size_t)2 * t, parts + (size_t)4 * t, t + size < FRAMES ? size : FRAMES - t);
      assert_memory_equal(parts, whole, (size_t)FRAMES * 4 * sizeof *parts);
      r2nn_engine_free(engine);
    }
    free(in);
    free(whole);
    free(parts);
    r2nn_model_free(model);
  }
}

/* Spectra are those of the coupled clip: their sum is its energy. */
static void training_hears_the_same(void **state) {
  (void)state;
  enum { FRAMES = 1000, BINS = 64 };
  float *samples = new_noise(FRAMES, 9);
  r2nn_clip clip = {.samples = samples, .n_frames = FRAMES, .rate_hz = 8000};
  const r2nn_clip *list = &clip;
  double freq_hz[BINS];
  r2nn_spectral_grid(BINS, 500, 4000, freq_hz);
  for (uint32_t order = 0; order <= 2; order++) { /* 0 counts as 1 */
    r2nn_drive drive = r2nn_drive_design(3700, order ? order : 1, 8000);
    r2nn_drive_state here = {0};
    r2nn_spectra *spectra;
    double energy = 0, sum = 0;
    assert_int_equal(r2nn_spectra_new(&list, 1, 1, freq_hz, BINS, 3700, order, NULL, &spectra, NULL), R2NN_OK);
    for (uint32_t t = 0; t < FRAMES; t++) energy += pow(r2nn_drive_step(&drive, &here, (double)samples[t]), 2) / 8000;
    for (uint32_t i = 0; i < BINS; i++) sum += spectra->packed[i];
    assert_true(fabs(sum - energy) < 1e-9 * energy);
    r2nn_spectra_free(spectra);
  }
  free(samples);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_gain_is_that_of_an_rc_highpass),
      cmocka_unit_test(low_corners_lose_no_digits),
      cmocka_unit_test(extremes_are_finite),
      cmocka_unit_test(steps_follow_the_transfer),
      cmocka_unit_test(the_engine_meets_the_circuits),
      cmocka_unit_test(blocks_do_not_matter),
      cmocka_unit_test(training_hears_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
