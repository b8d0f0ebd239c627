/* A command that is a group of sub-commands: shows them, finds one and runs it. */
#ifndef HOSTS_GROUP_H
#define HOSTS_GROUP_H

#include "options.h"

typedef struct group {
  const command *const *members; /* [n_members]; their names are "GROUP NAME" */
  int n_members, width;          /* width: of the longest NAME */
  const char *member;            /* what one is called in the usage: "EXPERIMENT" */
  const char *about;             /* a line under the usage, with its end, or "" */
  const char *help;              /* what --help of a member shows */
  const char *called, *missing;  /* "lab %s: no such experiment" is called "lab ", missing "experiment" */
} group;

/* As command.run. */
int group_run(const group *self, const command *of, int argc, char **argv);

#endif
