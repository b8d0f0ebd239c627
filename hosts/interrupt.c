/* What Ctrl-C does. */
#include "interrupt.h"

#include "output.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t patient, asked;
static volatile sig_atomic_t watched, stop_asked, reload_asked;
static int wake[2] = {-1, -1}; /* a pipe that wakes whoever polls */
static void (*volatile at_end)(void);

/* A wish of somebody who watches; false if it is more than that. */
static bool is_wish(int number) {
  bool stops = number == SIGINT || number == SIGTERM;
  if (!watched || !(stops || number == SIGHUP) || (stops && stop_asked)) return false;
  *(stops ? &stop_asked : &reload_asked) = 1;
  return write(wake[1], "", 1) >= 0 || true;
}

static void on_signal(int number) {
  if (number == SIGINT && patient && !asked) {
    static const char text[] = "\nr2nn: stopping; the best model so far will be written (Ctrl-C again: leave at once)\n";
    asked = 1;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) return;
    return;
  }
  if (is_wish(number)) return;
  output_remove_temporary();
  if (at_end) at_end();
  signal(number, SIG_DFL);
  raise(number);
}

void interrupt_install(void) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXCPU, SIGXFSZ};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    struct sigaction old, action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) sigaction(numbers[i], &action, NULL);
  }
}

void interrupt_wait_for_second(void) {
  patient = 1;
}
bool interrupt_asked(void) {
  return asked != 0;
}

int interrupt_watch(void) {
  if (wake[0] < 0 && pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) wake[0] = wake[1] = -1;
  watched = 1;
  return wake[0];
}

interrupt_news interrupt_read(void) {
  char gone[64];
  while (read(wake[0], gone, sizeof gone) > 0) {
  }
  interrupt_news news = {stop_asked != 0, reload_asked != 0};
  reload_asked = 0;
  return news;
}

void interrupt_at_end(void (*restore)(void)) {
  at_end = restore;
}
