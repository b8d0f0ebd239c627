/* The options that say when a model decides, and the readout they make of the model's own. */
#ifndef HOSTS_DECIDING_H
#define HOSTS_DECIDING_H

#include "readout.h"
#include "settings.h"

enum { DECIDING_AS_TRAINED = -1, DECIDING_EVENT = 0, DECIDING_CONTINUOUS, DECIDING_FILE };

typedef struct deciding {
  int mode;                           /* one of the above */
  double margin;                      /* below 0: the model's */
  double gate_db, above_db, decide_s; /* NAN: the model's */
} deciding;

#define DECIDING_DEFAULT                                                                                                           \
  { .mode = DECIDING_AS_TRAINED, .margin = -1, .gate_db = NAN, .above_db = NAN, .decide_s = NAN }

/* Lines for option tables; --window is one of the settings. */
#define DECIDING_GATE                                                                                                              \
  { "gate", '\0', OPTION_GATE, "DB", "an event's level is at least DB, re 1 V (the model's)" }
#define DECIDING_ABOVE                                                                                                             \
  { "above", '\0', OPTION_ABOVE, "DB", "and DB above the noise, 0 to 60; 0 for a fixed gate (the model's)" }
#define DECIDING_DECIDE                                                                                                            \
  {                                                                                                                                \
    "decide", '\0', OPTION_DECIDE, "S",                                                                                            \
        "decide S seconds after an event's onset, or at its end if sooner; 0: at its end (the model's)"                            \
  }
#define DECIDING_MARGIN                                                                                                            \
  { "margin", '\0', OPTION_MARGIN, "X", "a decision whose margin is below X, 0 to 1, is unknown (the model's)" }

/* Is it one of these options? Then it is taken, or error says what is wrong: *taken. n_modes: 3, or 2 without files. */
bool deciding_set(deciding *self, int n_modes, int code, const char *argument, bool *taken, r2nn_error *error);

/* The model's readout as the options want it. */
r2nn_readout deciding_readout(const deciding *self, const settings *common, const r2nn_model *model);

/* False: options that do not go together, or, if model is not NULL, not with it; error says which. */
bool deciding_fits(const deciding *self, const settings *common, const r2nn_model *model, r2nn_error *error);

#endif
