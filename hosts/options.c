/* Command lines, by popt. */
#include "options.h"

#include "say.h"

#include <popt.h>
#include <stdio.h>
#include <stdlib.h>

enum { HELP = 1 << 20 };

int options_wrong(const command *of, const char *format, ...) {
  char text[1024];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  say_error("%s; see r2nn %s --help", text, of->name);
  return EXIT_WRONG_USE;
}

/* popt's own table of the same options, with --help at its end. */
static struct poptOption *popt_table(const option_def *defs) {
  size_t n = 0;
  while (defs[n].name) n++;
  struct poptOption *table = calloc(n + 2, sizeof *table);
  if (!table) return NULL;
  for (size_t i = 0; i < n; i++)
    table[i] = (struct poptOption){.longName = defs[i].name,
                                   .shortName = defs[i].letter,
                                   .argInfo = defs[i].argument ? POPT_ARG_STRING : POPT_ARG_NONE,
                                   .val = defs[i].code,
                                   .descrip = defs[i].help,
                                   .argDescrip = defs[i].argument};
  table[n] = (struct poptOption){.longName = "help", .shortName = 'h', .val = HELP, .descrip = "show this help and leave"};
  return table;
}

static void show_help(poptContext parser, const command *of) {
  poptPrintHelp(parser, stdout, 0);
  printf("\n%s\n", of->details);
}

/* Keep an argument's text until options_free(). */
static bool keep(options *self, char *argument) {
  char **grown = realloc(self->arguments, (self->n_arguments + 1) * sizeof *grown);
  if (!grown) return false;
  self->arguments = grown;
  self->arguments[self->n_arguments++] = argument;
  return true;
}

static int read_all(options *self, poptContext parser, const command *of, options_set set, void *settings) {
  int code;
  while ((code = poptGetNextOpt(parser)) > 0) {
    if (code == HELP) {
      show_help(parser, of);
      return EXIT_DONE;
    }
    char *argument = poptGetOptArg(parser);
    if (argument && !keep(self, argument)) {
      free(argument);
      say_error("out of memory");
      return EXIT_FAILED;
    }
    r2nn_error error = {""};
    if (!set(settings, code, argument, &error)) return options_wrong(of, "%s", error.text);
  }
  if (code < -1) return options_wrong(of, "%s: %s", poptBadOption(parser, POPT_BADOPTION_NOALIAS), poptStrerror(code));
  self->operands = poptGetArgs(parser);
  while (self->operands && self->operands[self->n_operands]) self->n_operands++;
  return -1;
}

/* What popt needs for as long as the context lives. */
typedef struct parser_parts {
  poptContext context;
  struct poptOption *table;
  const char **argv;
  char title[64];
} parser_parts;

int options_read(options *self, const command *of, options_set set, void *settings, int argc, char **argv) {
  *self = (options){0};
  parser_parts *parts = self->parser = calloc(1, sizeof *parts);
  if (parts) {
    parts->table = popt_table(of->options);
    parts->argv = calloc((size_t)argc + 1, sizeof *parts->argv);
  }
  if (!parts || !parts->table || !parts->argv) {
    say_error("out of memory");
    return EXIT_FAILED;
  }
  for (int i = 0; i < argc; i++) parts->argv[i] = argv[i];
  snprintf(parts->title, sizeof parts->title, "r2nn %s", of->name);
  parts->argv[0] = parts->title;
  parts->context = poptGetContext("r2nn", argc, parts->argv, parts->table, 0);
  poptSetOtherOptionHelp(parts->context, of->operands);
  return read_all(self, parts->context, of, set, settings);
}

void options_free(options *self) {
  parser_parts *parts = self->parser;
  if (parts) {
    if (parts->context) poptFreeContext(parts->context);
    free(parts->table);
    free(parts->argv);
    free(parts);
  }
  for (uint32_t i = 0; i < self->n_arguments; i++) free(self->arguments[i]);
  free(self->arguments);
  *self = (options){0};
}
