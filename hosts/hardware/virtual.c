/* A board that is not there: makes and frees it. */
#include "hardware/virtual_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KAISER   9.0 /* the interpolator is flat within 0.01 dB up to 0.42 of the rate */
#define JITTER_S 2.6
#define HUM      0.01 /* of full scale */
#define LOW_HZ   7.0  /* the colour: AC coupling, a bump, a fall towards the top */
#define BUMP_HZ  1100.0
#define BUMP_DB  1.5
#define TOP_HZ   5000.0
#define TOP_DB   (-2.0)

static double bessel_i0(double x) {
  double sum = 1, term = 1;
  for (int k = 1; k < 50; k++) sum += term *= x * x / (4.0 * k * k);
  return sum;
}

/* A sinc delayed by frames - whole, within Kaiser's window. */
static void make_taps(virtual_board *self, double frames) {
  uint32_t whole = (uint32_t)frames - (VIRTUAL_TAPS / 2 - 1);
  double fraction = frames - floor(frames), sum = 0;
  self->whole = whole;
  for (int k = 0; k < VIRTUAL_TAPS; k++) {
    double t = k - (VIRTUAL_TAPS / 2 - 1) - fraction, in = t / (VIRTUAL_TAPS / 2);
    double window = fabs(in) < 1 ? bessel_i0(KAISER * sqrt(1 - in * in)) / bessel_i0(KAISER) : 0;
    self->taps[k] = (float)((t == 0 ? 1 : sin(M_PI * t) / (M_PI * t)) * window);
    sum += (double)self->taps[k];
  }
  for (int k = 0; k < VIRTUAL_TAPS; k++) self->taps[k] /= (float)sum;
}

/* R. Bristow-Johnson's cookbook: a bump and a shelf; and the high-pass (1 + r)/2 (1 - z^-1)/(1 - r z^-1). */
static void make_colour(virtual_board *self, double rate_hz) {
  double r = exp(-2 * M_PI * LOW_HZ / rate_hz);
  self->colour[0] = (virtual_biquad){{(1 + r) / 2, -(1 + r) / 2, 0}, {-r, 0}};
  double a = pow(10, BUMP_DB / 40), w = 2 * M_PI * fmin(BUMP_HZ, rate_hz / 8) / rate_hz, side = sin(w) / 2;
  double a0 = 1 + side / a;
  self->colour[1] =
      (virtual_biquad){{(1 + side * a) / a0, -2 * cos(w) / a0, (1 - side * a) / a0}, {-2 * cos(w) / a0, (1 - side / a) / a0}};
  a = pow(10, TOP_DB / 40);
  w = 2 * M_PI * fmin(TOP_HZ, rate_hz / 5) / rate_hz;
  double c = cos(w), root = 2 * sqrt(a) * sin(w) / 2 * M_SQRT2;
  a0 = a + 1 - (a - 1) * c + root;
  self->colour[2] = (virtual_biquad){
      {a * (a + 1 + (a - 1) * c + root) / a0, -2 * a * (a - 1 + (a + 1) * c) / a0, a * (a + 1 + (a - 1) * c - root) / a0},
      {2 * (a - 1 - (a + 1) * c) / a0, (a + 1 - (a - 1) * c - root) / a0}};
  self->n_colour = 3;
}

/* The largest gain of every output, at its poles and between them. */
static r2nn_status find_full(const r2nn_model *model, double rate_hz, float *full, r2nn_error *error) {
  const r2nn_stage *stage = &model->stages[0];
  uint32_t n_poles, n = stage->n_outputs, m = model->n_channels;
  double *p_re, *p_im;
  r2nn_status status = r2nn_stage_poles(stage, &n_poles, &p_re, &p_im, error);
  if (status != R2NN_OK) return status;
  double *re = malloc((size_t)n * m * 2 * sizeof *re), *im = re ? re + (size_t)n * m : NULL;
  if (!re) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t k = 0; k < n_poles && status == R2NN_OK; k++) {
    double hz = fmin(hypot(p_re[k], p_im[k]) / (2 * M_PI), rate_hz / 2), drive = 1;
    for (uint32_t h = 0; model->remove_mean && h < model->highpass_order; h++) drive *= hz / hypot(hz, model->highpass_hz);
    status = r2nn_stage_response(stage, m, hz, re, im, NULL, error);
    for (uint32_t i = 0; i < n * m && status == R2NN_OK; i++)
      full[i / m] = fmaxf(full[i / m], (float)(drive * hypot(re[i], im[i])));
  }
  free(re);
  free(p_re);
  free(p_im);
  return status;
}

static r2nn_status make_room(virtual_board *self, const virtual_def *def, r2nn_error *error) {
  uint32_t m = self->n_channels, n = self->n_outputs;
  self->n_history = 1;
  while (self->n_history < self->whole + VIRTUAL_JUMP + VIRTUAL_TAPS + VIRTUAL_PIECE) self->n_history *= 2;
  self->history = calloc((size_t)m * self->n_history, sizeof *self->history);
  self->colour_state = calloc((size_t)m * VIRTUAL_COLOURS * 2, sizeof *self->colour_state);
  self->full = calloc(n, sizeof *self->full);
  self->from = calloc(n, sizeof *self->from);
  self->sign = calloc(n, sizeof *self->sign);
  self->noises = calloc(n, sizeof *self->noises);
  self->drive = calloc((size_t)m * VIRTUAL_PIECE, sizeof *self->drive);
  self->nodes = calloc((size_t)(n - 1) * VIRTUAL_PIECE, sizeof *self->nodes);
  if (!self->history || !self->colour_state || !self->full || !self->from || !self->sign || !self->noises || !self->drive ||
      !self->nodes)
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  for (uint32_t o = 0; o < n; o++) {
    self->from[o] = o;
    self->sign[o] = def->is_inverted && o + 1 < n && def->is_inverted[o] ? -1 : 1;
  }
  self->full[n - 1] = 1;
  return find_full(def->model, def->rate_hz, self->full, error);
}

static void set_fault(virtual_board *self, const virtual_def *def) {
  self->clip = def->fault == VIRTUAL_CLIP ? (float)def->value : 0;
  self->hum = def->fault == VIRTUAL_HUM ? (float)HUM : 0;
  self->hum_turn = 2 * M_PI * def->value / def->rate_hz;
  if (def->fault == VIRTUAL_INVERT) self->sign[def->a] = -self->sign[def->a];
  if (def->fault == VIRTUAL_DEAD) self->from[def->a] = UINT32_MAX;
  for (uint32_t o = 0; o < self->n_outputs; o++)
    if (def->fault == VIRTUAL_SILENT || (def->fault == VIRTUAL_OPEN && o + 1 < self->n_outputs)) self->from[o] = UINT32_MAX;
  self->jitter = def->fault == VIRTUAL_JITTER ? (uint32_t)(JITTER_S * def->rate_hz) : 0;
  if (def->fault != VIRTUAL_SWAP) return;
  self->from[def->a] = def->b;
  self->from[def->b] = def->a;
}

r2nn_status virtual_board_new(const virtual_def *def, virtual_board **board, r2nn_error *error) {
  uint32_t n = def->model->stages[0].n_outputs;
  virtual_board *self = *board = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  *self = (virtual_board){.n_channels = def->model->n_channels, .n_outputs = n + 1};
  r2nn_engine_def engine_def = r2nn_engine_def_default(def->model, def->rate_hz);
  r2nn_status status = r2nn_engine_new(def->model, &engine_def, &self->engine, error);

  double frames = def->delay_s * def->rate_hz;
  if (status == R2NN_OK && !(frames >= VIRTUAL_LEAST && frames < 1e7))
    status = r2nn_fail(error, R2NN_BAD_ARGUMENT, "a delay of %g ms is %.1f frames, it must be from %d to 1e7", 1e3 * def->delay_s,
                       frames, VIRTUAL_LEAST);
  uint32_t last = def->fault == VIRTUAL_SWAP && def->b > def->a ? def->b : def->a;
  if (status == R2NN_OK && (def->fault == VIRTUAL_DEAD || def->fault == VIRTUAL_SWAP || def->fault == VIRTUAL_INVERT) && last >= n)
    status = r2nn_fail(error, R2NN_BAD_ARGUMENT, "the board has %u output%s, not a number %u", n, n == 1 ? "" : "s", last + 1);
  if (status == R2NN_OK) {
    self->late = r2nn_engine_latency(self->engine) % VIRTUAL_LATEST;
    make_taps(self, frames);
    if (def->coloured) make_colour(self, def->rate_hz);
    status = make_room(self, def, error);
  }
  if (status == R2NN_OK) {
    double rms = isinf(def->snr_db) ? 0 : pow(10, -def->snr_db / 20) / M_SQRT2;
    for (uint32_t o = 0; o <= n; o++) self->noises[o] = noise_begin(def->seed, o, rms * (double)self->full[o]);
    set_fault(self, def);
    return status;
  }
  virtual_board_free(self);
  *board = NULL;
  return status;
}

void virtual_board_free(virtual_board *self) {
  if (!self) return;
  r2nn_engine_free(self->engine);
  free(self->history);
  free(self->colour_state);
  free(self->full);
  free(self->from);
  free(self->sign);
  free(self->noises);
  free(self->drive);
  free(self->nodes);
  free(self);
}

uint32_t virtual_board_n_outputs(const virtual_board *self) {
  return self->n_outputs;
}
