/* r2nn hardware: a real board through a sound card; finds the sub-command and runs it. */
#include "group.h"
#include "hardware/commands.h"

static const command *const commands[] = {
    &hardware_latency, &hardware_identify, &hardware_verify, &hardware_run, &hardware_refit,
#ifdef R2NN_WITH_JACK
    &hardware_board,
#endif
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static const option_def no_options[] = {{NULL, '\0', 0, NULL, NULL}};

static int run_command(const command *of, int argc, char **argv) {
  static const group hardware = {.members = commands,
                                 .n_members = N_COMMANDS,
                                 .width = 10,
                                 .member = "COMMAND",
                                 .about = "",
                                 .help = "a command's options, with examples",
                                 .called = "",
                                 .missing = "hardware command"};
  return group_run(&hardware, of, argc, argv);
}

const command cmd_hardware = {
    "hardware", "COMMAND ...", "measure, verify, run and refit a board that was built, through a sound card",
    "",         no_options,    run_command,
};
