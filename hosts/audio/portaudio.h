/* Sound cards by PortAudio. Everything runs on the main thread but hear and xrun, which PortAudio's thread calls. */
#ifndef HOSTS_AUDIO_PORTAUDIO_H
#define HOSTS_AUDIO_PORTAUDIO_H

#include "audio/channels.h"

#include <stdio.h>

/* n_frames more: in is [n_frames][n_channels] interleaved, volts. Real time. */
typedef void (*portaudio_hear)(void *context, const float *in, uint32_t n_frames);
/* Frames were lost before what comes next. Real time. */
typedef void (*portaudio_xrun)(void *context);

typedef struct portaudio_def {
  const char *device;           /* its number or a part of its name; NULL = the default one */
  double rate_hz;               /* 0 = the device's own */
  uint32_t frames;              /* a call; 0 = as PortAudio likes */
  const channel_list *channels; /* of the device, heard in this order; empty = the first ones */
  uint32_t n_channels;          /* to be heard; 0 = all that are chosen, or that there are */
  bool pass;                    /* play what is heard on the default output */
} portaudio_def;

typedef struct portaudio portaudio;

/* A table of the devices that hear: number, host API, channels, rate, name. */
r2nn_status portaudio_list(FILE *to, r2nn_error *error);

/* Find the device and what it can do; nothing runs yet. */
r2nn_status portaudio_open(const portaudio_def *def, portaudio **made, r2nn_error *error);
void portaudio_close(portaudio *self); /* NULL allowed; no call comes any more */

/* PortAudio has not come back from closing a device: nothing can be opened any more in this process. */
bool portaudio_is_stuck(void);

double portaudio_rate(const portaudio *self);         /* Hz */
const char *portaudio_name(const portaudio *self);    /* of the device */
uint32_t portaudio_n_channels(const portaudio *self); /* heard */

/* Let it run. */
r2nn_status portaudio_start(portaudio *self, portaudio_hear hear, portaudio_xrun xrun, void *context, r2nn_error *error);

/* Has it stopped by itself, or heard nothing for so long that it must be gone? */
bool portaudio_is_gone(portaudio *self);

#endif
