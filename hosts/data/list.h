/* What is in a data set: which files, with which labels, groups and splits. Nothing is opened yet. */
#ifndef HOSTS_DATA_LIST_H
#define HOSTS_DATA_LIST_H

#include "r2nn/train.h"

typedef struct data_entry {
  char *path;  /* where the file is */
  char *label; /* its class's name */
  char *group; /* NULL: none, a group of its own */
  r2nn_split split;
  uint32_t line;                     /* in the manifest; 0 = from a folder */
  uint32_t label_index, group_index; /* set by data_list_index() */
} data_entry;

typedef struct data_list {
  char *source;        /* the manifest or folder, for messages */
  data_entry *entries; /* [n_entries], in the manifest's order or sorted by path */
  uint32_t n_entries, n_room;
  char **classes; /* [n_classes], sorted; the names belong to the entries */
  char **groups;  /* [n_groups], named ones sorted, then the path of each entry without one; the names belong to the entries */
  uint32_t n_classes, n_groups;
  bool has_groups; /* named ones */
} data_list;

/* Start an empty list. Free it with data_list_free() whatever happens. */
r2nn_status data_list_begin(data_list *list, const char *source, r2nn_error *error);
void data_list_free(data_list *list);

/* Add a file; the texts are copied. group may be NULL. */
r2nn_status data_list_add(data_list *list, const char *path, const char *label, const char *group, r2nn_split split, uint32_t line,
                          r2nn_error *error);

/* Number the classes and groups, once all files are there. R2NN_BAD_DATA: no files at all, too many classes. */
r2nn_status data_list_index(data_list *list, r2nn_error *error);

/* How many entries are of a split. */
uint32_t data_list_count(const data_list *list, r2nn_split split);

/* Drop all entries that are not of a split; call data_list_index() afterwards. */
void data_list_keep(data_list *list, r2nn_split split);

#endif
