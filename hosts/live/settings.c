/* The options that all live commands share. */
#include "live/settings.h"

#include "live/sink.h"
#include "parse.h"

#include <math.h>
#include <string.h>

enum { OPTION_JSON = 1000, OPTION_ALERT, OPTION_HEARTBEAT, OPTION_LOCK, OPTION_SINK = 1100, MAX_OPTIONS = 64 };

static const char *const formats[] = {"text", "json", "csv", "audacity"};
enum { N_FORMATS = 4, JSON = 1 };

static const option_def shared[] = {
    SETTING_MODEL,
    {"mode", 'M', OPTION_MODE, "MODE", "decide once an event, or again and again (continuous); as trained if not said"},
    SETTING_WINDOW,
    DECIDING_GATE,
    DECIDING_ABOVE,
    DECIDING_DECIDE,
    DECIDING_MARGIN,
    SETTING_FORMAT("what standard output shows: text, json, csv or audacity (text, on a terminal a live view)"),
    {"json", '\0', OPTION_JSON, NULL, "the same as --format json"},
    SETTING_OUTPUT("[FORMAT:]FILE",
                   "write the decisions into FILE as well; without FORMAT its ending decides; more than once for more"),
    SETTING_FORCE,
    {"alert", '\0', OPTION_ALERT, "CLASS[,HOLD_S]",
     "tell when CLASS has held for HOLD_S seconds (0), and when it has been away as long"},
    {"heartbeat", '\0', OPTION_HEARTBEAT, "S", "tell every S seconds that all is well, with counters"},
    {"lock-memory", '\0', OPTION_LOCK, NULL, "keep all memory from being written out, so that none is waited for"},
    SETTING_QUIET,
};
enum { N_SHARED = sizeof shared / sizeof *shared };

/* What set() needs. */
typedef struct reading {
  live_settings *settings;
  options_set own;
  void *context;
} reading;

static bool add_sink(live_settings *self, const live_sink *kind, const char *argument, r2nn_error *error) {
  if (self->n_sinks == LIVE_MAX_SINKS) {
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "--%s: more than %d outputs", kind->name, LIVE_MAX_SINKS);
    return false;
  }
  if (kind->check && !kind->check(argument, error)) return false;
  self->sinks[self->n_sinks++] = (live_wish){kind, argument};
  return true;
}

static bool add_alert(live_settings *self, const char *argument, r2nn_error *error) {
  if (self->n_alerts < LIVE_MAX_ALERTS) {
    char *text = strdup(argument); /* lives as long as the program */
    if (text) return live_alert_parse(text, &self->alerts[self->n_alerts++], error);
  }
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "--alert: at most %d", LIVE_MAX_ALERTS);
  return false;
}

static bool set(void *context, int code, const char *argument, r2nn_error *error) {
  reading *self = context;
  live_settings *settings = self->settings;
  bool taken;
  if (code >= OPTION_SINK) return add_sink(settings, live_sinks[code - OPTION_SINK], argument, error);
  if (deciding_set(&settings->when, 2, code, argument, &taken, error)) return taken;
  switch (code) {
  case OPTION_OUTPUT:
    return add_sink(settings, &live_sink_writer, argument, error);
  case OPTION_JSON:
    settings->common.format = JSON;
    return true;
  case OPTION_ALERT:
    return add_alert(settings, argument, error);
  case OPTION_LOCK:
    settings->lock_memory = true;
    return true;
  case OPTION_HEARTBEAT:
    return parse_number("--heartbeat", argument, 0.1, 1e6, &settings->heartbeat_s, error);
  default:
    return code < OPTION_OWN ? settings_set(&settings->common, code, argument, error)
                             : self->own(self->context, code, argument, error);
  }
}

/* All options in one table: the command's, the shared ones, one a sink. */
static const option_def *join(const option_def *own) {
  static option_def table[MAX_OPTIONS];
  uint32_t n = 0;
  for (; own[n].name; n++) table[n] = own[n];
  for (uint32_t i = 0; i < N_SHARED; i++) table[n++] = shared[i];
  for (uint32_t i = 0; i < n_live_sinks && n + 1 < MAX_OPTIONS; i++)
    table[n++] = (option_def){live_sinks[i]->name, '\0', OPTION_SINK + (int)i, live_sinks[i]->argument, live_sinks[i]->help};
  table[n] = (option_def){NULL, '\0', 0, NULL, NULL};
  return table;
}

int live_settings_read(live_settings *self, options *line, const command *of, const option_def *own, options_set own_set,
                       void *context, int argc, char **argv) {
  *self = (live_settings){.common = {.format = -1, .formats = formats, .n_formats = N_FORMATS}, .when = DECIDING_DEFAULT};
  command full = *of;
  full.options = join(own);
  reading context_of_set = {self, own_set, context};
  int code = options_read(line, &full, set, &context_of_set, argc, argv);
  if (code >= 0) return code;
  r2nn_error error = {""};
  if (!self->common.model) return options_wrong(of, "which model? give -m MODEL");
  if (line->n_operands) return options_wrong(of, "%s: what is this? Files are for r2nn classify", line->operands[0]);
  if (!deciding_fits(&self->when, &self->common, NULL, &error)) return options_wrong(of, "%s", error.text);
  return -1;
}
