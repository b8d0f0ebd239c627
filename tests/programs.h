/* Programs that a test starts: none of them outlives it, whether it passes, fails or is killed. */
#ifndef R2NN_TESTS_PROGRAMS_H
#define R2NN_TESTS_PROGRAMS_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROGRAMS_MOST = 16 };
static pid_t programs_running[PROGRAMS_MOST]; /* 0: a free place */

static inline void programs_change(pid_t from, pid_t to) {
  for (int i = 0; i < PROGRAMS_MOST; i++)
    if (programs_running[i] == from) {
      programs_running[i] = to;
      return;
    }
}

/* Start a program; what it writes goes to the end of files, which may be one. */
static inline pid_t start_program(const char *out, const char *err, const char *const *words) {
  pid_t child = fork();
  if (child != 0) {
    programs_change(0, child);
    return child;
  }
  prctl(PR_SET_PDEATHSIG, SIGTERM); /* a JACK server that is killed leaves one of the eight places for servers taken for ever */
  dup2(open(out, O_WRONLY | O_CREAT | O_APPEND, 0644), 1);
  dup2(open(err, O_WRONLY | O_CREAT | O_APPEND, 0644), 2);
  execvp(words[0], (char *const *)(uintptr_t)words);
  _exit(127);
}

/* End it by a signal (0: wait for it to end); its exit code, or -1. Killed after ten seconds. */
static inline int end_program(pid_t child, int number) {
  int status = 0;
  programs_change(child, 0);
  if (number) kill(child, number);
  for (int i = 0; i < 1000; i++) {
    if (waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    usleep(10000);
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return -1;
}

/* For the end of a test, also of one that failed. */
static inline int end_programs(void **state) {
  (void)state;
  for (int i = PROGRAMS_MOST; i-- > 0;)
    if (programs_running[i]) end_program(programs_running[i], SIGTERM);
  return 0;
}

/* Does the file hold the text, now or within ten seconds? */
static inline bool file_holds(const char *path, const char *text) {
  static char all[1 << 20];
  FILE *file = fopen(path, "r");
  if (!file) return false;
  all[fread(all, 1, sizeof all - 1, file)] = '\0';
  fclose(file);
  return strstr(all, text) != NULL;
}

static inline bool wait_for(const char *path, const char *text) {
  for (int i = 0; i < 500; i++) {
    if (file_holds(path, text)) return true;
    usleep(20000);
  }
  return false;
}

#endif
