/* Measurements of a board through an exchange. */
#include "hardware/measure.h"

#include "hardware/trouble.h"

#include <math.h>
#include <stdlib.h>

/* A short sweep says enough about a time. */
#define QUICK_QUIET_S 0.3
#define QUICK_SWEEP_S 0.7
#define LATEST_S      1.0 /* no round trip is longer */

#define STEADY_FRAMES 0.05 /* measurements of one round trip lie closer together */

static double level_v(const setup *wiring) {
  return pow(10, wiring->level_db / 20);
}

/* Room for an exchange of n_frames, zeros. */
static r2nn_status make_room(const exchange *line, uint32_t n_frames, float **play, float **in, r2nn_error *error) {
  *play = calloc((size_t)line->n_out * n_frames, sizeof **play);
  *in = calloc((size_t)line->n_in * n_frames, sizeof **in);
  return *play && *in ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
}

static r2nn_status measure_once(exchange *line, const r2nn_sweep *sweep, const float *play, float *in, double *frames,
                                bool *is_inverted, r2nn_error *error) {
  r2nn_heard heard;
  uint32_t n = r2nn_sweep_frames(sweep);
  r2nn_error reason = {""};
  r2nn_status status = exchange_run(line, "round trip", play, in, n, error);
  if (status == R2NN_OK) status = r2nn_heard_make(sweep, play, in + (size_t)line->loopback * n, 1, n, &heard, error);
  if (status != R2NN_OK) return status;
  status = r2nn_heard_latency(&heard, sweep->rate_hz, frames, is_inverted, &reason);
  r2nn_heard_free(&heard);
  if (status != R2NN_OK) return r2nn_fail(error, status, "the loopback: %s; is the cable there?", reason.text);
  return status;
}

r2nn_status measure_latency(exchange *line, const setup *wiring, uint32_t n, latency_found *found, r2nn_error *error) {
  r2nn_sweep sweep = r2nn_sweep_usual(line->rate_hz, LATEST_S, level_v(wiring));
  float *play, *in;
  double frames, least = INFINITY, most = -INFINITY;
  sweep.quiet_s = fmin(sweep.quiet_s, QUICK_QUIET_S);
  sweep.sweep_s = fmax(QUICK_SWEEP_S, 1000 / line->rate_hz);
  *found = (latency_found){.n = n};
  r2nn_status status = make_room(line, r2nn_sweep_frames(&sweep), &play, &in, error);
  if (status == R2NN_OK) r2nn_sweep_make(&sweep, play);
  for (uint32_t k = 0; k < n && status == R2NN_OK; k++) {
    status = measure_once(line, &sweep, play, in, &frames, &found->is_inverted, error);
    if (status != R2NN_OK) break;
    found->frames += frames / n;
    least = fmin(least, frames);
    most = fmax(most, frames);
  }
  free(play);
  free(in);
  if (status != R2NN_OK) return status;
  found->spread = most - least;
  if (found->spread <= STEADY_FRAMES) return status;
  return r2nn_fail(error, R2NN_BAD_DATA,
                   "the round trip is not steady: from %.2f to %.2f frames in %u measurements; nothing can be measured through it",
                   least, most, n);
}

/* One channel's sweep; the loopback hears the first one. */
static r2nn_status sweep_channel(exchange *line, const r2nn_sweep *sweep, uint32_t channel, float *play, float *in,
                                 measurement *all, r2nn_error *error) {
  uint32_t n = r2nn_sweep_frames(sweep);
  float *played = play + (size_t)channel * n;
  r2nn_sweep_make(sweep, played);
  r2nn_status status = exchange_run(line, "sweep", play, in, n, error);
  for (uint32_t o = 0; o < all->n_outputs && status == R2NN_OK; o++)
    status = r2nn_heard_make(sweep, played, in + (size_t)o * n, 1, n, &all->heard[(size_t)channel * all->n_outputs + o], error);
  if (status == R2NN_OK && channel == 0 && all->has_loopback)
    status = r2nn_heard_make(sweep, played, in + (size_t)all->n_outputs * n, 1, n, &all->loopback, error);
  for (uint32_t t = 0; t < n; t++) played[t] = 0;
  return status;
}

/* Those that are inverted are turned back, here and in all that the line hears from now on. */
static void turn_back(exchange *line, const bool *inverted, measurement *all) {
  for (uint32_t o = 0; o < all->n_outputs; o++) {
    line->is_inverted[o] ^= inverted[o];
    for (uint32_t c = 0; c < all->n_channels && inverted[o]; c++) {
      r2nn_heard *heard = &all->heard[(size_t)c * all->n_outputs + o];
      for (uint32_t k = 0; k < 2 * heard->n_bins; k++) heard->response[k] = -heard->response[k];
    }
  }
}

r2nn_status measure_board(exchange *line, const setup *wiring, const r2nn_model *model, measurement *all, r2nn_error *error) {
  r2nn_sweep sweep;
  float *play = NULL, *in = NULL;
  *all = (measurement){
      .n_channels = model->n_channels, .n_outputs = model->stages[0].n_outputs, .has_loopback = wiring->loopback.n_channels > 0};
  all->heard = calloc((size_t)all->n_channels * all->n_outputs, sizeof *all->heard);
  r2nn_status status = all->heard ? r2nn_sweep_for(model, line->rate_hz, LATEST_S, level_v(wiring), &sweep, error)
                                  : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (status == R2NN_OK) status = make_room(line, r2nn_sweep_frames(&sweep), &play, &in, error);
  for (uint32_t c = 0; c < all->n_channels && status == R2NN_OK; c++) status = sweep_channel(line, &sweep, c, play, in, all, error);
  free(play);
  free(in);
  bool inverted[R2NN_MAX_CHANNELS] = {false};
  if (status == R2NN_OK) status = trouble_tell(wiring, model, all, inverted, error);
  if (status == R2NN_OK) turn_back(line, inverted, all);
  if (status != R2NN_OK) measurement_free(all);
  return status;
}

void measurement_free(measurement *all) {
  for (uint32_t k = 0; all->heard && k < all->n_channels * all->n_outputs; k++) r2nn_heard_free(&all->heard[k]);
  free(all->heard);
  r2nn_heard_free(&all->loopback);
  *all = (measurement){0};
}
