/* Draws a series of boards: how many reach which accuracy, and the parts that matter most. */
#ifndef HOSTS_PLOT_BOARDS_H
#define HOSTS_PLOT_BOARDS_H

#include "yield.h"

#include <stdio.h>

typedef struct boards_def {
  const yield_result *data;
  uint32_t n_clips; /* that every board has been judged on */
  const char *title, *subtitle;
} boards_def;

/* Write the picture, as SVG or PNG. R2NN_NO_MEMORY, R2NN_BAD_ARGUMENT if it cannot be drawn. */
r2nn_status boards_write(FILE *to, const boards_def *def, bool png, r2nn_error *error);

#endif
