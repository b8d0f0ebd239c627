/* Says what is wrong with a board, in the user's words. */
#ifndef HOSTS_HARDWARE_TROUBLE_H
#define HOSTS_HARDWARE_TROUBLE_H

#include "hardware/measure.h"

/* Look at a measurement and say every trouble in a line of its own; inverted[outputs] become true of those that are.
 * R2NN_BAD_DATA, if there is one that spoils it and the setup
 * does not say anyway; the error is then a summary. */
r2nn_status trouble_tell(const setup *wiring, const r2nn_model *model, const measurement *all, bool *inverted, r2nn_error *error);

#endif
