/* The plugin's JACK program and its window on a screen without a display, fed by a test. */
#ifndef R2NN_TESTS_PLUGIN_WINDOW_H
#define R2NN_TESTS_PLUGIN_WINDOW_H

#include "jack_feeder.h"
#include "screen.h"

static char folder[] = "/tmp/r2nn-test-XXXXXX", server[64];
static feeder from;
static pid_t plugin;
static unsigned long window;

/* A folder to work in, or the reason why there can be no window. */
static inline void window_prepare(void) {
  static const char *const needed[] = {"Xvfb", "xdotool", "import", "convert", "jackd"};
  char line[512];
  for (uint32_t i = 0; i < 5; i++) {
    snprintf(line, sizeof line, "command -v %s >/dev/null", needed[i]);
    if (system(line) == 0) continue;
    printf("skipped: there is no %s\n", needed[i]);
    exit(77);
  }
  if (!mkdtemp(folder) || chdir(folder) != 0 || system("mkdir models") != 0) exit(1);
  snprintf(server, sizeof server, "r2win%d", (int)getpid());
  setenv("JACK_DEFAULT_SERVER", server, 1);
  setenv("JACK_NO_START_SERVER", "1", 1);
  unsetenv("DPF_SCALE_FACTOR");
}

/* The folder goes; after a failure what the programs said is shown. Returns the exit status. */
static inline int window_clean_up(int code) {
  char line[512];
  snprintf(line, sizeof line, "rm -rf '%s'", folder);
  if (code) snprintf(line, sizeof line, "tail -n 5 '%s'/*.err '%s'/*.log; rm -rf '%s'", folder, folder, folder);
  return system(line) != 0 || code != 0;
}

/* Server, plugin, window; from.row is ready and does not play yet. */
static inline void window_begin(const char *rate, int width, int height) {
  from.n_loops = UINT32_MAX;
  assert_true(screen_start());
  start_server(server, rate, "128");
  assert_true(open_feeder(&from, server));
  char program[512];
  snprintf(program, sizeof program, "cd models && exec '%s/bin/R2NN'", getenv("R2NN_BUILD")); /* where Open... begins */
  plugin = start_program("plugin.log", "plugin.err", (const char *[]){"sh", "-c", program, NULL});
  connect_ports(&from, "feeder:out", "R2NN:audio_in_1");
  connect_ports(&from, "R2NN:midi-out", "feeder:notes");
  window = screen_window("R2NN");
  assert_true(window != 0);
  screen_ask("xdotool windowmove %lu 0 0", window);
  assert_true(screen_resize(window, width, height));
}

#endif
