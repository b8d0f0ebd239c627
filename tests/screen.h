/* A screen without a display: a window on it is looked at (ImageMagick) and touched (xdotool). */
#ifndef R2NN_TESTS_SCREEN_H
#define R2NN_TESTS_SCREEN_H

#include "programs.h"
#include "r2nn/base.h"
#include "unit.h"

#include <stdarg.h>
#include <stdlib.h>

/* What a command writes, its first line, without the newline; "" if it fails. The text lives until the next call. */
R2NN_PRINTF(1, 2) static inline const char *screen_ask(const char *format, ...) {
  static char answer[4096];
  char line[2048];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  answer[0] = '\0';
  FILE *from = popen(line, "r");
  if (!from) return answer;
  if (!fgets(answer, sizeof answer, from)) answer[0] = '\0';
  pclose(from);
  answer[strcspn(answer, "\n")] = '\0';
  return answer;
}

/* Start a server on a free display and make it ours. */
static inline bool screen_start(void) {
  char display[32] = "";
  start_program("display.txt", "xvfb.log",
                (const char *[]){"Xvfb", "-displayfd", "1", "-screen", "0", "1600x1000x24", "+extension", "GLX", NULL});
  for (int i = 0; i < 400; i++) {
    FILE *file = fopen("display.txt", "r");
    bool has = file && fgets(display + 1, sizeof display - 1, file) && strchr(display + 1, '\n');
    if (file) fclose(file);
    if (has) {
      display[0] = ':';
      display[strcspn(display, "\n")] = '\0';
      return setenv("DISPLAY", display, 1) == 0;
    }
    usleep(25000);
  }
  return false;
}

/* The number of the window with this in its title, once it is there; 0 if it does not come. */
static inline unsigned long screen_window(const char *title) {
  for (int i = 0; i < 300; i++) {
    unsigned long window = strtoul(screen_ask("xdotool search --onlyvisible --name '%s' 2>/dev/null | tail -n 1", title), NULL, 10);
    if (window) return window;
    usleep(100000);
  }
  return 0;
}

/* A part of a window, pixels. */
typedef struct screen_part {
  unsigned long window;
  int x, y, w, h;
} screen_part;

/* How many pixels of a part of a picture have about this colour; -1 if it cannot be read. */
static inline int screen_count_in(const char *picture, screen_part part, const char *color) {
  const char *mean =
      screen_ask("convert '%s' -crop %dx%d+%d+%d +repage -fuzz 9%% -fill white -opaque '%s' -fill black +opaque white "
                 "-format '%%[fx:mean]' info: 2>/dev/null",
                 picture, part.w, part.h, part.x, part.y, color);
  return mean[0] ? (int)(atof(mean) * part.w * part.h + 0.5) : -1;
}

/* The same of a window. */
static inline int screen_count(screen_part part, const char *color) {
  screen_ask("import -window %lu -depth 8 seen.png 2>/dev/null", part.window);
  return screen_count_in("seen.png", part, color);
}

/* What it looks like, as a number: two looks that differ give two numbers. 0 if it cannot be seen. */
static inline uint64_t screen_look(screen_part part) {
  char sum[17] = "";
  snprintf(sum, sizeof sum, "%s",
           screen_ask("import -window %lu -crop %dx%d+%d+%d +repage -depth 8 rgb:- 2>/dev/null | sha256sum", part.window, part.w,
                      part.h, part.x, part.y));
  return strtoull(sum, NULL, 16);
}

/* Does it take on that many different looks within so many tries, a fifth of a second apart? */
static inline bool screen_moves(screen_part part, int n_looks, int n_tries) {
  uint64_t seen[64];
  int n = 0;
  for (int i = 0; i < n_tries && n < n_looks && n < 64; i++, usleep(200000)) {
    uint64_t look = screen_look(part);
    bool is_new = look != 0;
    for (int k = 0; k < n; k++) is_new = is_new && seen[k] != look;
    if (is_new) seen[n++] = look;
  }
  return n >= n_looks;
}

static inline void screen_point(unsigned long window, int x, int y) {
  screen_ask("xdotool mousemove --window %lu %d %d", window, x, y);
  usleep(150000);
}

static inline void screen_click(unsigned long window, int x, int y) {
  screen_point(window, x, y);
  screen_ask("xdotool click 1");
  usleep(300000);
}

static inline void screen_drag(unsigned long window, int x, int from_y, int to_y) {
  screen_point(window, x, from_y);
  screen_ask("xdotool mousedown 1");
  for (int i = 1; i <= 8; i++) screen_point(window, x, from_y + (to_y - from_y) * i / 8);
  screen_ask("xdotool mouseup 1");
  usleep(150000);
}

static inline bool screen_resize(unsigned long window, int w, int h) {
  char wanted[32];
  snprintf(wanted, sizeof wanted, "%dx%d", w, h);
  screen_ask("xdotool windowsize %lu %d %d", window, w, h);
  for (int i = 0; i < 100; i++) {
    if (strcmp(screen_ask("xdotool getwindowgeometry %lu | sed -n 's/ *Geometry: //p'", window), wanted) == 0) return true;
    usleep(100000);
  }
  return false;
}

#endif
