/* Clips reduced to spectra, against closed forms; and that threads change no bit of them or of what is solved on them.
 * ctest-labels: physics threads */
#include "spectral.h"
#include "workers.h"

static r2nn_clip clip_of(float *samples, uint64_t n_frames, double rate_hz) {
  return (r2nn_clip){.samples = samples, .n_frames = n_frames, .rate_hz = rate_hz};
}

static r2nn_spectra *spectra_of(const r2nn_clip *clips, uint32_t n_clips, uint32_t n_channels, const double *freq_hz,
                                uint32_t n_bins, double highpass_hz, const r2nn_workers *workers) {
  const r2nn_clip *list[16];
  for (uint32_t i = 0; i < n_clips; i++) list[i] = &clips[i];
  r2nn_spectra *spectra;
  r2nn_error error;
  assert_int_equal(r2nn_spectra_new(list, n_clips, n_channels, freq_hz, n_bins, highpass_hz, 1, workers, &spectra, &error),
                   R2NN_OK);
  return spectra;
}

static void the_grid_is_linear_then_logarithmic(void **state) {
  (void)state;
  double freq_hz[1000];
  r2nn_spectral_grid(1000, 50, 8000, freq_hz);
  assert_true(freq_hz[0] == 0 && freq_hz[999] == 8000);
  for (uint32_t i = 1; i < 1000; i++) assert_true(freq_hz[i] > freq_hz[i - 1]);
  double low = freq_hz[2] / freq_hz[1], high = (freq_hz[999] / freq_hz[998]) / (freq_hz[900] / freq_hz[899]);
  CLOSE(low, 2, 1e-3);
  CLOSE(high, 1, 1e-3);
}

/* The sum over a grid that reaches Nyquist is the energy T sum x^2, whatever the length, rate or grid. */
static void spectra_keep_the_energy(void **state) {
  (void)state;
  seed_state = 31;
  const uint64_t lengths[] = {1, 2, 3, 100, 1001, 4096, 7919};
  const double rates[] = {20, 8000, 44100, 384000};
  float *samples = calloc(7919, sizeof *samples);
  assert_non_null(samples);
  for (uint32_t i = 0; i < 7919; i++) samples[i] = (float)between(-1, 1);
  for (uint32_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
    for (uint32_t r = 0; r < sizeof rates / sizeof *rates; r++) {
      double freq_hz[257], expected = 0, sum = 0;
      r2nn_spectral_grid(257, rates[r] / 16, rates[r] / 2, freq_hz);
      r2nn_clip clip = clip_of(samples, lengths[l], rates[r]);
      r2nn_spectra *spectra = spectra_of(&clip, 1, 1, freq_hz, 257, 0, NULL);
      for (uint64_t t = 0; t < lengths[l]; t++) expected += (double)samples[t] * (double)samples[t] / rates[r];
      for (uint32_t i = 0; i < 257; i++) sum += spectra->packed[i];
      CLOSE(sum, expected, 1e-9 * expected);
      CLOSE(spectra->duration_s[0], (double)lengths[l] / rates[r], 1e-12 * spectra->duration_s[0]);
      r2nn_spectra_free(spectra);
    }
  free(samples);
}

/* Channel 1 is channel 0 a quarter period later: S_01 = X_0 conj(X_1) points along +j, by the closed form of two decaying waves. */
static void cross_spectra_carry_the_phase(void **state) {
  (void)state;
  enum { N = 6000, BINS = 401 };
  const double rate_hz = 8000, f_hz = 1000, alpha = 20;
  float *samples = calloc(2 * N, sizeof *samples);
  assert_non_null(samples);
  for (uint32_t t = 0; t < N; t++) {
    double decay = exp(-alpha * t / rate_hz), phase = 2 * PI * f_hz * t / rate_hz;
    samples[2 * t] = (float)(decay * cos(phase));
    samples[2 * t + 1] = (float)(decay * sin(phase));
  }
  double freq_hz[BINS], aa = 0, bb = 0, re = 0, im = 0, dot = 0;
  r2nn_spectral_grid(BINS, 2000, 4000, freq_hz);
  r2nn_clip clip = clip_of(samples, N, rate_hz);
  r2nn_spectra *spectra = spectra_of(&clip, 1, 2, freq_hz, BINS, 0, NULL);
  for (uint32_t i = 0; i < BINS; i++) {
    aa += spectra->packed[4 * i];
    re += spectra->packed[4 * i + 1];
    im += spectra->packed[4 * i + 2];
    bb += spectra->packed[4 * i + 3];
  }
  for (uint32_t t = 0; t < N; t++) dot += (double)samples[2 * t] * (double)samples[2 * t + 1] / rate_hz;
  CLOSE(re, dot, 1e-9 * aa);
  CLOSE(im, 1 / (4 * alpha), 0.01 / (4 * alpha));
  CLOSE(aa, bb, 0.05 * aa);
  r2nn_spectra_free(spectra);
  free(samples);
}

/* An impulse of area T into a resonator: energy T^2 B^2 / (2 C K), the integral of |H|^2 over all frequencies. */
static void an_impulse_leaves_the_resonators_energy(void **state) {
  (void)state;
  enum { BINS = 2048 };
  float samples[4] = {1, 0, 0, 0};
  double freq_hz[BINS];
  r2nn_spectral_grid(BINS, 400, 24000, freq_hz);
  r2nn_clip clip = clip_of(samples, 4, 48000);
  r2nn_spectra *spectra = spectra_of(&clip, 1, 1, freq_hz, BINS, 0, NULL);
  r2nn_stage stage = stage_new(1);
  stage.nodes[0] = resonator(1e-4, 300, 5);
  drive(&stage, 0, 0, 1e-5);
  stage.n_outputs = 1;
  double *energy = energies_of(&stage, freq_hz, spectra);
  double expected = 1e-5 * 1e-5 / (2 * stage.nodes[0].c * 1.1e-4) / (48000.0 * 48000.0);
  CLOSE(*energy, expected, 1e-3 * expected);
  free(energy);
  r2nn_spectra_free(spectra);
  stage_free(&stage);
}

/* AC coupling takes a constant away without a step, and weakens a tone by (1 + (fc/f)^2)^-1/2. */
static void coupling_removes_the_mean(void **state) {
  (void)state;
  enum { N = 16000, BINS = 301 };
  const double rate_hz = 8000;
  static float constant[N], tone[N];
  for (uint32_t t = 0; t < N; t++) {
    constant[t] = 0.75f;
    tone[t] = (float)(0.5 + sin(2 * PI * 50 * t / rate_hz));
  }
  double freq_hz[BINS], energy[3] = {0};
  r2nn_spectral_grid(BINS, 2000, 4000, freq_hz);
  r2nn_clip clips[2] = {clip_of(constant, N, rate_hz), clip_of(tone, N, rate_hz)};
  r2nn_spectra *spectra = spectra_of(clips, 2, 1, freq_hz, BINS, 50, NULL);
  for (uint32_t i = 0; i < BINS; i++) {
    energy[0] += spectra->packed[i];
    energy[1] += spectra->packed[BINS + i];
  }
  CLOSE(energy[0], 0, 1e-20);
  CLOSE(energy[1], 0.5 * 0.5 * N / rate_hz, 0.005 * N / rate_hz);
  r2nn_spectra_free(spectra);
}

static void a_clip_beyond_any_transform_is_refused(void **state) {
  (void)state;
  float sample = 0;
  double freq_hz[2] = {0, 100};
  r2nn_clip clip = clip_of(&sample, (uint64_t)1 << 40, 8000);
  const r2nn_clip *list = &clip;
  r2nn_spectra *spectra;
  r2nn_error error;
  assert_int_equal(r2nn_spectra_new(&list, 1, 1, freq_hz, 2, 0, 1, NULL, &spectra, &error), R2NN_BAD_DATA);
  assert_non_null(strstr(error.text, "recording 1 is too long"));
  assert_null(spectra);
}

static void threads_change_no_bit(void **state) {
  (void)state;
  enum { BINS = 301, CLIPS = 9, FRAMES = 2000, CHANNELS = 2 };
  seed_state = 41;
  float *samples = calloc(CLIPS * FRAMES * CHANNELS, sizeof *samples);
  assert_non_null(samples);
  for (uint32_t i = 0; i < CLIPS * FRAMES * CHANNELS; i++) samples[i] = (float)between(-1, 1);
  r2nn_clip clips[CLIPS];
  for (uint32_t i = 0; i < CLIPS; i++) clips[i] = clip_of(samples + i * FRAMES * CHANNELS, FRAMES - 100 * i, 8000);
  double freq_hz[BINS];
  r2nn_spectral_grid(BINS, 200, 4000, freq_hz);
  r2nn_stage stage = full_stage(12, CHANNELS, 3);
  size_t n_sums = r2nn_stage_gradient_size(&stage), n = CLIPS * 3;
  double *first = NULL;
  for (uint32_t n_threads = 0; n_threads <= 8; n_threads = n_threads ? 2 * n_threads : 1) {
    workers *pool = n_threads ? workers_new(n_threads) : NULL;
    const r2nn_workers *lent = pool ? workers_hook(pool) : NULL;
    assert_true(pool || !n_threads);
    r2nn_spectra *spectra = spectra_of(clips, CLIPS, CHANNELS, freq_hz, BINS, 20, lent);
    r2nn_spectral *spectral = spectral_new(&stage, CHANNELS, freq_hz, BINS, lent);
    r2nn_stage_gradient gradient = gradient_new(&stage);
    double *energies = calloc(n, sizeof *energies);
    assert_non_null(energies);
    r2nn_spectral_forward(spectral, &stage);
    r2nn_spectral_energies(spectral, spectra, energies);
    r2nn_spectral_backward(spectral, &stage, spectra, energies, &gradient);
    double *all = calloc(n + n_sums, sizeof *all);
    assert_non_null(all);
    memcpy(all, energies, n * sizeof *all);
    memcpy(all + n, gradient.d, n_sums * sizeof *all);
    if (first) assert_memory_equal(all, first, (n + n_sums) * sizeof *all);
    if (first)
      free(all);
    else
      first = all;
    free(energies);
    r2nn_stage_gradient_free(&gradient);
    r2nn_spectral_free(spectral);
    r2nn_spectra_free(spectra);
    if (pool) workers_free(pool);
  }
  free(first);
  free(samples);
  stage_free(&stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_grid_is_linear_then_logarithmic),
      cmocka_unit_test(spectra_keep_the_energy),
      cmocka_unit_test(cross_spectra_carry_the_phase),
      cmocka_unit_test(an_impulse_leaves_the_resonators_energy),
      cmocka_unit_test(coupling_removes_the_mean),
      cmocka_unit_test(a_clip_beyond_any_transform_is_refused),
      cmocka_unit_test(threads_change_no_bit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
