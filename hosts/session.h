/* A client of a session manager that speaks NSM (new-session-manager.jackaudio.org, API 1), when NSM_URL is set. */
#ifndef HOSTS_SESSION_H
#define HOSTS_SESSION_H

#include "r2nn/base.h"

typedef struct session session;

/* Announce ourselves and wait up to five seconds to be opened; NULL if no session manager asked for us (NSM_URL) or it does not
 * answer (said as a warning). Main thread, as all here. */
session *session_begin(const char *program);
void session_end(session *self); /* NULL allowed */

/* The name that the manager wants the client to have. */
const char *session_client_name(const session *self);

/* Answer what came (there is nothing to save: all is in the command line). */
void session_tick(session *self);

#endif
