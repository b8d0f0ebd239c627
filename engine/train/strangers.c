/* Melodies, bands of noise, hums and knocks. */
#include "train/strangers.h"

#include "rt/random.h"

#include <stdlib.h>
#include <string.h>

#define TWO_PI      6.28318530717958647692
#define MOST_VOICES 4
#define HARMONICS   8

/* What one is made with. */
typedef struct maker {
  double rate_hz, fmin_hz, fmax_hz;
  uint32_t n; /* frames */
  r2nn_random random;
  double *x; /* [n], added to */
} maker;

static double between(maker *m, double low, double high) {
  return low * pow(high / low, r2nn_random_uniform(&m->random));
}

/* How a voice sounds: what each harmonic has of the one below, and how much faster it dies away. */
typedef struct timbre {
  double bright, damped;
} timbre;

/* A decaying sound with harmonics from frame `from` on. */
static void add_note(maker *m, double from, double length_s, double freq_hz, double level, const timbre *of) {
  double tau = length_s * m->rate_hz / 3, attack = between(m, 0.002, 0.05) * m->rate_hz, phase[HARMONICS];
  uint32_t first = (uint32_t)from, last = (uint32_t)fmin(from + length_s * m->rate_hz * 2, m->n);
  for (uint32_t h = 0; h < HARMONICS; h++) phase[h] = TWO_PI * r2nn_random_uniform(&m->random);
  for (uint32_t t = first; t < last; t++) {
    double age = t - first, envelope = level * exp(-age / tau) * (1 - exp(-age / attack)), power = 1;
    double next = of->bright * exp(-of->damped * age / tau);
    for (uint32_t h = 0; h < HARMONICS && (h + 1) * freq_hz < 0.45 * m->rate_hz; h++, power *= next)
      m->x[t] += envelope * power * sin(TWO_PI * (h + 1) * freq_hz * age / m->rate_hz + phase[h]);
  }
}

/* One to four voices, each note after note, or all together in chords. */
static void melody(maker *m) {
  uint32_t n_voices = 1 + (uint32_t)(MOST_VOICES * r2nn_random_uniform(&m->random));
  timbre of = {.bright = between(m, 0.2, 0.95), .damped = r2nn_random_uniform(&m->random)};
  double beat_s = between(m, 0.08, 1), lasting = between(m, 0.3, 2);
  bool chords = r2nn_random_uniform(&m->random) < 0.5;
  r2nn_random rhythm = r2nn_random_new(r2nn_random_bits(&m->random), 1);
  for (uint32_t v = 0; v < n_voices; v++) {
    double base_hz = between(m, m->fmin_hz, fmax(m->fmax_hz / 3, 2 * m->fmin_hz));
    r2nn_random own = chords ? rhythm : r2nn_random_new(r2nn_random_bits(&m->random), 1);
    for (double t = r2nn_random_uniform(&own) * fmin(beat_s * m->rate_hz, 0.5 * m->n); t < m->n;) {
      double length_s = beat_s * (1 + floor(2 * r2nn_random_uniform(&own)));
      double step = floor(24 * r2nn_random_uniform(&m->random)) - 12;
      add_note(m, t, lasting * length_s, base_hz * pow(2, step / 12), between(m, 0.3, 1), &of);
      t += length_s * m->rate_hz;
    }
  }
}

/* White noise through a resonance, swelling. */
static void noise(maker *m) {
  double w = TWO_PI * between(m, m->fmin_hz, m->fmax_hz) / m->rate_hz, keep = exp(-w / between(m, 0.5, 20));
  double a1 = 2 * keep * cos(w), a2 = -keep * keep, y1 = 0, y2 = 0;
  double swell = TWO_PI * between(m, 0.3, 20) / m->rate_hz, depth = r2nn_random_uniform(&m->random),
         phase = TWO_PI * r2nn_random_uniform(&m->random);
  for (uint32_t t = 0; t < m->n; t++) {
    double y = r2nn_random_normal(&m->random) + a1 * y1 + a2 * y2;
    y2 = y1;
    y1 = y;
    m->x[t] += y * (1 - depth * (0.5 + 0.5 * sin(swell * t + phase)));
  }
}

/* Knocks: a few resonances struck together, again and again. */
static void knocks(maker *m, double rate_hz, double spread) {
  static const timbre dull = {.bright = 0.2};
  double freq_hz[3], length_s = between(m, 0.004, 0.2);
  for (uint32_t k = 0; k < 3; k++) freq_hz[k] = between(m, m->fmin_hz, m->fmax_hz);
  for (double t = 0; t < m->n; t += m->rate_hz / rate_hz * (1 + spread * (2 * r2nn_random_uniform(&m->random) - 1)))
    for (uint32_t k = 0; k < 3; k++) add_note(m, t, length_s, freq_hz[k], between(m, 0.2, 1), &dull);
}

/* A machine: a steady sum of harmonics, with some noise, and something that strikes. */
static void hum(maker *m) {
  double base_hz = between(m, m->fmin_hz / 2, fmax(m->fmax_hz / 8, m->fmin_hz));
  for (uint32_t h = 1; h <= 3 * HARMONICS && h * base_hz < m->fmax_hz; h++) {
    double level = between(m, 0.02, 1), phase = TWO_PI * r2nn_random_uniform(&m->random);
    for (uint32_t t = 0; t < m->n; t++) m->x[t] += level * sin(TWO_PI * h * base_hz * t / m->rate_hz + phase);
  }
  if (r2nn_random_uniform(&m->random) < 0.5) knocks(m, between(m, 5, 150), 0.02);
  double level = between(m, 0.01, 1);
  for (uint32_t t = 0; t < m->n; t++) m->x[t] += level * r2nn_random_normal(&m->random);
}

static double rms(const r2nn_clip *clip, uint32_t n_channels) {
  double sum = 0;
  for (size_t i = 0; i < clip->n_frames * n_channels; i++) sum += (double)clip->samples[i] * (double)clip->samples[i];
  return sqrt(sum / (double)(clip->n_frames * n_channels));
}

/* A stranger in place of one clip. */
static bool make(const r2nn_clip *like, uint32_t n_channels, uint32_t n_classes, double fmin_hz, double fmax_hz, uint64_t seed,
                 uint32_t index, r2nn_clip *stranger) {
  maker m = {.rate_hz = like->rate_hz,
             .fmin_hz = fmin_hz,
             .fmax_hz = fmin(fmax_hz, 0.45 * like->rate_hz),
             .n = (uint32_t)like->n_frames,
             .random = r2nn_random_new(seed, 700 + (uint64_t)index * 31u)};
  m.x = calloc(m.n, sizeof *m.x);
  stranger->samples = malloc((size_t)m.n * n_channels * sizeof *stranger->samples);
  if (!m.x || !stranger->samples) {
    free(m.x);
    return false;
  }
  switch (index % 4) {
  case 0:
  case 1:
    melody(&m);
    break;
  case 2:
    r2nn_random_uniform(&m.random) < 0.5 ? noise(&m) : knocks(&m, between(&m, 0.5, 10), 0.8);
    break;
  default:
    hum(&m);
    break;
  }
  double sum = 0, gain[R2NN_MAX_CHANNELS];
  for (uint32_t t = 0; t < m.n; t++) sum += m.x[t] * m.x[t] / m.n;
  for (uint32_t c = 0; c < n_channels; c++) gain[c] = between(&m, 0.3, 1) * rms(like, n_channels) / sqrt(sum + 1e-30);
  for (uint32_t t = 0; t < m.n; t++)
    for (uint32_t c = 0; c < n_channels; c++) stranger->samples[(size_t)t * n_channels + c] = (float)(gain[c] * m.x[t]);
  free(m.x);
  stranger->n_frames = m.n;
  stranger->rate_hz = like->rate_hz;
  stranger->label = n_classes;
  stranger->split = like->split;
  return true;
}

r2nn_status r2nn_strangers_new(const r2nn_choice *choice, uint32_t n_channels, uint32_t n_classes, double share, double fmin_hz,
                               double fmax_hz, uint64_t seed, r2nn_strangers *strangers, r2nn_error *error) {
  uint32_t n = (uint32_t)ceil(share * choice->n);
  r2nn_random random = r2nn_random_new(seed, 699);
  *strangers = (r2nn_strangers){.choice = {.n = choice->n + n}};
  strangers->choice.clips = malloc((choice->n + n + 1) * sizeof *strangers->choice.clips);
  strangers->clips = calloc(n + 1, sizeof *strangers->clips);
  bool good = strangers->choice.clips && strangers->clips;
  if (good && choice->n) memcpy(strangers->choice.clips, choice->clips, choice->n * sizeof *choice->clips);
  for (; strangers->n < n && good; strangers->n++) {
    const r2nn_clip *like = choice->clips[(uint32_t)(r2nn_random_uniform(&random) * choice->n)];
    good = make(like, n_channels, n_classes, fmin_hz, fmax_hz, seed, strangers->n, &strangers->clips[strangers->n]);
    strangers->choice.clips[choice->n + strangers->n] = &strangers->clips[strangers->n];
  }
  if (good) return R2NN_OK;
  r2nn_strangers_free(strangers);
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for %u sounds of no class", n);
}

void r2nn_strangers_free(r2nn_strangers *strangers) {
  for (uint32_t i = 0; i < strangers->n && strangers->clips; i++) free(strangers->clips[i].samples);
  free(strangers->clips);
  r2nn_choice_free(&strangers->choice);
  *strangers = (r2nn_strangers){0};
}
