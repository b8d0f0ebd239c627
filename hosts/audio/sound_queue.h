/* A sound card that the main thread reads: what PortAudio's thread hears waits in a ring. For what is written rather than decided.
 */
#ifndef HOSTS_AUDIO_SOUND_QUEUE_H
#define HOSTS_AUDIO_SOUND_QUEUE_H

#include "audio/portaudio.h"

typedef struct sound_queue sound_queue;

r2nn_status sound_queue_open(const portaudio_def *def, sound_queue **made, r2nn_error *error);
void sound_queue_close(sound_queue *self); /* NULL allowed; says what was lost */

double sound_queue_rate(const sound_queue *self); /* Hz */
uint32_t sound_queue_n_channels(const sound_queue *self);

/* Begin to hear. */
r2nn_status sound_queue_start(sound_queue *self, r2nn_error *error);

/* Hand on what has come, on the caller's thread. R2NN_BAD_DATA: the device has gone away. */
r2nn_status sound_queue_read(sound_queue *self, portaudio_hear hear, void *context, r2nn_error *error);

#endif
