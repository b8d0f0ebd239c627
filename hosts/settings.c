/* Options that several commands share. */
#include "settings.h"

#include "parse.h"
#include "say.h"

bool settings_set(settings *self, int code, const char *argument, r2nn_error *error) {
  uint64_t whole;
  switch (code) {
  case OPTION_MODEL:
    self->model = argument;
    return true;
  case OPTION_OUTPUT:
    self->output = argument;
    return true;
  case OPTION_CHANNEL:
    return channels_parse("--channel", argument, &self->channels, error);
  case OPTION_WINDOW:
    return parse_window("--window", argument, &self->window_s, &self->hop_s, error);
  case OPTION_FORMAT:
    self->format = parse_word("--format", argument, self->formats, self->n_formats, error);
    return self->format >= 0;
  case OPTION_JOBS:
    if (!parse_whole("--jobs", argument, 1, 256, &whole, error)) return false;
    self->n_jobs = (uint32_t)whole;
    return true;
  case OPTION_FORCE:
    self->force = true;
    return true;
  case OPTION_SKIP_BAD:
    self->skip_bad = true;
    return true;
  case OPTION_QUIET:
    say_quiet(true);
    return true;
  default:
    r2nn_fail(error, R2NN_BAD_ARGUMENT, "option %d is not known here", code);
    return false;
  }
}
