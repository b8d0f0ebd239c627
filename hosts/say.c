/* Lines for the user on stderr. */
#include "say.h"

#include "progress.h"

#include <stdio.h>

static bool quiet_asked;

static void say(const char *mark, const char *format, va_list list) {
  progress_hide();
  flockfile(stderr);
  fprintf(stderr, "r2nn: %s", mark);
  vfprintf(stderr, format, list);
  fputc('\n', stderr);
  funlockfile(stderr);
}

void say_error(const char *format, ...) {
  va_list list;
  va_start(list, format);
  say("", format, list);
  va_end(list);
}

void say_warning(const char *format, ...) {
  va_list list;
  va_start(list, format);
  say("warning: ", format, list);
  va_end(list);
}

void say_note(const char *format, ...) {
  if (quiet_asked) return;
  va_list list;
  va_start(list, format);
  say("", format, list);
  va_end(list);
}

void say_quiet(bool quiet) {
  quiet_asked = quiet;
}
bool say_is_quiet(void) {
  return quiet_asked;
}
