/* Draws an impedance landscape as SVG or PNG. */
#ifndef HOSTS_PLOT_PLOT_H
#define HOSTS_PLOT_PLOT_H

#include "landscape.h"

#include <stdio.h>

typedef struct plot_def {
  const landscape *data;
  const char *title, *subtitle;
  char *const *names; /* [n_outputs] what the outputs stand for, or NULL: node numbers */
} plot_def;

/* Write the picture, as SVG or PNG. R2NN_NO_MEMORY, R2NN_BAD_ARGUMENT if it cannot be written. */
r2nn_status plot_write(FILE *to, const plot_def *def, bool png, r2nn_error *error);

#endif
