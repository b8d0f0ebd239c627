/* Spectral training of one linear stage (system.md §5): clips reduced to cross-spectra once, then energies and their exact gradient
 * with respect to every circuit value at the price of one complex symmetric factorisation a frequency bin, whatever the clips. */
#ifndef R2NN_TRAIN_SPECTRAL_H
#define R2NN_TRAIN_SPECTRAL_H

#include "r2nn/train.h"

/* Cross-spectra of clips on a common frequency grid. packed is Hermitian: for channels a, b of a bin, [a*m + a] = S_aa,
 * [a*m + b] = Re S_ab and [b*m + a] = Im S_ab for a < b, S_ab = X_a conj(X_b). */
typedef struct r2nn_spectra {
  uint32_t n_clips, n_channels, n_bins;
  double *freq_hz;    /* [n_bins] ascending, the first is 0 */
  double *packed;     /* [n_clips][n_bins][n_channels*n_channels], V^2 s: the energy of an output is sum over bins of h S h^H */
  double *duration_s; /* [n_clips] */
} r2nn_spectra;

/* A frequency grid of n_bins >= 2 from 0 to fmax_hz: evenly spaced on asinh(f / knee_hz), so linear below the knee and logarithmic
 * above. */
void r2nn_spectral_grid(uint32_t n_bins, double knee_hz, double fmax_hz, double *freq_hz);

/* Reduce n_clips >= 1 clips of n_channels to spectra on the grid. With highpass_hz > 0 each clip is AC-coupled as the engine does
 * it: x - x[0] through highpass_order (1 or 2; 0 counts as 1) first-order high-passes at highpass_hz, cut off where the clip ends;
 * highpass_hz 0 = none, and it may lie above the Nyquist rate. Then it is zero-padded to at least
 * twice its length and to a resolution finer than the grid, transformed by FFTW in double, and the energy of each transform bin is
 * shared between its two grid neighbours in inverse proportion to distance (so the sum over bins equals the integral of the
 * piecewise linear |h|^2). Transform bins above the last grid point are dropped. R2NN_BAD_DATA: a clip too long for one transform
 * (2^28 frames are not). R2NN_NO_MEMORY. Main thread: FFTW plans here. */
r2nn_status r2nn_spectra_new(const r2nn_clip *const *clips, uint32_t n_clips, uint32_t n_channels, const double *freq_hz,
                             uint32_t n_bins, double highpass_hz, uint32_t highpass_order, const r2nn_workers *workers,
                             r2nn_spectra **spectra, r2nn_error *error);
void r2nn_spectra_free(r2nn_spectra *spectra);

/* The workspace that solves one stage on a grid. It is made for a stage's structure (which couplings, inputs and outputs exist);
 * the values may change. It keeps a factor for every frequency as long as that is no more than 256 MB. Touched by one thread at a
 * time, which may lend workers. R2NN_BAD_ARGUMENT: n_bins * n_channels^2 over 2^31. R2NN_NO_MEMORY. Main thread. */
typedef struct r2nn_spectral r2nn_spectral;
r2nn_status r2nn_spectral_new(const r2nn_stage *structure, uint32_t n_channels, const double *freq_hz, uint32_t n_bins,
                              const r2nn_workers *workers, r2nn_spectral **spectral, r2nn_error *error);
void r2nn_spectral_free(r2nn_spectral *spectral);

/* The derivative of a loss with respect to every element value, in the stage's own order. */
typedef struct r2nn_stage_gradient {
  double *d, *c, *g; /* [n_nodes] each */
  double *couplings; /* [n_couplings] */
  double *inputs;    /* [n_inputs] */
} r2nn_stage_gradient;

/* Solve the stage at every bin; it has the workspace's structure and values of its own. */
void r2nn_spectral_forward(r2nn_spectral *spectral, const r2nn_stage *stage);
/* Energies of the solved stage: energies[n_clips][n_outputs], V^2 s. */
void r2nn_spectral_energies(r2nn_spectral *spectral, const r2nn_spectra *spectra, double *energies);
/* Gradient of sum(weights * energies) for weights[n_clips][n_outputs] = dL/dE, at the stage of the last forward (which need not
 * have been followed by energies); overwrites the gradient arrays. By the adjoint: A h = b, A lambda = r, where r gathers dL/dh of
 * all clips and outputs, dL = 2 Re sum (lambda^T db - lambda^T dA h). */
void r2nn_spectral_backward(r2nn_spectral *spectral, const r2nn_stage *stage, const r2nn_spectra *spectra, const double *weights,
                            r2nn_stage_gradient *gradient);
#endif
