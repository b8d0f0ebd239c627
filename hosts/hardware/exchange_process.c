/* The audio thread's side of an exchange. */
#include "hardware/exchange.h"

#include <string.h>

void exchange_process(void *context, const float *const *in, float *const *out, uint32_t n_frames) {
  exchange *self = context;
  const exchange_job *job = atomic_load_explicit(&self->job, memory_order_acquire);
  if (job)
    job->process(job->context, in, out, n_frames);
  else
    for (uint32_t k = 0; k < self->n_out; k++) memset(out[k], 0, n_frames * sizeof *out[k]);
  atomic_fetch_add_explicit(&self->n_cycles, 1, memory_order_release);
}

void exchange_play(void *context, const float *const *in, float *const *out, uint32_t n_frames) {
  exchange_piece *self = context;
  uint32_t at = atomic_load_explicit(&self->at, memory_order_relaxed), left = self->n_frames - at,
           n = n_frames < left ? n_frames : left;
  for (uint32_t k = 0; k < self->n_in; k++) memcpy(self->in + (size_t)k * self->n_frames + at, in[k], n * sizeof(float));
  for (uint32_t k = 0; k < self->n_out; k++) {
    memcpy(out[k], self->play + (size_t)k * self->n_frames + at, n * sizeof(float));
    memset(out[k] + n, 0, (n_frames - n) * sizeof(float));
  }
  atomic_store_explicit(&self->at, at + n, memory_order_release);
}
