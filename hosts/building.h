/* The options by which a command hears a model as the circuit that would be built from it. */
#ifndef HOSTS_BUILDING_H
#define HOSTS_BUILDING_H

#include "r2nn/board.h"

typedef struct building {
  const char *parts; /* as the user calls them; NULL: not given */
  r2nn_part_model model;
  r2nn_board_def board; /* seed 0: stock values */
  bool with_board, with_tolerance;
} building;

/* What has been asked for without any option: ideal parts of stock values. */
building building_default(void);

/* The options' codes, out of the way of the commands' own. */
enum { BUILDING_PARTS = 100, BUILDING_BOARD, BUILDING_TOLERANCE };

/* Lines for option tables. */
#define BUILDING_OPTIONS                                                                                                           \
  {"parts", '\0', BUILDING_PARTS, "NAME", "as the circuit built from these parts: ideal, NE5532, OPA1679, TL074... or a file"},    \
      {"board", '\0', BUILDING_BOARD, "N", "board N of a series, its parts within their tolerance; 0: stock values (0)"}, {        \
    "tolerance", '\0', BUILDING_TOLERANCE, "PCT", "of all parts, 0 to 50 percent (as the part model says)"                         \
  }

/* Is it one of these options? Then it is taken, or error says what is wrong: *taken. */
bool building_set(building *self, int code, const char *argument, bool *taken, r2nn_error *error);

/* False: --board or --tolerance without --parts; error says which. */
bool building_fits(const building *self, r2nn_error *error);

/* Design the circuit of a model and build the board that was asked for: *built and *flaws are the caller's. R2NN_UNSTABLE: that
 * board oscillates. */
r2nn_status building_make(const building *self, const r2nn_model *model, r2nn_model **built, r2nn_flaws **flaws, r2nn_error *error);

#endif
