/* How a board is wired to the interface: the options that all r2nn hardware commands which play to one share. */
#ifndef HOSTS_HARDWARE_SETUP_H
#define HOSTS_HARDWARE_SETUP_H

#include "audio/duplex.h"
#include "options.h"
#include "settings.h"

typedef struct setup {
  settings common;
  const duplex_kind *kind;
  const char *name, *server, *device; /* device: a JACK client, or regular expression for its ports; PortAudio's device */
  double rate_hz;                     /* PortAudio's; 0: its own */
  channel_list out, in, loopback;     /* of the device, from 0; empty: not said; loopback: one */
  channel_list inverted;              /* the board's outputs, from 0, that carry the negative */
  double level_db;                    /* of what is played, dB re full scale */
  bool is_live;                       /* a live signal comes in too, on further ports after those of the board */
  const char *connect;                /* JACK: from ports whose names match; NULL: from the sound card */
  channel_list source;                /* which of them, from 0; empty: the first ones */
  bool anyway;                        /* go on with a board that has troubles */
  char pattern[160];                  /* device as a regular expression */
} setup;

setup setup_usual(void);

/* own [..., {NULL}] and the setup's options in one table, valid until the next call; codes from SETUP_OWN on are the command's. */
enum { SETUP_OWN = 200 };
const option_def *setup_table(const option_def *own);

/* Take an option of the setup, or a shared one. False: error says what is wrong. */
bool setup_set(setup *self, int code, const char *argument, r2nn_error *error);

/* The ports for a board that n_channels drive and that puts out n_outputs; then the loopback, if there is
 * one; then, if it is live, the signal. What the options do
 * not say is the first channels, the loopback's left out. R2NN_BAD_ARGUMENT: not as many as the model has. */
r2nn_status setup_wire(setup *self, uint32_t n_channels, uint32_t n_outputs, duplex_def *def, r2nn_error *error);

/* What a command that plays to a board once does. */
typedef struct setup_task {
  options_set set; /* takes an option into the job */
  r2nn_status (*work)(void *job, const char *operand, r2nn_error *error);
  const char *operand;            /* "MODEL": exactly one; NULL: none, and work gets NULL */
  bool wants_model, wants_output; /* -m, -o */
} setup_task;

/* Read the command's line, of->options and the setup's, into job, of which self is a part, check it, do the work; the exit code,
 * everything being said. */
int setup_run(const setup *self, const setup_task *task, void *job, const command *of, int argc, char **argv);

bool setup_wants_json(const setup *self);

/* Which channel of the interface an output of the board comes in on (R2NN_LOOPBACK: the loopback), as people count. */
uint32_t setup_channel(const setup *self, uint32_t output);

#endif
