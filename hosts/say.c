/* Lines for the user on stderr. */
#include "say.h"

#include "progress.h"

#include <stdio.h>

static bool quiet_asked;
static void (*diverted)(const char *line);

static void say(const char *mark, const char *format, va_list list) {
  char text[8192];
  vsnprintf(text, sizeof text, format, list);
  for (char *p = text; *p; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f) *p = '?'; /* names of files may hold anything; a message is one line */
  if (diverted) {
    char line[sizeof text + 32];
    snprintf(line, sizeof line, "r2nn: %s%s", mark, text);
    diverted(line);
    return;
  }
  progress_hide();
  fprintf(stderr, "r2nn: %s%s\n", mark, text);
}

void say_divert(void (*take)(const char *line)) {
  diverted = take;
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
