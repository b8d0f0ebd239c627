/* Verification over a data set's clips. */
#ifndef HOSTS_CIRCUIT_CLIPS_H
#define HOSTS_CIRCUIT_CLIPS_H

#include "circuit/verify.h"
#include "workers.h"

/* Run n_clips clips of the data set, spread over it, through netlist and engine, several at a
 * time; the result is added to. R2NN_BAD_DATA: the data set or a clip cannot be used. Main thread. */
r2nn_status verify_clips(const verify_job *job, const char *dataset, uint32_t n_clips, const workers *pool, verify_result *result,
                         r2nn_error *error);

#endif
