/* The options that all live commands share. */
#ifndef HOSTS_LIVE_SETTINGS_H
#define HOSTS_LIVE_SETTINGS_H

#include "deciding.h"
#include "live/alert.h"
#include "options.h"
#include "settings.h"

struct live_sink;

enum { LIVE_MAX_SINKS = 16, LIVE_MAX_ALERTS = 16 };

/* A sink that was asked for. */
typedef struct live_wish {
  const struct live_sink *sink;
  const char *argument;
} live_wish;

typedef struct live_settings {
  settings common;
  deciding when;
  live_wish sinks[LIVE_MAX_SINKS];
  live_alert alerts[LIVE_MAX_ALERTS];
  uint32_t n_sinks, n_alerts;
  double heartbeat_s; /* s; 0 = none */
  bool lock_memory;
  bool has_board; /* stage 0 is a real circuit; set by the host after reading */
} live_settings;

/* Read a live command's line; own [..., {NULL}] are its options besides these, with codes from OPTION_OWN on, which set takes into
 * context. -1: go on; otherwise the exit code. Always call options_free() afterwards. */
int live_settings_read(live_settings *self, options *line, const command *of, const option_def *own, options_set set, void *context,
                       int argc, char **argv);

#endif
