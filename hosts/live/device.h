/* A device that may go away while a live stream runs, and come back: what its host watches at every tick. */
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
} live_device_kind;

typedef struct live_device {
  const live_device_kind *kind;
  void *context;
  const char *name;    /* for the user: "the JACK server" */
  bool waits;          /* when it goes away; otherwise the run ends with 1 */
  bool waits_at_start; /* when it is not there yet */
  bool is_open;
  double tried_s; /* by progress_clock() */
} live_device;

/* Open it at the start. False: said why, or told to stop; *code is the exit code. */
bool live_device_open(live_device *self, int *code);

/* In the host's tick: has it gone, is it there again, has it another rate? */
void live_device_tick(live_device *self, live *to);

/* In the host's stop, and whatever else happens. */
void live_device_close(live_device *self);

#endif
