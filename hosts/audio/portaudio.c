/* Sound cards by PortAudio. */
#include "audio/portaudio.h"

#include "audio/portaudio_library.h"
#include "progress.h"
#include "r2nn/engine.h"

#include <portaudio.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 256 }; /* frames handed on at a time */

static const double silent_s = 2; /* a device that calls no more for so long is gone */

struct portaudio {
  portaudio_def def;
  PaDeviceIndex device, output;
  char name[128];
  double rate_hz;
  uint32_t n_in, n_out; /* channels of the stream */
  uint32_t map[R2NN_MAX_CHANNELS];
  PaStream *stream;
  portaudio_hear hear;
  portaudio_xrun xrun;
  void *context;
  _Atomic uint64_t n_calls;
  uint64_t n_seen; /* of n_calls; since seen_s */
  double seen_s;
  float block[]; /* [PIECE][n_channels] */
};

r2nn_status portaudio_list(FILE *to, r2nn_error *error) {
  r2nn_status status = library_begin(error);
  if (status != R2NN_OK) return status;
  uint32_t n = 0;
  for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); i++) {
    const PaDeviceInfo *info = Pa_GetDeviceInfo(i);
    if (!info || info->maxInputChannels < 1) continue;
    if (n++ == 0) fprintf(to, "%6s  %-10s %8s %8s  %s\n", "device", "by", "channels", "rate", "name");
    fprintf(to, "%5d%c  %-10s %8d %8g  %s\n", i, i == Pa_GetDefaultInputDevice() ? '*' : ' ',
            Pa_GetHostApiInfo(info->hostApi)->name, info->maxInputChannels, info->defaultSampleRate, info->name);
  }
  Pa_Terminate();
  return n ? R2NN_OK : r2nn_fail(error, R2NN_BAD_DATA, "there is no device that hears");
}

/* Which channels of the device are heard. */
static r2nn_status map_channels(portaudio *self, uint32_t n_device, r2nn_error *error) {
  const channel_list *chosen = self->def.channels;
  uint32_t n = self->def.n_channels;
  if (!n) n = self->def.n_channels = chosen->n_channels ? chosen->n_channels : n_device;
  if (chosen->n_channels && chosen->n_channels != n) return channels_mismatch(chosen, n_device, n, "the model takes", error);
  if (n > R2NN_MAX_CHANNELS) return r2nn_fail(error, R2NN_BAD_DATA, "has %u channels; choose with --channel", n);
  for (uint32_t c = 0; c < n; c++) {
    self->map[c] = chosen->n_channels ? chosen->channels[c] : c;
    if (self->map[c] >= n_device)
      return r2nn_fail(error, R2NN_BAD_DATA, "has %u channel%s, not a number %u", n_device, n_device == 1 ? "" : "s",
                       self->map[c] + 1);
    if (self->map[c] >= self->n_in) self->n_in = self->map[c] + 1;
  }
  return R2NN_OK;
}

static PaStreamParameters in_parameters(const portaudio *self) {
  return (PaStreamParameters){.device = self->device,
                              .channelCount = (int)self->n_in,
                              .sampleFormat = paFloat32,
                              .suggestedLatency = Pa_GetDeviceInfo(self->device)->defaultLowInputLatency};
}

static PaStreamParameters out_parameters(const portaudio *self) {
  return (PaStreamParameters){.device = self->output,
                              .channelCount = (int)self->n_out,
                              .sampleFormat = paFloat32,
                              .suggestedLatency = Pa_GetDeviceInfo(self->output)->defaultLowOutputLatency};
}

static r2nn_status check_format(const portaudio *self, r2nn_error *error) {
  PaStreamParameters in = in_parameters(self), out = {0};
  if (self->n_out) out = out_parameters(self);
  int kept = library_hush();
  PaError code = Pa_IsFormatSupported(&in, self->n_out ? &out : NULL, self->rate_hz);
  library_speak(kept);
  if (code == paFormatIsSupported) return R2NN_OK;
  return r2nn_fail(error, R2NN_BAD_DATA, "%s: does not give %u channel%s at %g Hz%s: %s", self->name, self->n_in,
                   self->n_in == 1 ? "" : "s", self->rate_hz, self->n_out ? ", or its output does not take them" : "",
                   Pa_GetErrorText(code));
}

static r2nn_status choose(portaudio *self, r2nn_error *error) {
  self->device = library_find(self->def.device, false);
  if (self->device == paNoDevice)
    return self->def.device
               ? r2nn_fail(error, R2NN_BAD_DATA, "no device %.100s hears; r2nn live --list shows those that do", self->def.device)
               : r2nn_fail(error, R2NN_BAD_DATA, "there is no device that hears");
  const PaDeviceInfo *info = Pa_GetDeviceInfo(self->device);
  snprintf(self->name, sizeof self->name, "%s", info->name);
  self->rate_hz = self->def.rate_hz > 0 ? self->def.rate_hz : info->defaultSampleRate;
  r2nn_error reason = {""};
  r2nn_status status = map_channels(self, (uint32_t)info->maxInputChannels, &reason);
  if (status != R2NN_OK) return r2nn_fail(error, status, "%s: %s", self->name, reason.text);
  if (self->def.pass) {
    self->output = Pa_GetDefaultOutputDevice();
    if (self->output == paNoDevice) return r2nn_fail(error, R2NN_BAD_DATA, "--pass: there is no device that plays");
    uint32_t most = (uint32_t)Pa_GetDeviceInfo(self->output)->maxOutputChannels;
    self->n_out = self->def.n_channels < most ? self->def.n_channels : most;
  }
  return check_format(self, error);
}

r2nn_status portaudio_open(const portaudio_def *def, portaudio **made, r2nn_error *error) {
  r2nn_status status = library_begin(error);
  *made = NULL;
  if (status != R2NN_OK) return status;
  portaudio *self = *made = calloc(1, sizeof *self + PIECE * R2NN_MAX_CHANNELS * sizeof(float));
  if (self) {
    self->def = *def;
    status = choose(self, error);
    if (status == R2NN_OK) return R2NN_OK;
  } else
    status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  free(self);
  *made = NULL;
  Pa_Terminate();
  return status;
}

void portaudio_close(portaudio *self) {
  if (!self) return;
  if (library_end(self->stream)) free(self);
}

bool portaudio_is_stuck(void) {
  return library_is_stuck();
}

double portaudio_rate(const portaudio *self) {
  return self->rate_hz;
}

const char *portaudio_name(const portaudio *self) {
  return self->name;
}

uint32_t portaudio_n_channels(const portaudio *self) {
  return self->def.n_channels;
}

/* PortAudio's thread. */
static int on_frames(const void *input, void *output, unsigned long n_frames, const PaStreamCallbackTimeInfo *when,
                     PaStreamCallbackFlags flags, void *context) {
  portaudio *self = context;
  const float *in = input;
  float *out = output;
  uint32_t m = self->def.n_channels;
  (void)when;
  if (flags & paInputOverflow) self->xrun(self->context);
  for (unsigned long done = 0; in && done < n_frames;) {
    uint32_t n = n_frames - done < PIECE ? (uint32_t)(n_frames - done) : PIECE;
    for (uint32_t t = 0; t < n; t++)
      for (uint32_t c = 0; c < m; c++) self->block[(size_t)t * m + c] = in[(done + t) * self->n_in + self->map[c]];
    for (uint32_t t = 0; out && t < n; t++)
      for (uint32_t c = 0; c < self->n_out; c++) out[(done + t) * self->n_out + c] = self->block[(size_t)t * m + c];
    self->hear(self->context, self->block, n);
    done += n;
  }
  atomic_fetch_add_explicit(&self->n_calls, 1, memory_order_relaxed);
  return paContinue;
}

r2nn_status portaudio_start(portaudio *self, portaudio_hear hear, portaudio_xrun xrun, void *context, r2nn_error *error) {
  PaStreamParameters in = in_parameters(self), out = {0};
  if (self->n_out) out = out_parameters(self);
  self->hear = hear;
  self->xrun = xrun;
  self->context = context;
  int kept = library_hush();
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  PaError code = Pa_OpenStream(&self->stream, &in, self->n_out ? &out : NULL, self->rate_hz,
                               self->def.frames ? self->def.frames : paFramesPerBufferUnspecified, paNoFlag, on_frames, self);
  if (code == paNoError) code = Pa_StartStream(self->stream);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  library_speak(kept);
  if (code != paNoError) return r2nn_fail(error, R2NN_BAD_DATA, "%s: %s", self->name, Pa_GetErrorText(code));
  self->seen_s = progress_clock();
  return R2NN_OK;
}

bool portaudio_is_gone(portaudio *self) {
  uint64_t n = atomic_load_explicit(&self->n_calls, memory_order_relaxed);
  double now_s = progress_clock();
  if (n != self->n_seen) self->seen_s = now_s;
  self->n_seen = n;
  return Pa_IsStreamActive(self->stream) != 1 || now_s - self->seen_s > silent_s;
}
