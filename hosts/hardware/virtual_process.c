/* A board that is not there: what it does with samples. */
#include "hardware/virtual_state.h"

#include <math.h>

static double colour(const virtual_biquad *filter, double *z, double x) {
  double y = filter->b[0] * x + z[0];
  z[0] = filter->b[1] * x - filter->a[0] * y + z[1];
  z[1] = filter->b[2] * x - filter->a[1] * y;
  return y;
}

/* What the board hears of a sample: later, and coloured. */
static float convert(virtual_board *self, uint32_t channel, float x) {
  float *history = self->history + (size_t)channel * self->n_history, sum = 0;
  double *z = self->colour_state + (size_t)channel * VIRTUAL_COLOURS * 2, y = (double)x;
  for (uint32_t k = 0; k < self->n_colour; k++) y = colour(&self->colour[k], z + 2 * k, y);
  history[self->at & (self->n_history - 1)] = (float)y;
  uint32_t from = self->at - self->whole - (self->jitter ? self->at / self->jitter % 2 * VIRTUAL_JUMP : 0);
  for (uint32_t k = 0; k < VIRTUAL_TAPS; k++) sum += self->taps[k] * history[(from - k) & (self->n_history - 1)];
  return sum;
}

static float output(virtual_board *self, uint32_t o, uint32_t t, float hum) {
  uint32_t from = self->from[o], n = self->n_outputs - 1;
  float x = from == UINT32_MAX ? 0 : from == n ? self->loop[t] : self->sign[from] * self->nodes[(size_t)t * n + from];
  float most = self->clip * self->full[o];
  if (most > 0 && o < n) x = fminf(fmaxf(x, -most), most);
  return x + self->full[o] * hum;
}

/* The loopback's samples: those of the first channel, late frames ago. */
static void loop_back(virtual_board *self, uint32_t n) {
  for (uint32_t t = 0; t < n; t++) {
    uint32_t now = (self->looped_at + t) % VIRTUAL_LATEST,
             then = (self->looped_at + t + VIRTUAL_LATEST - self->late) % VIRTUAL_LATEST;
    self->looped[now] = self->drive[(size_t)t * self->n_channels];
    self->loop[t] = self->looped[then];
  }
  self->looped_at = (self->looped_at + n) % VIRTUAL_LATEST;
}

void virtual_board_process(virtual_board *self, const float *const *in, float *const *out, uint32_t n_frames) {
  for (uint32_t done = 0, n; done < n_frames; done += n) {
    n = n_frames - done < VIRTUAL_PIECE ? n_frames - done : VIRTUAL_PIECE;
    for (uint32_t t = 0; t < n; t++, self->at++)
      for (uint32_t c = 0; c < self->n_channels; c++)
        self->drive[(size_t)t * self->n_channels + c] = convert(self, c, in[c][done + t]);
    r2nn_engine_run_nodes(self->engine, self->drive, self->nodes, n);
    loop_back(self, n);
    for (uint32_t t = 0; t < n; t++) {
      float hum = self->hum > 0 ? self->hum * (float)sin(self->hum_phase) : 0;
      self->hum_phase += self->hum_turn;
      if (self->hum_phase > M_PI) self->hum_phase -= 2 * M_PI;
      for (uint32_t o = 0; o < self->n_outputs; o++) out[o][done + t] = output(self, o, t, hum);
    }
    for (uint32_t o = 0; o < self->n_outputs; o++)
      if (self->noises[o].rms_v > 0) noise_add(&self->noises[o], out[o] + done, n);
  }
}
