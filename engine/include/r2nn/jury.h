/* A jury: recordings reduced to spectra once, by which any model like the first is judged in milliseconds, without running it.
 *
 * A linear stage's energy over a clip and the ringing after it is sum over w of |H(jw)|^2 S(w) (system.md §5): one factorisation a
 * frequency, whatever the recordings. What an engine in file mode decides is met but for the grid of frequencies. */
#ifndef R2NN_JURY_H
#define R2NN_JURY_H

#include "r2nn/train.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Constant once made, shared by any threads. */
typedef struct r2nn_jury r2nn_jury;

/* Can a model be judged so: one stage, no law and no low-pass behind it, energies of squares? Any thread. */
bool r2nn_jury_fits(const r2nn_model *model);

/* Reduce all clips of a data set, whose labels number the model's classes. The grid is fine enough for the model's narrowest
 * resonance, within 256 to 4096 frequencies. The drive's high-passes are the model's. R2NN_BAD_ARGUMENT: the model does not fit, or
 * has other channels; R2NN_BAD_DATA, R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_jury_new(const r2nn_dataset *dataset, const r2nn_model *model, const r2nn_workers *workers, r2nn_jury **jury,
                          r2nn_error *error);
void r2nn_jury_free(r2nn_jury *jury); /* NULL allowed */

/* What one thread judges with; the jury must outlive it. */
typedef struct r2nn_juror r2nn_juror;
r2nn_status r2nn_juror_new(const r2nn_jury *jury, r2nn_juror **juror, r2nn_error *error);
void r2nn_juror_free(r2nn_juror *juror); /* NULL allowed */

/* Judge a model with the nodes, couplings, inputs, outputs and head of the jury's, and values of its own: the share of clips
 * decided right, and the mean cross-entropy of the scores, nepers (NULL where not wanted). One thread at a time. */
void r2nn_juror_judge(r2nn_juror *juror, const r2nn_model *model, double *accuracy, double *loss);

/* Gradients by every value of the first stage at a model, by the adjoint: of the loss, and, R2NN_JURY_DRAWS times, of the clips'
 * log scores with random signs and of classes drawn by those scores. Then what happens to first order when the model becomes
 * another one: *change of the loss, and *square, the Fisher information of that move: half of it is what the loss grows by if the
 * move happens either way, also where its own slope is none (its draws' mean; its relative deviation is sqrt(2/R2NN_JURY_DRAWS)).
 */
#define R2NN_JURY_DRAWS 64u
void r2nn_juror_differentiate(r2nn_juror *juror, const r2nn_model *model);
void r2nn_juror_change(const r2nn_juror *juror, const r2nn_model *to, double *change, double *square);

#ifdef __cplusplus
}
#endif
#endif
