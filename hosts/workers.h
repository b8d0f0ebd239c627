/* A pool of threads that serves r2nn_workers. */
#ifndef HOSTS_WORKERS_H
#define HOSTS_WORKERS_H

#include "r2nn/base.h"

typedef struct workers workers;

/* n_jobs threads in all, the caller's included; 0 = one a processor. Fewer if the system grants no more; NULL if memory is
 * short. Main thread. */
workers *workers_new(uint32_t n_jobs);
void workers_free(workers *self);

/* The hook for the engine; valid until workers_free(). A task that runs tasks itself gets them run in its own thread. */
const r2nn_workers *workers_hook(const workers *self);
uint32_t workers_n_jobs(const workers *self);

#endif
