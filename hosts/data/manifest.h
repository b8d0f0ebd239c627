/* Reads a data set's manifest: CSV with a header line, columns path, label and, if wanted, group and split. */
#ifndef HOSTS_DATA_MANIFEST_H
#define HOSTS_DATA_MANIFEST_H

#include "data/list.h"

/* Add every line of the text of size bytes to list (data_list_begin() was called; list->source names the file in messages). Columns
 * stand in any order, unknown ones are passed over; quotes, CRLF and a byte order mark are understood. folder is put before
 * relative paths: "" or with a slash at its end. Errors say "file:line: what". R2NN_BAD_DATA, R2NN_NO_MEMORY. */
r2nn_status manifest_parse(const char *text, size_t size, const char *folder, data_list *list, r2nn_error *error);

#endif
