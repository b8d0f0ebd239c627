/* What Ctrl-C does: at once, with no temporary file left behind, or first a wish to stop. */
#ifndef HOSTS_INTERRUPT_H
#define HOSTS_INTERRUPT_H

#include <stdbool.h>

/* From now on a signal that ends the program removes the temporary output first. */
void interrupt_install(void);

/* From now on the first Ctrl-C is only a wish, told by interrupt_asked(); the second ends the program. */
void interrupt_wait_for_second(void);
bool interrupt_asked(void);

#endif
