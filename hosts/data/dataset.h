/* Finds a data set's files: a folder whose sub-folders are labels, a folder with manifest.csv, or a manifest itself. */
#ifndef HOSTS_DATA_DATASET_H
#define HOSTS_DATA_DATASET_H

#include "data/list.h"

/* List the data set at path, its classes and groups numbered. Free the list with data_list_free() even on failure. R2NN_BAD_DATA,
 * R2NN_NO_MEMORY. */
r2nn_status dataset_list(const char *path, data_list *list, r2nn_error *error);

/* Say which entry is meant, "manifest.csv:12: wav/x.wav" or just the path. */
void dataset_entry_name(const data_list *list, const data_entry *entry, char *text, size_t size);

#endif
