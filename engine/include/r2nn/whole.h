/* Whole clips judged by their spectra: the energies that an engine in file mode adds up sample by sample, of a linear model and all
 * at once. By Parseval they are sums over frequencies of |H X|^2, with H the engine's own response.
 *
 * A whole is constant once made, read by any threads; what works with it is an engine of the same definition and a hall of room for
 * one clip, each touched by one thread at a time. */
#ifndef R2NN_WHOLE_H
#define R2NN_WHOLE_H

#include "r2nn/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct r2nn_whole r2nn_whole;
typedef struct r2nn_hall r2nn_hall;

/* Does it give the engine's energies? In file mode, of one stage whose outputs are squared as they are: law identity, no low-pass,
 * no common mode taken out, no flaws and no board. Any thread. */
bool r2nn_whole_fits(const r2nn_model *model, const r2nn_engine_def *def);

/* Ready for clips of at most n_frames at def->rate_hz, more than which may fit (r2nn_whole_frames). max_tail_s: how long the
 * ring-out may be, as the host would drain it. Takes about as long as an engine does for such a clip of each channel.
 * R2NN_BAD_ARGUMENT: it does not fit, rings longer, or needs more than 8 MB. The errors of r2nn_engine_new(). One at a time. */
r2nn_status r2nn_whole_new(const r2nn_model *model, const r2nn_engine_def *def, uint64_t n_frames, double max_tail_s,
                           r2nn_whole **whole, r2nn_error *error);
void r2nn_whole_free(r2nn_whole *whole); /* NULL allowed */

/* The longest clip that it takes, frames; least, if not NULL: the shortest for which r2nn_whole_new() would make the same. */
uint64_t r2nn_whole_frames(const r2nn_whole *whole, uint64_t *least);

/* Room for the spectra of one clip after another. R2NN_NO_MEMORY. */
r2nn_status r2nn_hall_new(const r2nn_whole *whole, r2nn_hall **hall, r2nn_error *error);
void r2nn_hall_free(r2nn_hall *hall); /* NULL allowed */

/* Decide a clip of 1 <= n_frames <= r2nn_whole_frames(), samples [n_frames][n_channels] interleaved, volts, with an engine of the
 * same definition, which is reset: then one decision waits for r2nn_engine_poll(). Energies are those of running and draining it to
 * a few parts in a million of the loudest. */
void r2nn_whole_decide(const r2nn_whole *whole, r2nn_hall *hall, r2nn_engine *engine, const float *samples, uint64_t n_frames);

#ifdef __cplusplus
}
#endif
#endif
