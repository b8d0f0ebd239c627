/* PortAudio begun without its noise, and without the aborts of what it stands on. Main thread. */
#ifndef HOSTS_AUDIO_PORTAUDIO_LIBRARY_H
#define HOSTS_AUDIO_PORTAUDIO_LIBRARY_H

#include "r2nn/base.h"

/* PortAudio and ALSA talk a lot while they look for devices: nothing is said on standard error until library_speak(), which takes
 * what library_hush() gave. */
int library_hush(void);
void library_speak(int kept);

/* Pa_Initialize(), its threads made without our signals; every success wants a Pa_Terminate(). */
r2nn_status library_begin(r2nn_error *error);

#endif
