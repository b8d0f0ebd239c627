/* Makes a sound's rate a whole number of times higher, by FFTW: its spectrum gets room above. */
#include "circuit/upsample.h"

#include <fftw3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Frames of silence between the end and, around the circle, the beginning. */
#define GAP 256u

/* Plans are made and unmade by one thread at a time; running them is free. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

static void channel(const float *in, float *out, uint32_t n_frames, uint32_t n_channels, uint32_t times, double *samples,
                    fftw_complex *spectrum, const fftw_plan plans[2]) {
  size_t n = n_frames + GAP, n_bins = n / 2 + 1, n_high = n * times / 2 + 1;
  memset(samples, 0, n * sizeof *samples);
  for (size_t t = 0; t < n_frames; t++) samples[t] = (double)in[t * n_channels];
  fftw_execute(plans[0]);
  memset(spectrum + n_bins, 0, (n_high - n_bins) * sizeof *spectrum);
  if (n % 2 == 0) spectrum[n_bins - 1][0] = spectrum[n_bins - 1][1] = 0; /* half the rate itself has no phase */
  fftw_execute(plans[1]);
  for (size_t t = 0; t < (size_t)n_frames * times; t++) out[t * n_channels] = (float)(samples[t] / (double)n);
}

r2nn_status upsample(const float *in, uint32_t n_frames, uint32_t n_channels, uint32_t times, float **out, r2nn_error *error) {
  size_t n = n_frames + GAP, n_long = n * times;
  double *samples = fftw_malloc((n_long + 2) * sizeof *samples);
  fftw_complex *spectrum = fftw_malloc((n_long / 2 + 1) * sizeof *spectrum);
  *out = malloc((size_t)n_frames * times * n_channels * sizeof **out);
  bool enough = samples && spectrum && *out;
  if (enough) {
    pthread_mutex_lock(&planner);
    fftw_plan plans[2] = {fftw_plan_dft_r2c_1d((int)n, samples, spectrum, FFTW_ESTIMATE),
                          fftw_plan_dft_c2r_1d((int)n_long, spectrum, samples, FFTW_ESTIMATE)};
    pthread_mutex_unlock(&planner);
    for (uint32_t c = 0; c < n_channels; c++) channel(in + c, *out + c, n_frames, n_channels, times, samples, spectrum, plans);
    pthread_mutex_lock(&planner);
    fftw_destroy_plan(plans[0]);
    fftw_destroy_plan(plans[1]);
    pthread_mutex_unlock(&planner);
  }
  fftw_free(samples);
  fftw_free(spectrum);
  if (enough) return R2NN_OK;
  free(*out);
  *out = NULL;
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
}
