/* A live sink that runs a command for each decision, without a shell. */
#include "live/live.h"
#include "live/sink.h"
#include "progress.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <popt.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern const live_sink live_sink_exec;
extern char **environ;

enum { MAX_RUNNING = 4, MAX_PER_SECOND = 20, MAX_WORDS = 64, N_FIELDS = 7, FIELD_SIZE = 512 };

/* {name} in a word and R2NN_NAME in the environment. */
static const char *const field_names[N_FIELDS] = {"class", "score", "margin", "start", "end", "level", "source"};

typedef struct exec {
  const char **words; /* [n_words], popt's in one block */
  int n_words;
  pid_t running[MAX_RUNNING]; /* 0 = free */
  double window_s;            /* the clock's second that n_started counts */
  uint32_t n_started;
  uint64_t n_skipped, n_failed;
  char fields[N_FIELDS][FIELD_SIZE];
} exec;

static r2nn_status open_exec(live *of, const char *argument, void **made, r2nn_error *error) {
  (void)of;
  exec *self = *made = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  int code = poptParseArgvString(argument, &self->n_words, &self->words);
  if (code == 0 && self->n_words > 0 && self->n_words <= MAX_WORDS) return R2NN_OK;
  r2nn_status status = r2nn_fail(error, R2NN_BAD_ARGUMENT, "--exec: cannot split \"%.200s\" into words: %s", argument,
                                 code            ? poptStrerror(code)
                                 : self->n_words ? "too many"
                                                 : "there are none");
  free(self->words);
  free(self);
  return status;
}

/* word with every {name} replaced, into text. */
static void fill(const exec *self, const char *word, char *text, size_t size) {
  size_t n = 0;
  while (*word && n + 1 < size) {
    int field = 0;
    size_t length = 0;
    for (; *word == '{' && field < N_FIELDS; field++) {
      length = strlen(field_names[field]);
      if (strncmp(word + 1, field_names[field], length) == 0 && word[1 + length] == '}') break;
    }
    if (*word != '{' || field == N_FIELDS) {
      text[n++] = *word++;
      continue;
    }
    n += (size_t)snprintf(text + n, size - n, "%s", self->fields[field]);
    word += length + 2;
  }
  text[n < size ? n : size - 1] = '\0';
}

/* The child reads nothing, writes to our standard error, and starts with signals as a shell would give them. */
static int start(exec *self, pid_t *child) {
  static char texts[MAX_WORDS][1024], variables[N_FIELDS][FIELD_SIZE + 32];
  char *argv[MAX_WORDS + 1] = {NULL};
  size_t n_old = 0;
  while (environ[n_old]) n_old++;
  char **environment = calloc(n_old + N_FIELDS + 1, sizeof *environment);
  if (!environment) return ENOMEM;
  for (int i = 0; i < self->n_words; i++) {
    fill(self, self->words[i], texts[i], sizeof texts[i]);
    argv[i] = texts[i];
  }
  for (int i = 0; i < N_FIELDS; i++) {
    snprintf(variables[i], sizeof variables[i], "R2NN_%s=%s", field_names[i], self->fields[i]);
    for (char *p = variables[i]; *p != '='; p++)
      if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 'a' + 'A');
    environment[i] = variables[i];
  }
  memcpy(environment + N_FIELDS, environ, n_old * sizeof *environment);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t how;
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  posix_spawnattr_init(&how);
  posix_spawnattr_setsigdefault(&how, &all);
  posix_spawnattr_setsigmask(&how, &none);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  int reason = posix_spawnp(child, argv[0], &files, &how, argv, environment);
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  free(environment);
  return reason;
}

/* Take leave of those that have ended; a free place, or -1. */
static int reap(exec *self, int options) {
  int place = -1;
  for (int i = 0; i < MAX_RUNNING; i++) {
    int status;
    if (self->running[i] && waitpid(self->running[i], &status, options) == self->running[i]) {
      self->running[i] = 0;
      self->n_failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }
    if (!self->running[i]) place = i;
  }
  return place;
}

static void hear(void *sink, const live_event *event) {
  exec *self = sink;
  const sink_event *shown = event->decision;
  if (event->kind != LIVE_EVENT_DECISION) return;
  double now_s = progress_clock();
  if (now_s - self->window_s >= 1) {
    self->window_s = now_s;
    self->n_started = 0;
  }
  int place = self->n_started < MAX_PER_SECOND ? reap(self, WNOHANG) : -1;
  if (place < 0) {
    self->n_skipped++;
    return;
  }
  const double numbers[] = {shown->score, shown->margin, shown->start_s, shown->end_s, (double)event->level_db};
  snprintf(self->fields[0], FIELD_SIZE, "%s", shown->class_name);
  for (int i = 0; i < 5; i++) snprintf(self->fields[1 + i], FIELD_SIZE, "%.6f", numbers[i]);
  snprintf(self->fields[6], FIELD_SIZE, "%s", shown->file);
  self->n_started++;
  int reason = start(self, &self->running[place]);
  if (reason == 0) return;
  self->running[place] = 0;
  if (self->n_failed++ == 0) say_warning("--exec: %s: %s", self->words[0], strerror(reason));
}

static bool tick(void *sink, const live_view *view, r2nn_error *error) {
  (void)view, (void)error;
  reap(sink, WNOHANG);
  return true;
}

/* Those that still run are given a second, then left to themselves. */
static r2nn_status close_exec(void *sink, r2nn_error *error) {
  exec *self = sink;
  (void)error;
  bool are_running = true;
  for (int i = 0; i < 100 && are_running; i++) {
    reap(self, WNOHANG);
    are_running = false;
    for (int k = 0; k < MAX_RUNNING; k++) are_running |= self->running[k] != 0;
    if (are_running) usleep(10000);
  }
  if (self->n_skipped)
    say_warning("--exec: left out for %llu decisions: at most %d at a time and %d a second", (unsigned long long)self->n_skipped,
                MAX_RUNNING, MAX_PER_SECOND);
  if (self->n_failed) say_warning("--exec: %s: failed %llu times", self->words[0], (unsigned long long)self->n_failed);
  free(self->words);
  free(self);
  return R2NN_OK;
}

const live_sink live_sink_exec = {
    .name = "exec",
    .argument = "CMD",
    .help = "run CMD for each decision, without a shell; {class} {score} {margin} {start} {end} {level} {source} in its words, and "
            "$R2NN_CLASS ... in its environment",
    .open = open_exec,
    .hear = hear,
    .tick = tick,
    .close = close_exec};
