/* Reads a command's options and operands, and shows its help. */
#ifndef HOSTS_OPTIONS_H
#define HOSTS_OPTIONS_H

#include "command.h"

typedef struct options {
  void *parser;     /* owned */
  char **arguments; /* [n_arguments], owned: the text of every option's argument */
  uint32_t n_arguments;
  const char **operands; /* [n_operands], valid until options_free() */
  uint32_t n_operands;
} options;

/* Take one option into the command's own settings. argument is valid until options_free(). On false, error says what is wrong. */
typedef bool (*options_set)(void *settings, int code, const char *argument, r2nn_error *error);

/* Read a whole command line. -1: go on; otherwise the exit code, everything being said already (--help or a mistake). Always call
 * options_free() afterwards. */
int options_read(options *self, const command *of, options_set set, void *settings, int argc, char **argv);
void options_free(options *self);

/* Tell about wrong use of a command in one line, with where to read more; EXIT_WRONG_USE. */
int options_wrong(const command *of, const char *format, ...) R2NN_PRINTF(2, 3);

#endif
