/* What Ctrl-C does. */
#include "interrupt.h"

#include "output.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t patient, asked;

static void on_signal(int number) {
  if (number == SIGINT && patient && !asked) {
    static const char text[] = "\nr2nn: stopping; the best model so far will be written (Ctrl-C again: leave at once)\n";
    asked = 1;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) return;
    return;
  }
  output_remove_temporary();
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
