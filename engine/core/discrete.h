/* A stage at one rate: exact poles, and direct taps that cancel what sampling folds back (system.md §3). */
#ifndef R2NN_CORE_DISCRETE_H
#define R2NN_CORE_DISCRETE_H

#include "core/dense.h"
#include "core/modes.h"

#include <complex.h>

/* v_o[t] = Re sum_k out_ok q_k[t] + dense parts + sum_m taps_mco u_c[t-m], with q_k[t] = z_k q_k[t-1] + T in_kc u_c[t-latency]. */
typedef struct r2nn_discrete {
  double rate_hz;
  const r2nn_modes *modes;
  double complex *z; /* [n_modes] exp(p T), rounded as it will be stored; 0 and absent if the mode lies above the Nyquist rate or
                        decays at once */
  uint8_t *fine;     /* [n_modes] 0 dropped, 1 float, 2 double */
  r2nn_dense *dense; /* [n_parts] of dense parts, else zeroed */
  uint32_t latency;  /* frames that v is late */
  uint32_t n_taps;
  float *taps;     /* [n_taps][n_channels][n_outputs] */
  double error_db; /* largest |H_engine exp(jw latency) - H| over 0..0.4 of the rate, relative to each output's peak there */
} r2nn_discrete;

/* modes must outlive the result. on_time: without latency, as a stage behind a detector must be, whose events end in time; what
 * lies above a tenth of the rate is then less exact. R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_discrete_new(const r2nn_modes *modes, double rate_hz, bool on_time, r2nn_discrete **discrete, r2nn_error *error);
void r2nn_discrete_free(r2nn_discrete *discrete);

#endif
