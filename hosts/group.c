/* Sub-commands. */
#include "group.h"

#include <stdio.h>
#include <string.h>

/* What it is called after the group's name. */
static const char *name_of(const command *member) {
  return strchr(member->name, ' ') + 1;
}

static void show_usage(const group *self, const command *of, FILE *to) {
  fprintf(to, "Usage: r2nn %s %s [OPTION...] ...\n%s\n", of->name, self->member, self->about);
  for (int i = 0; i < self->n_members; i++)
    fprintf(to, "  %-*s %s\n", self->width, name_of(self->members[i]), self->members[i]->summary);
  fprintf(to, "\n  r2nn %s %s --help   %s\n", of->name, self->member, self->help);
}

int group_run(const group *self, const command *of, int argc, char **argv) {
  if (argc < 2) {
    show_usage(self, of, stderr);
    return EXIT_WRONG_USE;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
    show_usage(self, of, stdout);
    return EXIT_DONE;
  }
  for (int i = 0; i < self->n_members; i++)
    if (strcmp(argv[1], name_of(self->members[i])) == 0) return self->members[i]->run(self->members[i], argc - 1, argv + 1);
  return options_wrong(of, "%s%.100s: no such %s", self->called, argv[1], self->missing);
}
