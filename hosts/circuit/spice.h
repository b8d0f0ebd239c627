/* Runs ngspice, the program, on a netlist and reads the table that it writes. */
#ifndef HOSTS_CIRCUIT_SPICE_H
#define HOSTS_CIRCUIT_SPICE_H

#include "r2nn/base.h"

/* Rows of numbers. */
typedef struct spice_table {
  uint32_t n_columns, n_rows;
  double *values; /* [n_rows][n_columns], owned */
} spice_table;

/* Is there an ngspice to run? */
bool spice_is_there(void);

/* Run folder/netlist with the folder as the working one. R2NN_BAD_ARGUMENT: there is no ngspice, or it failed, with what it said.
 * Any thread, several at once. */
r2nn_status spice_run(const char *folder, const char *netlist, r2nn_error *error);

/* End all that run; a signal handler may call it. */
void spice_end_all(void);

/* Read a table that a run wrote (wrdata, one scale). R2NN_BAD_DATA if it is not there or holds anything but numbers. */
r2nn_status spice_read(const char *folder, const char *file, uint32_t n_columns, spice_table *table, r2nn_error *error);
void spice_free(spice_table *table);

#endif
