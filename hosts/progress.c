/* A progress bar with the time left. */
#include "progress.h"

#include "say.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR_CELLS = 30 };
static const double redraw_s = 0.1;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static double begun_s, drawn_s, drawn_share, last_share = 2; /* above 1: nothing begun */
static double weighed;                                       /* how much of that there is yet, 0..1 */
static double speed;                                         /* share a second, over the last third or so of the time */
static bool visible;

double progress_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* "1:05" or "2:00:10". */
static void print_time(char *text, size_t size, double seconds) {
  unsigned long s = (unsigned long)(seconds + 0.5);
  if (s >= 3600)
    snprintf(text, size, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
  else
    snprintf(text, size, "%lu:%02lu", s / 60, s % 60);
}

/* The speed of the whole with more weight on what was last, so that parts that were weighed wrongly are forgotten in time, and
 * a single slow step is not taken for more. */
static void follow(double share, double now_s) {
  double elapsed_s = now_s - drawn_s, spent_s = now_s - begun_s;
  if (elapsed_s <= 0) return;
  double weight = 1 - exp(-elapsed_s / (2 + spent_s / 3));
  speed += weight * ((share - drawn_share) / elapsed_s - speed);
  weighed += weight * (1 - weighed);
}

static void draw(const char *what, double share, double now_s) {
  char left[32] = "";
  if (now_s - begun_s > 2 && speed > 0) print_time(left, sizeof left, (1 - share) * weighed / speed);
  char bar[BAR_CELLS + 1];
  int n_full = (int)(share * BAR_CELLS);
  memset(bar, '.', BAR_CELLS);
  memset(bar, '#', (size_t)n_full);
  bar[BAR_CELLS] = '\0';
  fprintf(stderr, "\r[%s] %3d %%  %.60s%s%s%s\033[K", bar, (int)(100 * share), what, left[0] ? ", about " : "", left,
          left[0] ? " left" : "");
  fflush(stderr);
  visible = true;
}

void progress_show(const char *what, double share) {
  if (say_is_quiet() || !isatty(STDERR_FILENO)) return;
  if (!(share >= 0)) share = 0;
  if (share > 1) share = 1;
  pthread_mutex_lock(&lock);
  double now_s = progress_clock();
  if (share < last_share) {
    begun_s = drawn_s = now_s;
    drawn_share = share;
    speed = weighed = 0;
    draw(what, share, now_s);
  }
  last_share = share;
  if (now_s - drawn_s >= redraw_s) {
    follow(share, now_s);
    drawn_s = now_s;
    drawn_share = share;
    draw(what, share, now_s);
  }
  pthread_mutex_unlock(&lock);
}

void progress_hide(void) {
  pthread_mutex_lock(&lock);
  if (visible) fputs("\r\033[K", stderr);
  visible = false;
  pthread_mutex_unlock(&lock);
}

void progress_end(void) {
  progress_hide();
  last_share = 2;
}
