/* PortAudio begun without its noise, and without the aborts of what it stands on. */
#include "audio/portaudio_library.h"

#include <ctype.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int library_hush(void) {
  fflush(stderr);
  int kept = dup(STDERR_FILENO), nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nothing >= 0) {
    dup2(nothing, STDERR_FILENO);
    close(nothing);
  }
  return kept;
}

void library_speak(int kept) {
  if (kept < 0) return;
  dup2(kept, STDERR_FILENO);
  close(kept);
}

/* Some ALSA configurations abort a program that asks PortAudio for devices: try it in a child first, which must not be a client of
 * a JACK server: the server would still be busy with it when we come. */
static bool is_safe(void) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    signal(SIGABRT, SIG_DFL);
    setenv("JACK_DEFAULT_SERVER", "r2nn-none", 1);
    setenv("JACK_NO_START_SERVER", "1", 1);
    _exit(Pa_Initialize() != paNoError);
  }
  int status = 0;
  return child < 0 || waitpid(child, &status, 0) != child || !WIFSIGNALED(status);
}

r2nn_status library_begin(r2nn_error *error) {
  int kept = library_hush();
  sigset_t all, before; /* our signals are for the main thread */
  sigfillset(&all);
  bool safe = is_safe();
  pthread_sigmask(SIG_BLOCK, &all, &before);
  PaError code = safe ? Pa_Initialize() : paInternalError;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  library_speak(kept);
  if (!safe)
    return r2nn_fail(error, R2NN_BAD_DATA, "PortAudio cannot look for devices: the ALSA configuration has no usable pcm.!default");
  return code == paNoError ? R2NN_OK : r2nn_fail(error, R2NN_BAD_DATA, "PortAudio: %s", Pa_GetErrorText(code));
}

static bool fits(const PaDeviceInfo *info, bool plays) {
  return info && info->maxInputChannels > 0 && (!plays || info->maxOutputChannels > 0);
}

PaDeviceIndex library_find(const char *name, bool plays) {
  char *end;
  PaDeviceIndex n = Pa_GetDeviceCount(), part = paNoDevice;
  if (!name) return Pa_GetDefaultInputDevice();
  long number = isdigit((unsigned char)name[0]) ? strtol(name, &end, 10) : -1;
  if (number >= 0 && *end == '\0') return number < n ? (PaDeviceIndex)number : paNoDevice;
  for (PaDeviceIndex i = 0; i < n; i++) {
    const PaDeviceInfo *info = Pa_GetDeviceInfo(i);
    if (!fits(info, plays)) continue;
    if (strcmp(info->name, name) == 0) return i;
    if (part == paNoDevice && strstr(info->name, name)) part = i;
  }
  return part;
}

static const time_t closing_s = 1; /* what has not closed after so long never will */
static bool is_stuck;

bool library_is_stuck(void) {
  return is_stuck;
}

static void *close_all(void *stream) {
  if (stream) {
    if (Pa_IsStreamActive(stream) == 1) Pa_AbortStream(stream);
    Pa_CloseStream(stream);
  }
  Pa_Terminate();
  return NULL;
}

bool library_end(PaStream *stream) {
  int kept = library_hush();
  pthread_t closer;
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += closing_s;
  if (pthread_create(&closer, NULL, close_all, stream) != 0)
    close_all(stream);
  else
    is_stuck = pthread_timedjoin_np(closer, NULL, &until) != 0;
  library_speak(kept);
  return !is_stuck;
}
