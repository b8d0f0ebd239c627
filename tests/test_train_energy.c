/* Energies by spectra, which circuits are trained on, against those that the engine adds up sample by sample, tails included.
 * ctest-labels: physics data */
#include "audio/file.h"
#include "data/dataset.h"
#include "sets.h"
#include "train/layout.h"
#include "train/spectral.h"

#include <math.h>
#include <unistd.h>

#define WORST_DB 0.1 /* for modes up to 0.4 of the sample rate, where the engine is held to H(jw) */
#define N_BINS   8192

static double worst_db;
static uint32_t n_compared, n_clips_compared;

/* An untrained random network on the clip's range, as a model that is AC-coupled and decides over the whole clip. */
static r2nn_model *model_new(r2nn_topology topology, uint32_t n_channels, double rate_hz, double fmin_hz, double fmax_hz, double q,
                             uint64_t seed) {
  r2nn_recipe recipe = {.n_stages = 1,
                        .stages = {{.topology = topology,
                                    .n_rows = topology == R2NN_GRID ? 4 : 10,
                                    .n_cols = topology == R2NN_GRID ? 4 : 1,
                                    .fmin_hz = fmin_hz,
                                    .fmax_hz = fmax_hz,
                                    .q = q}},
                        .head = R2NN_HEAD_PERCEPTRON,
                        .start_coupled = true,
                        .resistor_lo_ohm = 1e3,
                        .resistor_hi_ohm = 1e7};
  r2nn_model *model = r2nn_model_new(n_channels, 2, 1);
  r2nn_params params;
  r2nn_error error = {""};
  assert_non_null(model);
  check_ok(r2nn_layout_start(&recipe, 0, n_channels, 2, seed, &model->stages[0], &params, &error), &error);
  r2nn_params_free(&params);
  model->classes[0] = strdup("a");
  model->classes[1] = strdup("b");
  model->trained_rate_hz = rate_hz;
  model->remove_mean = true;
  model->highpass_hz = fmin_hz / 2;
  model->highpass_order = 1 + seed % 2;
  model->readout.mode = R2NN_MODE_FILE;
  check_ok(r2nn_head_init(&model->head, R2NN_HEAD_PERCEPTRON, model->stages[0].n_outputs, 0, 2, &error), &error);
  check_ok(r2nn_model_check(model, &error), &error);
  return model;
}

/* The engine's energies of a clip and of all that rings on after it. */
static void step_through(const r2nn_model *model, const r2nn_clip *clip, double *energies) {
  r2nn_engine_def def = r2nn_engine_def_default(model, clip->rate_hz);
  r2nn_engine *engine;
  r2nn_decision decision;
  r2nn_error error = {""};
  check_ok(r2nn_engine_new(model, &def, &engine, &error), &error);
  r2nn_engine_run(engine, clip->samples, (uint32_t)clip->n_frames);
  r2nn_engine_drain(engine, 2 * r2nn_engine_tail(engine, 60));
  r2nn_engine_finish(engine);
  assert_true(r2nn_engine_poll(engine, &decision));
  memcpy(energies, decision.energies, model->stages[0].n_outputs * sizeof *energies);
  assert_int_equal(r2nn_engine_faults(engine, false), 0);
  r2nn_engine_free(engine);
}

static void check_clip(const r2nn_model *model, const r2nn_clip *clip, const char *what) {
  uint32_t n = model->stages[0].n_outputs, m = model->n_channels;
  double *freq_hz = malloc(N_BINS * sizeof *freq_hz), *stepped = calloc(n, sizeof *stepped),
         *energies = calloc(n, sizeof *energies);
  r2nn_spectra *spectra;
  r2nn_spectral *spectral;
  r2nn_error error = {""};
  assert_true(freq_hz && stepped && energies);
  r2nn_spectral_grid(N_BINS, clip->rate_hz / 8, clip->rate_hz / 2, freq_hz);
  check_ok(r2nn_spectra_new(&clip, 1, m, freq_hz, N_BINS, model->highpass_hz, model->highpass_order, NULL, &spectra, &error),
           &error);
  check_ok(r2nn_spectral_new(&model->stages[0], m, freq_hz, N_BINS, NULL, &spectral, &error), &error);
  r2nn_spectral_forward(spectral, &model->stages[0]);
  r2nn_spectral_energies(spectral, spectra, energies);
  step_through(model, clip, stepped);
  for (uint32_t o = 0; o < n; o++) {
    double db = 10 * fabs(log10(energies[o] / stepped[o]));
    worst_db = fmax(worst_db, db);
    n_compared++;
    if (!(db <= WORST_DB))
      fail_msg("%s, %s, output %u: %.4g V^2 s by spectra, %.4g in time: %.3f dB", what, model->stages[0].topology, o, energies[o],
               stepped[o], db);
  }
  n_clips_compared++;
  r2nn_spectral_free(spectral);
  r2nn_spectra_free(spectra);
  free(freq_hz);
  free(stepped);
  free(energies);
}

/* Every topology on one clip. */
static void check_topologies(const r2nn_clip *clip, uint32_t n_channels, double fmin_hz, double fmax_hz, const char *what) {
  static const r2nn_topology topologies[] = {R2NN_BANK, R2NN_FULL, R2NN_GRID};
  for (uint32_t t = 0; t < 3; t++) {
    r2nn_model *model = model_new(topologies[t], n_channels, clip->rate_hz, fmin_hz, fmax_hz, 6, 11 + t);
    check_clip(model, clip, what);
    r2nn_model_free(model);
  }
}

static void report(const char *what) {
  printf("  %s: %u outputs of %u clips and circuits, worst %.3f dB\n", what, n_compared, n_clips_compared, worst_db);
  n_compared = n_clips_compared = 0;
  worst_db = 0;
}

static void tones_in_noise_agree(void **state) {
  (void)state;
  static const double rates[] = {100, 8000, 48000};
  for (uint32_t r = 0; r < 3; r++)
    for (uint32_t n_channels = 1; n_channels <= 3; n_channels += 2) {
      set_def def = {.n_channels = n_channels,
                     .n_classes = 3,
                     .n_groups = 1,
                     .n_each = 1,
                     .rate_hz = rates[r],
                     .duration_s = 3000 / rates[r],
                     .vary = 0.5,
                     .low_hz = 0.02 * rates[r],
                     .ratio = 2,
                     .noise = 0.05,
                     .seed = r};
      r2nn_dataset set = set_new(&def);
      for (uint32_t i = 0; i < set.n_clips; i++)
        check_topologies(&set.clips[i], n_channels, 0.01 * rates[r], 0.4 * rates[r], "tones");
      set_free(&set);
    }
  report("tones");
}

/* A step within a clip that ends loud, and single samples: what rings on afterwards is most of it. */
static void short_clips_agree(void **state) {
  (void)state;
  for (uint32_t n_frames = 2; n_frames <= 50; n_frames += 12) {
    float samples[64] = {0};
    for (uint32_t t = 1; t < n_frames; t++) samples[t] = t % 3 ? 0.5f : -0.25f;
    r2nn_clip clip = {.samples = samples, .n_frames = n_frames, .rate_hz = 8000};
    check_topologies(&clip, 1, 80, 2000, "short");
  }
  report("short clips");
}

static const char *folder; /* of the recordings */

/* Every step-th recording of a manifest; false if it is not there. */
static bool check_recordings(const char *manifest, uint32_t step, uint32_t n_channels, double low, double high) {
  char path[512];
  data_list list;
  r2nn_error error = {""};
  snprintf(path, sizeof path, "%s/data/%s", folder, manifest);
  if (access(path, R_OK) != 0) return false;
  check_ok(dataset_list(path, &list, &error), &error);
  for (uint32_t i = 0; i < list.n_entries; i += step) {
    audio_file *file;
    audio_info info;
    check_ok(audio_open(list.entries[i].path, NULL, &file, &info, &error), &error);
    assert_int_equal(info.n_channels, n_channels);
    r2nn_clip clip = {.rate_hz = info.rate_hz};
    for (;;) {
      clip.samples = realloc(clip.samples, (clip.n_frames + AUDIO_BLOCK) * n_channels * sizeof *clip.samples);
      assert_non_null(clip.samples);
      uint32_t n = audio_read(file, clip.samples + clip.n_frames * n_channels, AUDIO_BLOCK);
      clip.n_frames += n;
      if (n == 0) break;
    }
    audio_close(file);
    check_topologies(&clip, n_channels, low * info.rate_hz, high * info.rate_hz, list.entries[i].path);
    free(clip.samples);
  }
  data_list_free(&list);
  report(manifest);
  return true;
}

static void vowels_agree(void **state) {
  (void)state;
  if (!check_recordings("speech-vowels/manifest-3.csv", 16, 1, 1.0 / 160, 0.4)) skip();
}

static void fans_agree(void **state) {
  (void)state;
  if (!check_recordings("machine-ceiling-fan/manifest.csv", 120, 3, 1.0 / 160, 0.4)) skip();
}

int main(void) {
  const struct CMUnitTest synthetic[] = {
      cmocka_unit_test(tones_in_noise_agree),
      cmocka_unit_test(short_clips_agree),
  };
  const struct CMUnitTest recorded[] = {
      cmocka_unit_test(vowels_agree),
      cmocka_unit_test(fans_agree),
  };
  int failed = cmocka_run_group_tests_name("synthetic", synthetic, NULL, NULL);
  if (failed) return failed;
  folder = getenv("R2NN_SHARED");
  char path[512];
  snprintf(path, sizeof path, "%s/data", folder ? folder : "");
  if (!folder || access(path, R_OK) != 0) {
    printf("skipped: what recordings show: there is no folder %s\n", path);
    return 77;
  }
  return cmocka_run_group_tests_name("recorded", recorded, NULL, NULL);
}
