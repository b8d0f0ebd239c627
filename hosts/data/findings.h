/* What was found wrong or odd in the files of a data set, told in the list's order whatever thread found it. */
#ifndef HOSTS_DATA_FINDINGS_H
#define HOSTS_DATA_FINDINGS_H

#include "data/list.h"

typedef struct findings {
  const data_list *list;
  char **bad;     /* [n_entries], owned; NULL = usable */
  char **remarks; /* [n_entries], owned; NULL = nothing odd */
} findings;

r2nn_status findings_begin(findings *self, const data_list *list, r2nn_error *error);
void findings_free(findings *self);

/* Note what is wrong with entry index, or odd ("" is nothing). Any thread, each index from one thread at a time. */
void findings_bad(findings *self, uint32_t index, const char *text);
void findings_remark(findings *self, uint32_t index, const char *text);

/* Tell it all: at most ten warnings and ten errors. Bad files are R2NN_BAD_DATA unless skip_bad. Main thread. */
r2nn_status findings_tell(const findings *self, bool skip_bad, r2nn_error *error);

#endif
