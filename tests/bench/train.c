/* Times one epoch of spectral training against back-propagation through time steps of the same network, alternated on one core:
 * 32 resonators all coupled (496 couplings), 1 input, 3 outputs, 100 clips of 4000 samples, 1024 frequencies.
 * Usage: train [--json]. An epoch is energies of all clips and the gradient of their weighted sum by every circuit value. */
#include "rt/multiversion.h"
#include "train/spectral.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define PI      3.14159265358979323846
#define RATE_HZ 8000.0
/* What a PyTorch loop over time steps, with its automatic gradient, took for the same work. */
#define PYTORCH_S 1.6
enum {
  NODES = 32,
  OUTPUTS = 3,
  COUPLINGS = NODES * (NODES - 1) / 2,
  CLIPS = 100,
  FRAMES = 4000,
  BINS = 1024,
  ROUNDS = 7,
  EPOCHS = 20
};

static uint64_t seed = 1;

static double between(double low, double high) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return low + (high - low) * ((double)(seed >> 11) * 0x1p-53);
}

static double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double peak_mb(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)usage.ru_maxrss / 1024;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, size_t n) {
  qsort(values, n, sizeof *values, compare);
  return values[n / 2];
}

static void *zeroed(size_t n, size_t size) {
  void *memory = calloc(n, size);
  if (memory) return memory;
  fputs("out of memory\n", stderr);
  exit(1);
}

/* ---- the same work by time steps ---- */

/* The circuit as dense arrays. */
typedef struct stepper {
  double k[NODES][NODES], d[NODES], c[NODES], b;
  uint32_t outputs[OUTPUTS];
  double v[FRAMES + 1][NODES], p[FRAMES + 1][NODES]; /* history of one clip: v and its slope */
  double dk[NODES][NODES], dd[NODES], dc[NODES], db; /* gradient */
} stepper;

static void stepper_load(stepper *s, const r2nn_stage *stage) {
  memset(s, 0, sizeof *s);
  for (uint32_t i = 0; i < NODES; i++) {
    s->d[i] = stage->nodes[i].d;
    s->c[i] = stage->nodes[i].c;
    s->k[i][i] = stage->nodes[i].g;
  }
  for (uint32_t e = 0; e < COUPLINGS; e++) {
    uint32_t i = stage->couplings[e].a, j = stage->couplings[e].b;
    double g = stage->couplings[e].g;
    s->k[i][i] += g;
    s->k[j][j] += g;
    s->k[i][j] -= g;
    s->k[j][i] -= g;
  }
  s->b = stage->inputs[0].g;
  s->k[0][0] += s->b;
  memcpy(s->outputs, stage->outputs, sizeof s->outputs);
}

/* a -= K x; K is symmetric, so a column is a row and the inner loop is a plain sum of vectors. */
static inline __attribute__((always_inline)) void subtract_k(const stepper *s, const double *x, double *a) {
  for (uint32_t j = 0; j < NODES; j++)
    for (uint32_t i = 0; i < NODES; i++) a[i] -= s->k[j][i] * x[j];
}

/* Semi-implicit Euler: p += T/d (b u - c p - K v), v += T p; then back through the kept history. */
R2NN_MULTIVERSION static void step_clip(stepper *s, const float *u, const double *weights, double *energies) {
  const double t_s = 1 / RATE_HZ;
  memset(s->v[0], 0, sizeof s->v[0]);
  memset(s->p[0], 0, sizeof s->p[0]);
  memset(energies, 0, OUTPUTS * sizeof *energies);
  for (uint32_t t = 0; t < FRAMES; t++) {
    double force[NODES] = {s->b * (double)u[t]};
    subtract_k(s, s->v[t], force);
    for (uint32_t i = 0; i < NODES; i++) {
      s->p[t + 1][i] = s->p[t][i] + t_s / s->d[i] * (force[i] - s->c[i] * s->p[t][i]);
      s->v[t + 1][i] = s->v[t][i] + t_s * s->p[t + 1][i];
    }
    for (uint32_t o = 0; o < OUTPUTS; o++) energies[o] += t_s * s->v[t + 1][s->outputs[o]] * s->v[t + 1][s->outputs[o]];
  }
  double gv[NODES] = {0}, gp[NODES] = {0}, force[NODES];
  for (uint32_t t = FRAMES; t-- > 0;) {
    for (uint32_t o = 0; o < OUTPUTS; o++) gv[s->outputs[o]] += 2 * t_s * weights[o] * s->v[t + 1][s->outputs[o]];
    for (uint32_t i = 0; i < NODES; i++) {
      gp[i] += t_s * gv[i];
      force[i] = t_s / s->d[i] * gp[i];
      s->dd[i] -= gp[i] * (s->p[t + 1][i] - s->p[t][i]) / s->d[i];
      s->dc[i] -= force[i] * s->p[t][i];
      gp[i] -= force[i] * s->c[i];
    }
    s->db += force[0] * (double)u[t];
    for (uint32_t i = 0; i < NODES; i++)
      for (uint32_t j = 0; j < NODES; j++) s->dk[i][j] -= force[i] * s->v[t][j];
    subtract_k(s, force, gv);
  }
}

static void step_epoch(stepper *s, const r2nn_stage *stage, const r2nn_clip *clips, const double *weights, double *energies) {
  stepper_load(s, stage);
  for (uint32_t i = 0; i < CLIPS; i++) step_clip(s, clips[i].samples, weights + i * OUTPUTS, energies + i * OUTPUTS);
}

/* How alike the two gradients by the couplings are: the cosine of their angle. The steps' own error keeps it from 1. */
static double likeness(const stepper *s, const r2nn_stage *stage, const double *couplings) {
  double dot = 0, aa = 0, bb = 0;
  for (uint32_t e = 0; e < COUPLINGS; e++) {
    uint32_t i = stage->couplings[e].a, j = stage->couplings[e].b;
    double g = s->dk[i][i] + s->dk[j][j] - s->dk[i][j] - s->dk[j][i];
    dot += g * couplings[e];
    aa += g * g;
    bb += couplings[e] * couplings[e];
  }
  return dot / sqrt(aa * bb);
}

/* ---- the case ---- */

static void make_stage(r2nn_stage *stage) {
  r2nn_error error;
  if (r2nn_stage_init(stage, NODES, COUPLINGS, 1, OUTPUTS, &error)) {
    fprintf(stderr, "%s\n", error.text);
    exit(1);
  }
  for (uint32_t i = 0; i < NODES; i++) {
    double k = 1e-4, w = 2 * PI * between(100, 700);
    stage->nodes[i] = (r2nn_node){k / (w * w), k / w / between(5, 20), k};
  }
  for (uint32_t a = 0, e = 0; a < NODES; a++)
    for (uint32_t b = a + 1; b < NODES; b++, e++) stage->couplings[e] = (r2nn_coupling){a, b, between(0, 4e-6)};
  stage->inputs[0] = (r2nn_input){0, 0, 1e-5};
  for (uint32_t o = 0; o < OUTPUTS; o++) stage->outputs[o] = 5 + 9 * o;
}

/* Three tones in noise that fade, so that both ways hear all of the ringing. */
static void make_clips(r2nn_clip *clips) {
  for (uint32_t i = 0; i < CLIPS; i++) {
    clips[i] = (r2nn_clip){.samples = zeroed(FRAMES, sizeof(float)), .n_frames = FRAMES, .rate_hz = RATE_HZ};
    double w[3] = {2 * PI * between(100, 400), 2 * PI * between(300, 800), 2 * PI * between(600, 1500)};
    for (uint32_t t = 0; t < FRAMES; t++) {
      double at_s = t / RATE_HZ, x = between(-0.3, 0.3);
      for (uint32_t h = 0; h < 3; h++) x += sin(w[h] * at_s);
      clips[i].samples[t] = (float)(x * exp(-at_s / 0.05));
    }
  }
}

int main(int argc, char **argv) {
  bool json = argc == 2 && !strcmp(argv[1], "--json");
  if (argc > 1 && !json) {
    fprintf(stderr, "usage: %s [--json]\n", argv[0]);
    return 2;
  }
  r2nn_stage stage = {0};
  r2nn_clip clips[CLIPS];
  const r2nn_clip *list[CLIPS];
  double freq_hz[BINS], weights[CLIPS * OUTPUTS], energies[CLIPS * OUTPUTS], stepped[CLIPS * OUTPUTS];
  double d[NODES], c[NODES], g[NODES], couplings[COUPLINGS], inputs[1];
  r2nn_stage_gradient gradient = {d, c, g, couplings, inputs};
  r2nn_error error;
  make_stage(&stage);
  make_clips(clips);
  for (uint32_t i = 0; i < CLIPS; i++) list[i] = &clips[i];
  for (uint32_t i = 0; i < CLIPS * OUTPUTS; i++) weights[i] = between(-1, 1);
  r2nn_spectral_grid(BINS, 500, RATE_HZ / 2, freq_hz);

  double before_mb = peak_mb(), start_s = now_s();
  r2nn_spectra *spectra = NULL;
  r2nn_spectral *spectral = NULL;
  if (r2nn_spectra_new(list, CLIPS, 1, freq_hz, BINS, 0, 1, NULL, &spectra, &error) ||
      r2nn_spectral_new(&stage, 1, freq_hz, BINS, NULL, &spectral, &error)) {
    fprintf(stderr, "%s\n", error.text);
    return 1;
  }
  double set_up_s = now_s() - start_s, spectral_s[ROUNDS], forward_s[ROUNDS], energies_s[ROUNDS], backward_s[ROUNDS],
         steps_s[ROUNDS];
  double ratio[ROUNDS], spectral_mb = 0;
  stepper *steps = zeroed(1, sizeof *steps);
  for (uint32_t round = 0; round < ROUNDS; round++) {
    double parts[3] = {0};
    for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
      double t0 = now_s();
      r2nn_spectral_forward(spectral, &stage);
      double t1 = now_s();
      r2nn_spectral_energies(spectral, spectra, energies);
      double t2 = now_s();
      r2nn_spectral_backward(spectral, &stage, spectra, weights, &gradient);
      parts[0] += t1 - t0;
      parts[1] += t2 - t1;
      parts[2] += now_s() - t2;
    }
    if (!round) spectral_mb = peak_mb() - before_mb;
    double t0 = now_s();
    step_epoch(steps, &stage, clips, weights, stepped);
    steps_s[round] = now_s() - t0;
    forward_s[round] = parts[0] / EPOCHS;
    energies_s[round] = parts[1] / EPOCHS;
    backward_s[round] = parts[2] / EPOCHS;
    spectral_s[round] = (parts[0] + parts[1] + parts[2]) / EPOCHS;
    ratio[round] = steps_s[round] / spectral_s[round];
  }
  double alike = likeness(steps, &stage, couplings), epoch_s = median(spectral_s, ROUNDS), stepping_s = median(steps_s, ROUNDS);
  if (json) {
    printf("{\"nodes\": %d, \"couplings\": %d, \"outputs\": %d, \"clips\": %d, \"frames\": %d, \"bins\": %d, \"epoch_ms\": %.4g, "
           "\"forward_ms\": %.4g, \"energies_ms\": %.4g, \"backward_ms\": %.4g, \"set_up_ms\": %.4g, \"memory_mb\": %.4g, "
           "\"time_steps_ms\": %.4g, \"ratio_to_time_steps\": %.4g, \"ratio_to_pytorch\": %.4g, \"gradient_cosine\": %.6f}\n",
           NODES, COUPLINGS, OUTPUTS, CLIPS, FRAMES, BINS, 1e3 * epoch_s, 1e3 * median(forward_s, ROUNDS),
           1e3 * median(energies_s, ROUNDS), 1e3 * median(backward_s, ROUNDS), 1e3 * set_up_s, spectral_mb, 1e3 * stepping_s,
           median(ratio, ROUNDS), PYTORCH_S / epoch_s, alike);
  } else {
    printf("one epoch: %d nodes, %d couplings, %d outputs, %d clips of %d samples, %d frequencies, one core\n\n", NODES, COUPLINGS,
           OUTPUTS, CLIPS, FRAMES, BINS);
    printf("  spectral           %9.3f ms   forward %.3f, energies %.3f, backward %.3f\n", 1e3 * epoch_s,
           1e3 * median(forward_s, ROUNDS), 1e3 * median(energies_s, ROUNDS), 1e3 * median(backward_s, ROUNDS));
    printf("  time steps in C    %9.3f ms   %.0f times as long\n", 1e3 * stepping_s, median(ratio, ROUNDS));
    printf("  PyTorch, as quoted %9.3f ms   %.0f times as long\n\n", 1e3 * PYTORCH_S, PYTORCH_S / epoch_s);
    printf("  spectra and workspace: %.1f MB (growth of the peak), made once in %.1f ms\n", spectral_mb, 1e3 * set_up_s);
    printf("  cosine between the two gradients by the couplings: %.4f\n", alike);
  }
  r2nn_spectral_free(spectral);
  r2nn_spectra_free(spectra);
  r2nn_stage_free(&stage);
  for (uint32_t i = 0; i < CLIPS; i++) free(clips[i].samples);
  free(steps);
  return 0;
}
