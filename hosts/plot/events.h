/* Draws a recording with what was decided about it, as SVG or PNG. */
#ifndef HOSTS_PLOT_EVENTS_H
#define HOSTS_PLOT_EVENTS_H

#include "trace.h"

#include <stdio.h>

typedef struct events_def {
  const trace *data;
  double seconds;             /* of sound, > 0 */
  const char *const *classes; /* [n_classes of data] */
  const char *title, *subtitle;
} events_def;

/* Write the picture: the waveform, a box a decision with its class and score, unknown ones in grey, and below it the score of every
 * class as far as there is room for their names. R2NN_NO_MEMORY, R2NN_BAD_ARGUMENT if it cannot be drawn. */
r2nn_status events_write(FILE *to, const events_def *def, bool png, r2nn_error *error);

#endif
