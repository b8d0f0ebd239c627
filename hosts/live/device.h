/* A live stream on a device that may go away while it runs, and come back. */
#ifndef HOSTS_LIVE_DEVICE_H
#define HOSTS_LIVE_DEVICE_H

#include "live/live.h"

/* What a host's device can do; context is the host's. Main thread. */
typedef struct live_device_kind {
  r2nn_status (*open)(void *context, r2nn_error *error); /* find it; the rate is known then */
  double (*rate)(void *context);                         /* Hz */
  r2nn_status (*start)(void *context, live *to, r2nn_error *error);
  bool (*is_gone)(void *context, const char **reason); /* the reason may stay as it is: none */
  void (*close)(void *context);                        /* after it nothing calls any more; frees what open made */
  void (*tick)(void *context, live *to);               /* what else is to be done some 250 times a second; NULL: nothing */
} live_device_kind;

typedef struct live_device {
  const live_device_kind *kind;
  void *context;
  const char *name;    /* for the user: "the JACK server" */
  const char *source;  /* what the signal is called, "jack:r2nn"; known after the first open */
  bool waits;          /* when it goes away; otherwise the run ends with 1 */
  bool waits_at_start; /* when it is not there yet */
  uint32_t n_channels; /* of the model, known before open */
  bool is_open;
  double tried_s; /* by progress_clock() */
} live_device;

/* Open it, run the settings' model on it until something ends that, close it; the exit code, everything being said. Main thread. */
int live_device_run(live_device *self, const live_settings *settings);

#endif
