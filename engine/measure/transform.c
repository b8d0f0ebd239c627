/* Real FFTs of one length, by FFTW. */
#include "measure/transform.h"

#define LARGEST (1u << 27)

r2nn_status r2nn_transform_init(r2nn_transform *self, double n_least, r2nn_error *error) {
  *self = (r2nn_transform){.n = 64};
  while (self->n < n_least && self->n < LARGEST) self->n *= 2;
  if (self->n < n_least) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "%.3g frames are too many to look at", n_least);
  self->time = fftw_alloc_real(self->n);
  self->bin = fftw_alloc_complex(self->n / 2 + 1);
  if (self->time && self->bin) {
    self->forth = fftw_plan_dft_r2c_1d((int)self->n, self->time, self->bin, FFTW_ESTIMATE);
    self->back = fftw_plan_dft_c2r_1d((int)self->n, self->bin, self->time, FFTW_ESTIMATE);
  }
  if (self->forth && self->back) return R2NN_OK;
  r2nn_transform_free(self);
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
}

void r2nn_transform_free(r2nn_transform *self) {
  if (self->forth) fftw_destroy_plan(self->forth);
  if (self->back) fftw_destroy_plan(self->back);
  fftw_free(self->time);
  fftw_free(self->bin);
  *self = (r2nn_transform){0};
}

void r2nn_transform_forth(r2nn_transform *self) {
  fftw_execute(self->forth);
}

void r2nn_transform_back(r2nn_transform *self) {
  fftw_execute(self->back);
  for (uint32_t i = 0; i < self->n; i++) self->time[i] /= self->n;
}
