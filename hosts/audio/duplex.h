/* Plays and hears at once, frame for frame: what comes in with a cycle came while the cycle before it was played. By JACK or by
 * PortAudio. */
#ifndef HOSTS_AUDIO_DUPLEX_H
#define HOSTS_AUDIO_DUPLEX_H

#include "r2nn/model.h"

/* One of our ports, and where it is to be connected. */
typedef struct duplex_port {
  char name[32];      /* "node_3" */
  bool is_wired;      /* false: left to others (JACK alone) */
  const char *device; /* JACK: regular expression for the names of ports; NULL: the physical ones. PortAudio has one device */
  uint32_t channel;   /* of them, from 0 */
} duplex_port;

enum { DUPLEX_MOST = 2 * R2NN_MAX_CHANNELS };

typedef struct duplex_def {
  const char *name;                              /* the JACK client's */
  const char *server;                            /* JACK; NULL: the default one */
  const char *device;                            /* PortAudio: its number or a part of its name; NULL: the default one */
  double rate_hz;                                /* PortAudio; 0: the device's own */
  uint32_t frames;                               /* PortAudio; a cycle, 0: as it likes */
  duplex_port in[DUPLEX_MOST], out[DUPLEX_MOST]; /* [n_in], [n_out] */
  uint32_t n_in, n_out;
} duplex_def;

/* One cycle: in[n_in][n_frames], out[n_out][n_frames], V (full scale is 1 V). Real time. */
typedef void (*duplex_process)(void *context, const float *const *in, float *const *out, uint32_t n_frames);

/* What can do it. Main thread. */
typedef struct duplex_kind {
  const char *name;                                                           /* for the user: "the JACK server" */
  r2nn_status (*open)(const duplex_def *def, void **host, r2nn_error *error); /* the definition is copied; the rate is known then */
  double (*rate)(const void *host);                                           /* Hz */
  r2nn_status (*start)(void *host, duplex_process process, void *context, r2nn_error *error); /* and connect */
  bool (*is_gone)(void *host, const char **reason);                                           /* the reason may stay as it is */
  uint32_t (*n_breaks)(void *host); /* so often were frames lost or late */
  void (*close)(void *host);        /* after it nothing calls any more */
} duplex_kind;

#ifdef R2NN_WITH_JACK
extern const duplex_kind duplex_jack;
#endif
#ifdef R2NN_WITH_PORTAUDIO
extern const duplex_kind duplex_portaudio;
#endif

#endif
