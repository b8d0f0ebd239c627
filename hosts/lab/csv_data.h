/* The data sets of the lab: made ones, tables by name, and CSV files of users, with a header and a class column. */
#ifndef HOSTS_LAB_CSV_DATA_H
#define HOSTS_LAB_CSV_DATA_H

#include "r2nn/lab.h"

/* The eight of tables 1 and 2, NULL at the end. */
extern const char *const csv_data_eight[];

/* name: a file (it has a slash or ends in .csv), one of r2nn_lab_made, or a table of folder: iris, penguins, wine, rice, customers,
 * magic, or NAME.csv there. class_column NULL: the one called class, else the last. data->name is what the user calls it; classes
 * are numbered in the order of their names. R2NN_BAD_DATA: "FILE:LINE: ...". */
r2nn_status csv_data_load(const char *name, const char *folder, const char *class_column, r2nn_lab_data *data, r2nn_error *error);

/* The text of a CSV file; source is its name for messages. */
r2nn_status csv_data_parse(const char *text, size_t size, const char *source, const char *class_column, r2nn_lab_data *data,
                           r2nn_error *error);

#endif
