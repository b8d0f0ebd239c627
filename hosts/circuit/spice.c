/* Runs ngspice, the program, on a netlist and reads the table that it writes. */
#include "circuit/spice.h"

#include "text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG      "ngspice.log"
#define MAX_TEXT ((size_t)4 << 30) /* bytes of a table */

extern char **environ;

/* Those that run, as many as are noted: 0 is a free place. */
enum { MOST_RUNNING = 256 };
static _Atomic pid_t running[MOST_RUNNING];

static void change(pid_t from, pid_t to) {
  for (int i = 0; i < MOST_RUNNING; i++) {
    pid_t found = from;
    if (atomic_compare_exchange_strong(&running[i], &found, to)) return;
  }
}

void spice_end_all(void) {
  for (int i = 0; i < MOST_RUNNING; i++)
    if (running[i]) kill(running[i], SIGKILL);
}

bool spice_is_there(void) {
  const char *path = getenv("PATH");
  char *list = path ? strdup(path) : NULL, *rest = list, file[PATH_MAX];
  bool found = false;
  for (char *dir; !found && rest && (dir = strsep(&rest, ":"));)
    found = snprintf(file, sizeof file, "%s/ngspice", dir) < (int)sizeof file && access(file, X_OK) == 0;
  free(list);
  return found;
}

/* How it ended, and the first line of the log that tells of an error. */
static r2nn_status fail_log(const char *folder, const char *netlist, int state, r2nn_error *error) {
  char path[PATH_MAX], *text = NULL, *rest, *line;
  size_t size;
  snprintf(path, sizeof path, "%s/" LOG, folder);
  r2nn_status status = text_file_read(path, MAX_TEXT, &text, &size, error);
  if (status != R2NN_OK) return status;
  rest = text;
  while ((line = strsep(&rest, "\n")))
    if (strcasestr(line, "error") || strcasestr(line, "singular") || strcasestr(line, "too small")) break;
  r2nn_fail(error, R2NN_BAD_ARGUMENT, "ngspice failed on %s (%s %d): %.300s", netlist, WIFSIGNALED(state) ? "signal" : "status",
            WIFSIGNALED(state) ? WTERMSIG(state) : WEXITSTATUS(state), line ? line : "it says nothing of an error");
  free(text);
  return R2NN_BAD_ARGUMENT;
}

r2nn_status spice_run(const char *folder, const char *netlist, r2nn_error *error) {
  if (!spice_is_there())
    return r2nn_fail(error, R2NN_BAD_ARGUMENT, "ngspice is not installed, or not in PATH; on Debian: apt-get install ngspice");
  char program[] = "ngspice", no_settings[] = "-n", batch[] = "-b", file[NAME_MAX + 1];
  char *arguments[] = {program, no_settings, batch, file, NULL};
  snprintf(file, sizeof file, "%s", netlist);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, LOG, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child;
  int reason = posix_spawnp(&child, "ngspice", &actions, NULL, arguments, environ), state = 0;
  posix_spawn_file_actions_destroy(&actions);
  if (reason != 0) return r2nn_fail(error, R2NN_BAD_ARGUMENT, "ngspice cannot be started: %s", strerror(reason));
  change(0, child);
  while (waitpid(child, &state, 0) < 0 && errno == EINTR) continue;
  change(child, 0);
  if (WIFEXITED(state) && WEXITSTATUS(state) <= 1) return R2NN_OK; /* 1: batch mode found no .print line */
  return fail_log(folder, netlist, state, error);
}

r2nn_status spice_read(const char *folder, const char *file, uint32_t n_columns, spice_table *table, r2nn_error *error) {
  char path[PATH_MAX], *text = NULL;
  size_t size, room = 0, n = 0;
  *table = (spice_table){.n_columns = n_columns};
  snprintf(path, sizeof path, "%s/%s", folder, file);
  if (access(path, F_OK) != 0) return fail_log(folder, file, 0, error);
  r2nn_status status = text_file_read(path, MAX_TEXT, &text, &size, error);
  if (status != R2NN_OK) return status;
  for (char *at = text, *end;; at = end) {
    double value = strtod(at, &end);
    if (end == at) break;
    if (n == room) {
      room = room ? 2 * room : 1u << 16;
      double *grown = realloc(table->values, room * sizeof *grown);
      if (!grown) status = r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
      if (!grown) break;
      table->values = grown;
    }
    table->values[n++] = value;
  }
  free(text);
  table->n_rows = (uint32_t)(n / n_columns);
  if (status == R2NN_OK && (n == 0 || n % n_columns != 0))
    status = r2nn_fail(error, R2NN_BAD_DATA, "%s: ngspice has written no table of %u columns", file, n_columns);
  if (status != R2NN_OK) spice_free(table);
  return status;
}

void spice_free(spice_table *table) {
  free(table->values);
  *table = (spice_table){0};
}
