/* What is in a data set. */
#include "data/list.h"

#include <stdlib.h>
#include <string.h>

static r2nn_status no_memory(r2nn_error *error) {
  return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
}

r2nn_status data_list_begin(data_list *list, const char *source, r2nn_error *error) {
  *list = (data_list){.source = strdup(source)};
  return list->source ? R2NN_OK : no_memory(error);
}

static void free_entry(data_entry *entry) {
  free(entry->path);
  free(entry->label);
  free(entry->group);
}

void data_list_free(data_list *list) {
  for (uint32_t i = 0; i < list->n_entries; i++) free_entry(&list->entries[i]);
  free(list->entries);
  free(list->classes);
  free(list->groups);
  free(list->source);
  *list = (data_list){0};
}

r2nn_status data_list_add(data_list *list, const char *path, const char *label, const char *group, r2nn_split split, uint32_t line,
                          r2nn_error *error) {
  if (list->n_entries == list->n_room) {
    uint32_t n_room = list->n_room ? 2 * list->n_room : 64;
    data_entry *grown = realloc(list->entries, n_room * sizeof *grown);
    if (!grown) return no_memory(error);
    list->entries = grown;
    list->n_room = n_room;
  }
  data_entry *entry = &list->entries[list->n_entries++];
  *entry = (data_entry){
      .path = strdup(path), .label = strdup(label), .group = group ? strdup(group) : NULL, .split = split, .line = line};
  if (group) list->has_groups = true;
  return entry->path && entry->label && (entry->group || !group) ? R2NN_OK : no_memory(error);
}

static int compare_texts(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sort texts and drop repetitions; the new count. */
static uint32_t sort_unique(char **texts, uint32_t n) {
  uint32_t n_kept = 0;
  qsort(texts, n, sizeof *texts, compare_texts);
  for (uint32_t i = 0; i < n; i++)
    if (n_kept == 0 || strcmp(texts[n_kept - 1], texts[i]) != 0) texts[n_kept++] = texts[i];
  return n_kept;
}

static uint32_t index_of(char **texts, uint32_t n, char *text) {
  return (uint32_t)((char **)bsearch(&text, texts, n, sizeof *texts, compare_texts) - texts);
}

/* Named groups in sorted order, then one for each file without a name, however often it is listed. */
static r2nn_status index_groups(data_list *list, r2nn_error *error) {
  char **names = malloc(list->n_entries * sizeof *names);
  if (!names) return no_memory(error);
  free(list->groups);
  list->groups = names;
  uint32_t n_names = 0;
  for (uint32_t i = 0; i < list->n_entries; i++)
    if (list->entries[i].group) names[n_names++] = list->entries[i].group;
  n_names = sort_unique(names, n_names);
  list->n_groups = n_names;
  for (uint32_t i = 0; i < list->n_entries; i++)
    if (!list->entries[i].group) names[list->n_groups++] = list->entries[i].path;
  uint32_t n_paths = sort_unique(names + n_names, list->n_groups - n_names);
  list->n_groups = n_names + n_paths;
  for (uint32_t i = 0; i < list->n_entries; i++) {
    data_entry *entry = &list->entries[i];
    entry->group_index =
        entry->group ? index_of(names, n_names, entry->group) : n_names + index_of(names + n_names, n_paths, entry->path);
  }
  return R2NN_OK;
}

r2nn_status data_list_index(data_list *list, r2nn_error *error) {
  if (list->n_entries == 0) return r2nn_fail(error, R2NN_BAD_DATA, "%s: the data set holds no files", list->source);
  char **labels = malloc(list->n_entries * sizeof *labels);
  if (!labels) return no_memory(error);
  for (uint32_t i = 0; i < list->n_entries; i++) labels[i] = list->entries[i].label;
  free(list->classes);
  list->classes = labels;
  list->n_classes = sort_unique(labels, list->n_entries);
  if (list->n_classes > R2NN_MAX_CLASSES)
    return r2nn_fail(error, R2NN_BAD_DATA, "%s: has %u labels; at most %u can be told apart", list->source, list->n_classes,
                     R2NN_MAX_CLASSES);
  for (uint32_t i = 0; i < list->n_entries; i++)
    list->entries[i].label_index = index_of(list->classes, list->n_classes, list->entries[i].label);
  return index_groups(list, error);
}

uint32_t data_list_count(const data_list *list, r2nn_split split) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < list->n_entries; i++) n += list->entries[i].split == split;
  return n;
}

void data_list_keep(data_list *list, r2nn_split split) {
  uint32_t n_kept = 0;
  for (uint32_t i = 0; i < list->n_entries; i++) {
    if (list->entries[i].split == split)
      list->entries[n_kept++] = list->entries[i];
    else
      free_entry(&list->entries[i]);
  }
  list->n_entries = n_kept;
}
