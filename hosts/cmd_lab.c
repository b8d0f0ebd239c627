/* r2nn lab: the second paper's experiments, one sub-command each (hosts/lab/). */
#include "lab/lab.h"
#include "say.h"

#include <stdio.h>
#include <string.h>

static const command *const experiments[] = {&lab_linear, &lab_rules,  &lab_size,     &lab_resistor,    &lab_table1,
                                             &lab_jumps,  &lab_table2, &lab_negative, &lab_contribution};
enum { N_EXPERIMENTS = sizeof experiments / sizeof *experiments };

/* What the experiment is called after "lab". */
static const char *name_of(const command *experiment) {
  return strchr(experiment->name, ' ') + 1;
}

static void show_usage(FILE *to) {
  fprintf(to, "Usage: r2nn lab EXPERIMENT [OPTION...] ...\n"
              "Physical learning, reproduced and judged (docs/physical-learning.md).\n\n");
  for (int i = 0; i < N_EXPERIMENTS; i++) fprintf(to, "  %-20s %s\n", name_of(experiments[i]), experiments[i]->summary);
  fprintf(to, "\n  r2nn lab EXPERIMENT --help   its options, with examples\n");
}

static int run_command(const command *of, int argc, char **argv) {
  (void)of;
  if (argc < 2) {
    show_usage(stderr);
    return EXIT_WRONG_USE;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
    show_usage(stdout);
    return EXIT_DONE;
  }
  for (int i = 0; i < N_EXPERIMENTS; i++)
    if (strcmp(argv[1], name_of(experiments[i])) == 0) return experiments[i]->run(experiments[i], argc - 1, argv + 1);
  say_error("lab %.100s: no such experiment; see r2nn lab --help", argv[1]);
  return EXIT_WRONG_USE;
}

const command cmd_lab = {
    "lab",       "EXPERIMENT [OPTION...]", "repeat the experiments on physical learning, and judge networks by them", "", NULL,
    run_command,
};
