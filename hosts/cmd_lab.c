/* r2nn lab: the second paper's experiments, one sub-command each (hosts/lab/). */
#include "group.h"
#include "lab/lab.h"

static const command *const experiments[] = {&lab_linear, &lab_rules,  &lab_size,     &lab_resistor,    &lab_table1,
                                             &lab_jumps,  &lab_table2, &lab_negative, &lab_contribution};
enum { N_EXPERIMENTS = sizeof experiments / sizeof *experiments };

static int run_command(const command *of, int argc, char **argv) {
  static const group lab = {.members = experiments,
                            .n_members = N_EXPERIMENTS,
                            .width = 20,
                            .member = "EXPERIMENT",
                            .about = "Physical learning, reproduced and judged (docs/physical-learning.md).\n",
                            .help = "its options, with examples",
                            .called = "lab ",
                            .missing = "experiment"};
  return group_run(&lab, of, argc, argv);
}

const command cmd_lab = {
    "lab",       "EXPERIMENT [OPTION...]", "repeat the experiments on physical learning, and judge networks by them", "", NULL,
    run_command,
};
