/* A model on a live signal: what all live commands share. An audio thread hears, the main thread tells the sinks.
 *
 * A host is a command of its own, cmd_NAME.c, with one device file that knows one library (audio/NAME.c):
 *   1. reads its options: live_settings_read() with a table of its own options;
 *   2. opens the device, so that it knows the sample rate, and calls live_new(); the model's channels are in live_look();
 *   3. its audio callback calls live_process_planar() or live_process_interleaved() (live/process.h) on live_audio(), with any
 *      number of frames, and live_note_xrun() or live_note_lost() for what went wrong; it does nothing else there;
 *   4. calls live_run() with a live_host: tick() is called some 250 times a second on the main thread (there it watches its device,
 *      connects again, calls live_set_rate(), or live_stop() to end the run), stop() once, after which the audio thread must not
 *      call any more; then live_free() and leaves with the code.
 *
 * A sink is one file in hosts/sinks/ that defines a live_sink (live/sink.h) and one line in hosts/sinks/live_sinks.c; its option
 * comes into all live commands by itself. */
#ifndef HOSTS_LIVE_LIVE_H
#define HOSTS_LIVE_LIVE_H

#include "live/process.h"
#include "live/settings.h"
#include "live/view.h"

typedef struct live live;

/* A stream of the model that the settings name, at rate_hz; opens the sinks. source: what the signal is called, "jack:r2nn"; both
 * must outlive it. The error is for the user. Main thread, as everything here that does not say otherwise. */
r2nn_status live_new(const live_settings *settings, const char *source, double rate_hz, live **made, r2nn_error *error);
void live_free(live *self); /* NULL allowed; the audio thread must have ended */

/* What goes on. */
const live_view *live_look(const live *self);

/* For the audio thread: what live_process_planar() and its neighbours take. */
live_process *live_audio(live *self);

/* A cycle came too late; frames of the signal are missing. Any thread, real time. */
void live_note_xrun(live *self);
void live_note_lost(live *self, uint32_t n_frames);

/* Go on with another model: a file or a preset, NULL for the present one read again. It is read in a thread of its own and takes
 * over between two decisions; if something is wrong with it that is said, and the old one stays. Returns the wish's number, 0 if it
 * could not even begin; LIVE_EVENT_MODEL or LIVE_EVENT_REFUSED tells what came of it, or of a later wish, which goes before. */
uint64_t live_load(live *self, const char *name);

/* The signal has another rate from now on; waits until the model is ready for it. False: said why. */
bool live_set_rate(live *self, double rate_hz);

/* For sinks: may they overwrite files (-f)? */
bool live_may_overwrite(const live *self);

/* End live_run() with this exit code. */
void live_stop(live *self, int code);

/* Hand on what the audio thread has said since. live_run() does it; a host without a loop may do it itself. */
void live_pump(live *self);

typedef struct live_host {
  void (*tick)(void *context, live *self); /* NULL allowed */
  void (*stop)(void *context);             /* the audio thread ends here; NULL allowed */
  void *context;
} live_host;

/* Run until a signal, live_stop() or a sink that fails; the exit code. The sinks are closed then. */
int live_run(live *self, const live_host *host);

#endif
