/* What every command of the program is made of, and the exit codes they share. */
#ifndef HOSTS_COMMAND_H
#define HOSTS_COMMAND_H

#include "r2nn/base.h"

/* Exit status of the program (see the man page). */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_WRONG_USE = 2 };

/* One option of a command; a table ends with an entry whose name is NULL. */
typedef struct option_def {
  const char *name;     /* without the dashes */
  char letter;          /* '\0' = none */
  int code;             /* > 0, given to the command's set function */
  const char *argument; /* what the argument is called in the help, NULL for a flag */
  const char *help;
} option_def;

/* One command: its words for the help and what it does. */
typedef struct command {
  const char *name;
  const char *operands; /* "DATASET -o MODEL.json" */
  const char *summary;  /* one line */
  const char *details;  /* more, shown under the options, with examples */
  const option_def *options;
  int (*run)(const struct command *self, int argc, char **argv); /* argv[0] is the command's name; the exit code */
} command;

extern const command cmd_train, cmd_eval, cmd_classify, cmd_info, cmd_response, cmd_bench, cmd_jack, cmd_live, cmd_sense,
    cmd_record, cmd_circuit, cmd_hardware, cmd_lab;

#endif
