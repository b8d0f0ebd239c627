/* What Ctrl-C does: at once, with no temporary file left behind, or first a wish to stop. */
#ifndef HOSTS_INTERRUPT_H
#define HOSTS_INTERRUPT_H

#include <stdbool.h>

/* From now on a signal that ends the program removes the temporary output first. */
void interrupt_install(void);

/* From now on the first Ctrl-C is only a wish, told by interrupt_asked(); the second ends the program. */
void interrupt_wait_for_second(void);
bool interrupt_asked(void);

/* From now on SIGINT, SIGTERM and SIGHUP are only wishes: the descriptor that this returns can be read when one came. A second
 * SIGINT or SIGTERM ends the program. */
int interrupt_watch(void);

/* What came since the last call. */
typedef struct interrupt_news {
  bool stop;   /* SIGINT, SIGTERM */
  bool reload; /* SIGHUP */
} interrupt_news;
interrupt_news interrupt_read(void);

/* Called, in the signal's handler, before the program ends by a signal; NULL for nothing. */
void interrupt_at_end(void (*restore)(void));

#endif
