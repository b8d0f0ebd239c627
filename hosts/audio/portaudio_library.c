/* PortAudio begun without its noise, and without the aborts of what it stands on. */
#include "audio/portaudio_library.h"

#include <fcntl.h>
#include <portaudio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
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
