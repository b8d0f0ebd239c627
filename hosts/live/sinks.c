/* The sinks that are open in a live stream. */
#include "live/sinks.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static r2nn_status open_one(live_sinks_open *self, live *of, const live_sink *kind, const char *argument, r2nn_error *error) {
  void *sink = NULL;
  r2nn_status status = kind->open(of, argument, &sink, error);
  if (status != R2NN_OK) return status;
  self->open[self->n_open].kind = kind;
  self->open[self->n_open++].sink = sink;
  return R2NN_OK;
}

/* People at a terminal get the view, unless they asked for a format. */
static bool is_watched(const live_settings *settings) {
  const char *terminal = getenv("TERM");
  return settings->common.format < 0 && isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

r2nn_status live_sinks_begin(live_sinks_open *self, live *of, const live_settings *settings, r2nn_error *error) {
  const struct settings *common = &settings->common;
  char format[16];
  snprintf(format, sizeof format, "%s:-", common->format >= 0 ? common->formats[common->format] : "text");
  r2nn_status status = is_watched(settings) ? open_one(self, of, &live_sink_terminal, NULL, error)
                                            : open_one(self, of, &live_sink_writer, format, error);
  for (uint32_t i = 0; i < settings->n_sinks && status == R2NN_OK; i++)
    status = open_one(self, of, settings->sinks[i].sink, settings->sinks[i].argument, error);
  return status;
}

void live_sinks_hear(const live_sinks_open *self, const live_event *event) {
  for (uint32_t i = 0; i < self->n_open; i++)
    if (self->open[i].kind->hear) self->open[i].kind->hear(self->open[i].sink, event);
}

bool live_sinks_tick(const live_sinks_open *self, const live_view *view, r2nn_error *error) {
  bool is_well = true;
  for (uint32_t i = 0; i < self->n_open; i++)
    if (self->open[i].kind->tick && !self->open[i].kind->tick(self->open[i].sink, view, error)) is_well = false;
  return is_well;
}

uint32_t live_sinks_watch(const live_sinks_open *self, struct pollfd *fds) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < self->n_open; i++)
    if (self->open[i].kind->watch) fds[n++] = self->open[i].kind->watch(self->open[i].sink);
  return n;
}

r2nn_status live_sinks_close(live_sinks_open *self, r2nn_error *error) {
  r2nn_status first = R2NN_OK;
  for (uint32_t i = 0; i < self->n_open; i++) {
    r2nn_error reason = {""};
    r2nn_status status = self->open[i].kind->close(self->open[i].sink, &reason);
    if (status != R2NN_OK && first == R2NN_OK) first = r2nn_fail(error, status, "%s", reason.text);
  }
  self->n_open = 0;
  return first;
}

void live_sinks_end(live_sinks_open *self) {
  live_sinks_close(self, NULL);
}
