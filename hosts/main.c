/* The r2nn program: finds the command and runs it. */
#include "command.h"
#include "interrupt.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const command *const commands[] = {
    &cmd_train, &cmd_eval,   &cmd_classify,
#ifdef R2NN_WITH_JACK
    &cmd_jack,
#endif
#ifdef R2NN_WITH_PORTAUDIO
    &cmd_live,
#endif
    &cmd_sense, &cmd_record, &cmd_info,     &cmd_response, &cmd_circuit, &cmd_hardware, &cmd_bench, &cmd_lab,
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static void show_usage(FILE *to) {
  fprintf(to, "Usage: r2nn COMMAND [OPTION...] ...\n"
              "Networks of coupled resonators that classify raw waveforms.\n\n");
  for (int i = 0; i < N_COMMANDS; i++) fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
  fprintf(to, "\n  r2nn COMMAND --help   a command's options, with examples\n"
              "  r2nn --version        the version\n"
              "  man r2nn              the manual\n");
}

/* A closed standard input, output or error must not become the number of a file of ours: something else would be written into it.
 * What stands in fails when it is used, as the closed one would. */
static bool hold_standard_files(void) {
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) return false;
  return true;
}

/* What a command has left in stdout's buffer, its help for one, must arrive. */
static int finish(int code) {
  if (code != EXIT_DONE || (fflush(stdout) == 0 && !ferror(stdout))) return code;
  say_error("standard output: cannot write: %s", strerror(errno));
  return EXIT_FAILED;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    show_usage(stderr);
    return EXIT_WRONG_USE;
  }
  if (!hold_standard_files()) return EXIT_FAILED;
  interrupt_install();
  const char *name = argv[1];
  if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
    printf("r2nn %s\n", r2nn_version());
    return finish(EXIT_DONE);
  }
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
    for (int i = 0; argc > 2 && i < N_COMMANDS; i++) {
      char *help[] = {argv[2], (char[]){"--help"}, NULL};
      if (strcmp(argv[2], commands[i]->name) == 0) return finish(commands[i]->run(commands[i], 2, help));
    }
    show_usage(stdout);
    return finish(EXIT_DONE);
  }
  for (int i = 0; i < N_COMMANDS; i++)
    if (strcmp(name, commands[i]->name) == 0) return finish(commands[i]->run(commands[i], argc - 1, argv + 1));
  say_error("%s: no such command; see r2nn --help", name);
  return EXIT_WRONG_USE;
}
