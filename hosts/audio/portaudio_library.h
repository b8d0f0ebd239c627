/* PortAudio begun without its noise, and without the aborts of what it stands on. Main thread. */
#ifndef HOSTS_AUDIO_PORTAUDIO_LIBRARY_H
#define HOSTS_AUDIO_PORTAUDIO_LIBRARY_H

#include "r2nn/base.h"

#include <portaudio.h>

/* PortAudio and ALSA talk a lot while they look for devices: nothing is said on standard error until library_speak(), which takes
 * what library_hush() gave. */
int library_hush(void);
void library_speak(int kept);

/* Pa_Initialize(), its threads made without our signals; every success wants a Pa_Terminate(). */
r2nn_status library_begin(r2nn_error *error);

/* A device that hears, and plays if plays: by number, by the whole name, by a part of it; NULL: the default one that hears.
 * paNoDevice: there is none. */
PaDeviceIndex library_find(const char *name, bool plays);

/* Close the stream, NULL if there is none, and Pa_Terminate(). False: PortAudio does not come back from it. When a JACK server has
 * died, PortAudio 19.6 waits in Pa_CloseStream for a cycle of that server, up to ten minutes, and can do nothing else meanwhile; so
 * it is another thread that waits, what the stream uses must stay, and library_is_stuck() tells. */
bool library_end(PaStream *stream);
bool library_is_stuck(void);

#endif
