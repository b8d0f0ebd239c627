/* Options that several commands share: read once, named once. */
#ifndef HOSTS_SETTINGS_H
#define HOSTS_SETTINGS_H

#include "audio/channels.h"
#include "command.h"

typedef struct settings {
  const char *model, *output; /* NULL = not given */
  channel_list channels;
  double window_s, hop_s; /* 0 = not given */
  int format;             /* index into formats, -1 = not given */
  uint32_t n_jobs;        /* 0 = one a processor */
  bool force, skip_bad;
  const char *const *formats; /* [n_formats], set by the command before reading */
  int n_formats;
} settings;

/* Codes of the shared options; a command's own begin at OPTION_OWN. */
enum {
  OPTION_MODEL = 1,
  OPTION_OUTPUT,
  OPTION_CHANNEL,
  OPTION_WINDOW,
  OPTION_FORMAT,
  OPTION_JOBS,
  OPTION_FORCE,
  OPTION_SKIP_BAD,
  OPTION_QUIET,
  OPTION_MODE,
  OPTION_MARGIN,
  OPTION_GATE,
  OPTION_ABOVE,
  OPTION_DECIDE,
  OPTION_OWN
};

/* Lines for option tables. */
#define SETTING_MODEL                                                                                                              \
  { "model", 'm', OPTION_MODEL, "MODEL", "the model: a file, or the name of a preset" }
#define SETTING_OUTPUT(what, help)                                                                                                 \
  { "output", 'o', OPTION_OUTPUT, what, help }
#define SETTING_CHANNEL                                                                                                            \
  { "channel", 'c', OPTION_CHANNEL, "LIST", "use these channels of the recordings, like 1 or 1,3-4" }
#define SETTING_WINDOW                                                                                                             \
  { "window", 'w', OPTION_WINDOW, "S[,HOP]", "decide over windows of S seconds, one every HOP seconds (HOP = S)" }
#define SETTING_FORMAT(choices)                                                                                                    \
  { "format", 'F', OPTION_FORMAT, "FORMAT", choices }
#define SETTING_JOBS                                                                                                               \
  { "jobs", 'j', OPTION_JOBS, "N", "work with N threads (one a processor); no result depends on it" }
#define SETTING_FORCE                                                                                                              \
  { "force", 'f', OPTION_FORCE, NULL, "overwrite the output file" }
#define SETTING_SKIP_BAD                                                                                                           \
  { "skip-bad", '\0', OPTION_SKIP_BAD, NULL, "go on without files that cannot be used" }
#define SETTING_QUIET                                                                                                              \
  { "quiet", 'q', OPTION_QUIET, NULL, "no progress, no notes" }

/* Take a shared option. False: error says what is wrong. */
bool settings_set(settings *self, int code, const char *argument, r2nn_error *error);

#endif
