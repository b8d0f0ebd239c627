/* Lines for the user on stderr. Any thread; a line is never torn and never lands in the progress bar. */
#ifndef HOSTS_SAY_H
#define HOSTS_SAY_H

#include "r2nn/base.h"

void say_error(const char *format, ...) R2NN_PRINTF(1, 2);   /* "r2nn: ..." */
void say_warning(const char *format, ...) R2NN_PRINTF(1, 2); /* "r2nn: warning: ..." */
void say_note(const char *format, ...) R2NN_PRINTF(1, 2);    /* "r2nn: ...", not with --quiet */

/* --quiet: no notes and no progress; errors and warnings stay. */
void say_quiet(bool quiet);
bool say_is_quiet(void);

#endif
