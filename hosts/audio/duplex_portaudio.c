/* Plays and hears at once on one device of PortAudio's. */
#include "audio/duplex.h"
#include "audio/portaudio_library.h"
#include "progress.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 256 }; /* frames handed on at a time */

static const double silent_s = 2; /* a device that calls no more for so long is gone */

typedef struct pa_duplex {
  duplex_def def;
  PaDeviceIndex device;
  double rate_hz;
  uint32_t n_in, n_out; /* channels of the stream */
  PaStream *stream;
  duplex_process process;
  void *context;
  _Atomic uint32_t n_breaks;
  _Atomic uint64_t n_calls;
  uint64_t n_seen; /* of n_calls; since seen_s */
  double seen_s;
  const float *heard[DUPLEX_MOST];
  float *played[DUPLEX_MOST];
  float blocks[2 * DUPLEX_MOST][PIECE];
} pa_duplex;

static PaStreamParameters parameters(const pa_duplex *self, bool is_in) {
  const PaDeviceInfo *info = Pa_GetDeviceInfo(self->device);
  return (PaStreamParameters){.device = self->device,
                              .channelCount = (int)(is_in ? self->n_in : self->n_out),
                              .sampleFormat = paFloat32,
                              .suggestedLatency = is_in ? info->defaultHighInputLatency : info->defaultHighOutputLatency};
}

static uint32_t widest(const duplex_port *ports, uint32_t n) {
  uint32_t most = 0;
  for (uint32_t k = 0; k < n; k++)
    if (ports[k].channel >= most) most = ports[k].channel + 1;
  return most;
}

static r2nn_status choose(pa_duplex *self, r2nn_error *error) {
  self->device = library_find(self->def.device, true);
  if (self->device == paNoDevice)
    return r2nn_fail(error, R2NN_BAD_DATA, "no device%s%.100s both plays and hears; r2nn live --list shows those that hear",
                     self->def.device ? " " : "", self->def.device ? self->def.device : "");
  const PaDeviceInfo *info = Pa_GetDeviceInfo(self->device);
  self->rate_hz = self->def.rate_hz > 0 ? self->def.rate_hz : info->defaultSampleRate;
  self->n_in = widest(self->def.in, self->def.n_in);
  self->n_out = widest(self->def.out, self->def.n_out);
  PaStreamParameters in = parameters(self, true), out = parameters(self, false);
  int kept = library_hush();
  PaError code = Pa_IsFormatSupported(&in, &out, self->rate_hz);
  library_speak(kept);
  if (code == paFormatIsSupported) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_DATA, "%.100s: does not hear %u and play %u channels at %g Hz: %s", info->name, self->n_in,
                   self->n_out, self->rate_hz, Pa_GetErrorText(code));
}

static r2nn_status open_device(const duplex_def *def, void **host, r2nn_error *error) {
  *host = NULL;
  r2nn_status status = library_begin(error);
  if (status != R2NN_OK) return status;
  pa_duplex *self = calloc(1, sizeof *self);
  status = self ? R2NN_OK : r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  if (self) {
    self->def = *def;
    status = choose(self, error);
  }
  if (status == R2NN_OK) {
    *host = self;
    return status;
  }
  free(self);
  Pa_Terminate();
  return status;
}

static double rate(const void *host) {
  return ((const pa_duplex *)host)->rate_hz;
}

/* PortAudio's thread. */
static int on_frames(const void *input, void *output, unsigned long n_frames, const PaStreamCallbackTimeInfo *when,
                     PaStreamCallbackFlags flags, void *context) {
  pa_duplex *self = context;
  const float *in = input;
  float *out = output;
  (void)when;
  if (flags & (paInputOverflow | paInputUnderflow | paOutputOverflow | paOutputUnderflow))
    atomic_fetch_add_explicit(&self->n_breaks, 1, memory_order_relaxed);
  for (unsigned long done = 0; done < n_frames;) {
    uint32_t n = n_frames - done < PIECE ? (uint32_t)(n_frames - done) : PIECE;
    for (uint32_t k = 0; k < self->def.n_in; k++)
      for (uint32_t t = 0; t < n; t++) self->blocks[k][t] = in ? in[(done + t) * self->n_in + self->def.in[k].channel] : 0;
    self->process(self->context, self->heard, self->played, n);
    memset(out + done * self->n_out, 0, sizeof *out * n * self->n_out);
    for (uint32_t k = 0; k < self->def.n_out; k++)
      for (uint32_t t = 0; t < n; t++) out[(done + t) * self->n_out + self->def.out[k].channel] = self->played[k][t];
    done += n;
  }
  atomic_fetch_add_explicit(&self->n_calls, 1, memory_order_relaxed);
  return paContinue;
}

static r2nn_status start(void *host, duplex_process process, void *context, r2nn_error *error) {
  pa_duplex *self = host;
  PaStreamParameters in = parameters(self, true), out = parameters(self, false);
  self->process = process;
  self->context = context;
  for (uint32_t k = 0; k < DUPLEX_MOST; k++) {
    self->heard[k] = self->blocks[k];
    self->played[k] = self->blocks[DUPLEX_MOST + k];
  }
  int kept = library_hush();
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  PaError code =
      Pa_OpenStream(&self->stream, &in, &out, self->rate_hz, self->def.frames ? self->def.frames : paFramesPerBufferUnspecified,
                    paClipOff | paDitherOff, on_frames, self);
  if (code == paNoError) code = Pa_StartStream(self->stream);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  library_speak(kept);
  if (code != paNoError)
    return r2nn_fail(error, R2NN_BAD_DATA, "%.100s: %s", Pa_GetDeviceInfo(self->device)->name, Pa_GetErrorText(code));
  self->seen_s = progress_clock();
  return R2NN_OK;
}

static bool is_gone(void *host, const char **reason) {
  pa_duplex *self = host;
  uint64_t n = atomic_load_explicit(&self->n_calls, memory_order_relaxed);
  double now_s = progress_clock();
  (void)reason;
  if (n != self->n_seen) self->seen_s = now_s;
  self->n_seen = n;
  return Pa_IsStreamActive(self->stream) != 1 || now_s - self->seen_s > silent_s;
}

static uint32_t n_breaks(void *host) {
  return atomic_load(&((pa_duplex *)host)->n_breaks);
}

static void close_device(void *host) {
  pa_duplex *self = host;
  if (library_end(self->stream)) free(self);
}

const duplex_kind duplex_portaudio = {"the sound card", open_device, rate, start, is_gone, n_breaks, close_device};
