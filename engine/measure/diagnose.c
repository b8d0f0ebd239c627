/* What is wrong with a board or its cables, from what was heard of it. */
#include "measure/measured.h"
#include "measure/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ANSWERS_DB   3.0   /* less than this above noise alone is no answer */
#define DEAD_DB      30.0  /* an output is dead if it is so much weaker, for what is expected of it, than the median */
#define NOISY_DB     10.0  /* an answer that stands out less gives poor values */
#define DISTORTED    0.02  /* harmonics of a clipped answer, amplitude */
#define FLAT         0.001 /* share of samples at the top of one that is clipped hard */
#define HUM_SHARE    1e-3  /* of the peak: a hum that matters */
#define TAKEN_SPREAD 0.05  /* parts are off by about so much */
#define SWAP_GAIN    0.5   /* two outputs are swapped if what differs falls to this share when they are changed */
#define WRONG_GAIN   0.1   /* one is another's if it is so much nearer to what that should be */
#define SWAP_LEAST   0.1   /* and if they differed by so much */
#define TURN_LEAST   0.3   /* one is inverted if so much of its widened response is the negative of what it should be */

typedef struct looking {
  const r2nn_model *model;
  const r2nn_heard *heard, *loopback;
  uint32_t n_outputs, n_channels;
  bool *answers; /* [n_outputs] */
  r2nn_trouble *troubles;
  uint32_t n;
} looking;

static void tell(looking *self, r2nn_trouble_kind kind, uint32_t output, uint32_t other, double value, double freq_hz) {
  if (self->n < R2NN_TROUBLES_MOST) self->troubles[self->n++] = (r2nn_trouble){kind, output, other, value, freq_hz};
}

static const r2nn_heard *of(const looking *self, uint32_t output, uint32_t channel) {
  return &self->heard[(size_t)channel * self->n_outputs + output];
}

/* The best answer of an output to any channel. */
static double answer_db(const looking *self, uint32_t output) {
  double best = -INFINITY;
  for (uint32_t c = 0; c < self->n_channels; c++) best = fmax(best, of(self, output, c)->answer_db);
  return best;
}

/* Root mean square of a response over the band of the loopback, or of its own. */
static double strength(const looking *self, uint32_t output) {
  double sum = 0;
  for (uint32_t c = 0; c < self->n_channels; c++) {
    const r2nn_heard *heard = of(self, output, c);
    for (uint32_t k = 0; k < heard->n_bins; k++) sum += pow(hypot(heard->response[2 * k], heard->response[2 * k + 1]), 2);
  }
  return sqrt(sum);
}

static double median(const double *of, uint32_t n, double *room) {
  for (uint32_t i = 0; i < n; i++) room[i] = of[i];
  qsort(room, n, sizeof *room, ascending);
  return room[n / 2];
}

/* Who answers at all? An output that is far weaker than it should be, for the others, hears only what strays into it. */
static bool find_silence(looking *self, const double *expected, double *room) {
  uint32_t n = self->n_outputs, n_answer = 0;
  double *strengths = room + n;
  bool loop = !self->loopback || self->loopback->answer_db > ANSWERS_DB;
  for (uint32_t o = 0; o < n; o++) {
    self->answers[o] = answer_db(self, o) > ANSWERS_DB;
    n_answer += self->answers[o];
    strengths[o] = strength(self, o) / fmax(expected[o], 1e-30);
  }
  double usual = median(strengths, n, room);
  if (!n_answer)
    tell(self, loop && self->loopback ? R2NN_TROUBLE_OPEN : R2NN_TROUBLE_SILENT, 0, 0, 0, 0);
  else if (!loop)
    tell(self, R2NN_TROUBLE_LOOP, R2NN_LOOPBACK, 0, 0, 0);
  if (!n_answer) return false;
  for (uint32_t o = 0; o < n; o++) {
    if (self->answers[o] && 2 * n_answer > n && strengths[o] < usual * pow(10, -DEAD_DB / 20)) self->answers[o] = false;
    if (!self->answers[o]) tell(self, R2NN_TROUBLE_DEAD, o, 0, 0, 0);
  }
  return loop && self->loopback;
}

static void look_at_one(looking *self, uint32_t output, const r2nn_heard *heard) {
  if (heard->distortion > DISTORTED || heard->clipped > FLAT) tell(self, R2NN_TROUBLE_CLIPS, output, 0, heard->peak_v, 0);
}

/* One hum is told once: the strongest. */
static void find_hum(looking *self) {
  uint32_t worst = R2NN_LOOPBACK;
  const r2nn_heard *most = self->loopback;
  for (uint32_t o = 0; o < self->n_outputs; o++)
    if (!most || of(self, o, 0)->hum_v > most->hum_v) most = of(self, worst = o, 0);
  if (most->hum_v > HUM_SHARE * most->peak_v) tell(self, R2NN_TROUBLE_HUM, worst, 0, most->hum_v, most->hum_hz);
}

/* The mean |response| of an output's channels around every point, as blurred as parts may be off, so that resonances elsewhere by a
 * tolerance still meet: blurred[n_points][n_channels]. */
static void blur(const r2nn_measured *at, const double complex *response, uint32_t output, double *blurred) {
  for (uint32_t p = 0; p < at->n_points; p++)
    for (uint32_t c = 0; c < at->n_channels; c++) {
      double sum = 0, weight = 0;
      for (uint32_t q = 0; q < at->n_points; q++) {
        double off = log(at->freq_hz[q] / at->freq_hz[p]) / TAKEN_SPREAD;
        if (fabs(off) > 3) continue;
        double span = at->freq_hz[q + 1 < at->n_points ? q + 1 : q] - at->freq_hz[q ? q - 1 : 0], w = exp(-off * off / 2) * span;
        sum += w * cabs(response[((size_t)q * at->n_outputs + output) * at->n_channels + c]);
        weight += w;
      }
      blurred[(size_t)p * at->n_channels + c] = sum / weight;
    }
}

/* What is left of x[n] when it is explained by y with any gain, 0..1, every octave weighing the same. */
static double distance(const r2nn_measured *at, const double *x, const double *y) {
  double xx = 0, yy = 0, xy = 0;
  for (uint32_t p = 1; p < at->n_points; p++)
    for (uint32_t c = 0; c < at->n_channels; c++) {
      size_t k = (size_t)p * at->n_channels + c;
      double w = log(at->freq_hz[p] / at->freq_hz[p - 1]);
      xx += w * x[k] * x[k];
      yy += w * y[k] * y[k];
      xy += w * x[k] * y[k];
    }
  return xx > 0 && yy > 0 ? 1 - xy * xy / (xx * yy) : 1;
}

/* Outputs that look like one another's, the most obvious pair first, then those that look like another one. d[i][j] is how far
 * output i is from what j should be; changes answers of those that were told. */
static void find_swaps(looking *self, const double *d) {
  uint32_t n = self->n_outputs, one = 0, other = 0;
  for (double best = 1; best > 0;) {
    best = 0;
    for (uint32_t i = 0; i < n; i++)
      for (uint32_t j = i + 1; j < n && self->answers[i]; j++) {
        double before = d[i * n + i] + d[j * n + j], after = d[i * n + j] + d[j * n + i];
        if (!self->answers[j] || before < SWAP_LEAST || after > SWAP_GAIN * before || before - after < best) continue;
        best = before - after;
        one = i;
        other = j;
      }
    if (best <= 0) break;
    tell(self, R2NN_TROUBLE_SWAPPED, one, other, 0, 0);
    self->answers[one] = self->answers[other] = false;
  }
  for (uint32_t i = 0; i < n; i++) {
    uint32_t like = i;
    for (uint32_t j = 0; j < n; j++)
      if (d[i * n + j] < d[i * n + like]) like = j;
    if (self->answers[i] && d[i * n + i] > SWAP_LEAST && d[i * n + like] < WRONG_GAIN * d[i * n + i])
      tell(self, R2NN_TROUBLE_WRONG, i, like, 0, 0);
  }
}

/* All distances; room for blurred responses: of all outputs as expected, and of one as measured. */
static void find_distances(const r2nn_measured *measured, const double complex *expected, double *room, double *d) {
  uint32_t n = measured->n_outputs;
  size_t size = (size_t)measured->n_points * measured->n_channels;
  for (uint32_t j = 0; j < n; j++) blur(measured, expected, j, room + j * size);
  for (uint32_t i = 0; i < n; i++) {
    blur(measured, measured->response, i, room + n * size);
    for (uint32_t j = 0; j < n; j++) d[i * n + j] = distance(measured, room + n * size, room + j * size);
  }
}

/* Widened by what the highest resonance may be off, all are where they should be, with their signs. 1/s. */
static r2nn_status find_width(const r2nn_model *model, double *widen, r2nn_error *error) {
  uint32_t n;
  double *re, *im;
  r2nn_status status = r2nn_stage_poles(&model->stages[0], &n, &re, &im, error);
  if (status != R2NN_OK) return status;
  *widen = 0;
  for (uint32_t k = 0; k < n; k++) *widen = fmax(*widen, TAKEN_SPREAD * hypot(re[k], im[k]));
  free(re);
  free(im);
  return R2NN_OK;
}

/* Outputs that carry the negative of what they should. */
static r2nn_status find_inverted(looking *self, const r2nn_measured *like, double complex *expected, r2nn_error *error) {
  r2nn_measured wide;
  double widen;
  r2nn_status status = find_width(self->model, &widen, error);
  if (status != R2NN_OK) return status;
  double *freq_hz = malloc(like->n_points * sizeof *freq_hz);
  if (!freq_hz) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  memcpy(freq_hz, like->freq_hz, like->n_points * sizeof *freq_hz);
  status = r2nn_measured_make(self->model, self->heard, self->loopback, widen, like->n_points, freq_hz, &wide, error);
  if (status != R2NN_OK) return status;
  status = r2nn_measured_expect(self->model, &wide, expected, error);
  for (uint32_t o = 0; o < self->n_outputs && status == R2NN_OK; o++) {
    double xx = 0, yy = 0, xy = 0;
    for (uint32_t p = 1; p < wide.n_points; p++)
      for (uint32_t c = 0; c < wide.n_channels; c++) {
        size_t k = ((size_t)p * wide.n_outputs + o) * wide.n_channels + c;
        double w = log(wide.freq_hz[p] / wide.freq_hz[p - 1]);
        xx += w * pow(cabs(wide.response[k]), 2);
        yy += w * pow(cabs(expected[k]), 2);
        xy += w * creal(wide.response[k] * conj(expected[k]));
      }
    if (self->answers[o] && xy < -TURN_LEAST * sqrt(xx * yy)) tell(self, R2NN_TROUBLE_INVERTED, o, 0, 0, 0);
  }
  r2nn_measured_free(&wide);
  return status;
}

static r2nn_status compare(looking *self, r2nn_error *error) {
  double *freq_hz = NULL;
  uint32_t n_points = 0;
  r2nn_measured measured;
  const r2nn_heard *like = self->loopback;
  r2nn_status status =
      r2nn_measured_points(self->model, like->from_hz, like->to_hz, like->step_hz, TAKEN_SPREAD, 0, &n_points, &freq_hz, error);
  if (status != R2NN_OK) return status;
  status = r2nn_measured_make(self->model, self->heard, self->loopback, 0, n_points, freq_hz, &measured, error);
  if (status != R2NN_OK) return status;
  size_t size = (size_t)n_points * self->n_channels, n = self->n_outputs;
  double complex *expected = malloc(size * n * sizeof *expected);
  double *d = malloc((n * n + size * (n + 1)) * sizeof *d);
  status = expected && d ? r2nn_measured_expect(self->model, &measured, expected, error)
                         : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) {
    find_distances(&measured, expected, d + n * n, d);
    find_swaps(self, d);
    status = find_inverted(self, &measured, expected, error);
  }
  free(expected);
  free(d);
  r2nn_measured_free(&measured);
  return status;
}

/* How strong each output should be, over the bins of the sweep: expected[n_outputs]. */
static r2nn_status expect_strengths(const looking *self, double *expected, r2nn_error *error) {
  const r2nn_heard *like = self->heard;
  double *freq_hz = NULL;
  r2nn_measured at = {.n_outputs = self->n_outputs, .n_channels = self->n_channels};
  r2nn_status status =
      r2nn_measured_points(self->model, like->from_hz, like->to_hz, like->step_hz, 0, 0, &at.n_points, &freq_hz, error);
  if (status != R2NN_OK) return status;
  at.freq_hz = freq_hz;
  double complex *response = malloc((size_t)at.n_points * self->n_outputs * self->n_channels * sizeof *response);
  status = response ? r2nn_measured_expect(self->model, &at, response, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t o = 0; o < self->n_outputs && status == R2NN_OK; o++) {
    double sum = 0;
    for (uint32_t p = 0; p + 1 < at.n_points; p++)
      for (uint32_t c = 0; c < self->n_channels; c++) {
        double complex h = response[((size_t)p * self->n_outputs + o) * self->n_channels + c];
        sum += creal(h * conj(h)) * (freq_hz[p + 1] - freq_hz[p]) / like->step_hz;
      }
    expected[o] = sqrt(sum);
  }
  free(response);
  free(freq_hz);
  return status;
}

r2nn_status r2nn_diagnose(const r2nn_model *model, const r2nn_heard *heard, const r2nn_heard *loopback, r2nn_trouble *troubles,
                          uint32_t *n_troubles, r2nn_error *error) {
  uint32_t n = model->stages[0].n_outputs;
  looking self = {
      .model = model, .heard = heard, .loopback = loopback, .n_outputs = n, .n_channels = model->n_channels, .troubles = troubles};
  double *expected = malloc((size_t)n * 3 * sizeof *expected);
  self.answers = malloc(n * sizeof *self.answers);
  r2nn_status status =
      expected && self.answers ? expect_strengths(&self, expected, error) : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) {
    bool comparable = find_silence(&self, expected, expected + n);
    for (uint32_t o = 0; o < n; o++)
      for (uint32_t c = 0; c < self.n_channels && self.answers[o]; c++) look_at_one(&self, o, of(&self, o, c));
    if (loopback && loopback->answer_db > ANSWERS_DB) look_at_one(&self, R2NN_LOOPBACK, loopback);
    find_hum(&self);
    if (comparable) status = compare(&self, error);
    for (uint32_t o = 0; o < n; o++)
      if (self.answers[o] && answer_db(&self, o) < NOISY_DB) tell(&self, R2NN_TROUBLE_NOISY, o, 0, answer_db(&self, o), 0);
  }
  *n_troubles = self.n;
  free(expected);
  free(self.answers);
  return status;
}
