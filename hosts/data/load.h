/* Loads a data set's recordings into memory, for training. */
#ifndef HOSTS_DATA_LOAD_H
#define HOSTS_DATA_LOAD_H

#include "audio/channels.h"
#include "data/list.h"

/* Read every file of the list. What is odd but usable is told by warnings. A file that cannot be used is told by an error line (the
 * first ten of them); then, unless skip_bad, R2NN_BAD_DATA. The class numbering is the list's. Main thread. */
r2nn_status load_dataset(const data_list *list, const channel_list *channels, bool skip_bad, const r2nn_workers *workers,
                         r2nn_dataset *dataset, r2nn_error *error);
void load_free(r2nn_dataset *dataset);

#endif
