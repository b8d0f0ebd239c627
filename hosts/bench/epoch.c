/* How long an epoch of training takes: 100 clips of half a second, 32 resonators all coupled. */
#include "bench/clock.h"
#include "bench/figures.h"
#include "bench/noise.h"
#include "progress.h"
#include "r2nn/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CLIPS = 100, FRAMES = 4000, CLASSES = 3, ROUNDS = 3 };
static const double rate_hz = 8000;

/* Fading tones of a pitch by class, in noise. */
static void fill_clip(r2nn_clip *clip, uint32_t number) {
  uint64_t state = number + 1;
  clip->label = number % CLASSES;
  clip->split = number % 5 ? R2NN_SPLIT_TRAIN : R2NN_SPLIT_TEST;
  clip->group = number;
  for (uint32_t t = 0; t < FRAMES; t++) {
    double w = 2 * M_PI * 200 * (clip->label + 1 + 0.002 * number);
    clip->samples[t] = (float)(sin(w * t / rate_hz) * exp(-(double)t / rate_hz / 0.1) + 0.05 * noise_next(&state));
  }
}

static r2nn_status train(const r2nn_dataset *dataset, uint32_t n_epochs, double *seconds, r2nn_error *error) {
  r2nn_train_spec spec = r2nn_train_spec_default();
  r2nn_model *model = NULL;
  spec.n_stages = 1;
  spec.head = R2NN_HEAD_PERCEPTRON;
  spec.n_starts = 1;
  spec.n_epochs = n_epochs;
  spec.seed = 1;
  r2nn_status status = r2nn_stage_spec_parse("full:32@100-3500,q=8", &spec.stages[0], error);
  double begun_s = worked_s();
  if (status == R2NN_OK) status = r2nn_train(dataset, &spec, NULL, NULL, NULL, &model, NULL, error);
  *seconds = worked_s() - begun_s;
  r2nn_model_free(model);
  return status;
}

r2nn_status bench_measure_epoch(bool quick, bench_figures *figures, r2nn_error *error) {
  char low[] = "low", middle[] = "middle", high[] = "high", *names[CLASSES] = {low, middle, high};
  float *samples = calloc((size_t)CLIPS * FRAMES, sizeof *samples);
  r2nn_clip *clips = calloc(CLIPS, sizeof *clips);
  r2nn_dataset dataset = {
      .n_channels = 1, .n_classes = CLASSES, .classes = names, .n_groups = CLIPS, .n_clips = CLIPS, .clips = clips};
  r2nn_status status = samples && clips ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; status == R2NN_OK && i < CLIPS; i++) {
    clips[i] = (r2nn_clip){.samples = samples + (size_t)i * FRAMES, .n_frames = FRAMES, .rate_hz = rate_hz};
    fill_clip(&clips[i], i);
  }
  /* What is done once falls out of the difference. */
  uint32_t few = 10, many = quick ? 40 : 110;
  double few_s = (double)INFINITY, many_s = (double)INFINITY;
  for (int round = 0; status == R2NN_OK && round < ROUNDS; round++) {
    double seconds[2] = {0};
    progress_show("training", (double)round / ROUNDS);
    status = train(&dataset, few, &seconds[0], error);
    if (status == R2NN_OK) status = train(&dataset, many, &seconds[1], error);
    few_s = fmin(few_s, seconds[0]);
    many_s = fmin(many_s, seconds[1]);
  }
  if (status == R2NN_OK) figures->epoch_ms = 1e3 * (many_s - few_s) / (many - few);
  progress_end();
  free(clips);
  free(samples);
  return status;
}
