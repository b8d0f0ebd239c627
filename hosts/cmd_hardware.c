/* r2nn hardware: a real board through a sound card; finds the sub-command and runs it. */
#include "hardware/commands.h"
#include "options.h"

#include <stdio.h>
#include <string.h>

static const command *const commands[] = {
    &hardware_latency, &hardware_identify, &hardware_verify, &hardware_run, &hardware_refit,
#ifdef R2NN_WITH_JACK
    &hardware_board,
#endif
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static const option_def no_options[] = {{NULL, '\0', 0, NULL, NULL}};

static void show_usage(FILE *to) {
  fprintf(to, "Usage: r2nn hardware COMMAND [OPTION...] ...\n\n");
  for (int i = 0; i < N_COMMANDS; i++) fprintf(to, "  %-10s %s\n", commands[i]->name + strlen("hardware "), commands[i]->summary);
  fprintf(to, "\n  r2nn hardware COMMAND --help   a command's options, with examples\n");
}

static int run_command(const command *of, int argc, char **argv) {
  if (argc < 2) {
    show_usage(stderr);
    return EXIT_WRONG_USE;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
    show_usage(stdout);
    return EXIT_DONE;
  }
  for (int i = 0; i < N_COMMANDS; i++)
    if (strcmp(argv[1], commands[i]->name + strlen("hardware ")) == 0) return commands[i]->run(commands[i], argc - 1, argv + 1);
  return options_wrong(of, "%s: no such hardware command", argv[1]);
}

const command cmd_hardware = {
    "hardware", "COMMAND ...", "measure, verify, run and refit a board that was built, through a sound card",
    "",         no_options,    run_command,
};
