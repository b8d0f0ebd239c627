/* Lines for the user on stderr. Any thread; a line is never torn and never lands in the progress bar. */
#ifndef HOSTS_SAY_H
#define HOSTS_SAY_H

#include "r2nn/base.h"

void say_error(const char *format, ...) R2NN_PRINTF(1, 2);   /* "r2nn: ..." */
void say_warning(const char *format, ...) R2NN_PRINTF(1, 2); /* "r2nn: warning: ..." */
void say_note(const char *format, ...) R2NN_PRINTF(1, 2);    /* "r2nn: ...", not with --quiet */

/* While a screen is in the way, lines ("r2nn: ...") go to take; NULL: to stderr again. Main thread, as are the lines then. */
void say_divert(void (*take)(const char *line));

/* --quiet: no notes and no progress; errors and warnings stay. */
void say_quiet(bool quiet);
bool say_is_quiet(void);

#endif
