/* Reading JSON values by their type, with the path of the value in every message. */
#ifndef R2NN_CORE_JSON_VALUE_H
#define R2NN_CORE_JSON_VALUE_H

#include "core/names.h"
#include "r2nn/base.h"

#include <jansson.h>

/* A value and the way to it: a field of up, or item index of up when field is NULL; the root has neither. */
typedef struct r2nn_cursor {
  json_t *value; /* NULL: absent */
  const struct r2nn_cursor *up;
  const char *field;
  size_t index;
} r2nn_cursor;

/* The first failure sticks: after it every reader below answers 0, false or NULL and leaves the message alone. */
typedef struct r2nn_reader {
  r2nn_error *error;
  r2nn_status status;
} r2nn_reader;

/* The tree of a text, the caller's to json_decref(); NULL fails with line and column of what is wrong. A byte order mark is
 * skipped. */
json_t *r2nn_json_load(r2nn_reader *reader, const char *text, size_t size);

/* The text of a value, as json_dumps() has it, the caller's to free; NULL if memory is or, building the value after errno was 0,
 * was short: Jansson leaves out what it has no memory for, and only errno knows. */
char *r2nn_json_print(const json_t *value, size_t flags);

r2nn_cursor r2nn_json_field(const r2nn_cursor *up, const char *name);
r2nn_cursor r2nn_json_item(const r2nn_cursor *up, size_t index);

/* Neither absent nor null. */
bool r2nn_json_is_set(const r2nn_cursor *at);

/* Fail with "path: message". */
void r2nn_json_fail(r2nn_reader *reader, const r2nn_cursor *at, const char *format, ...) R2NN_PRINTF(3, 4);

/* Must be an object. */
bool r2nn_json_is_object(r2nn_reader *reader, const r2nn_cursor *at);

/* Must be an object with no other fields than known (NULL-terminated) and "comment". */
bool r2nn_json_object(r2nn_reader *reader, const r2nn_cursor *at, const char *const *known);

/* Must be an array of least..most entries; their number. */
uint32_t r2nn_json_array(r2nn_reader *reader, const r2nn_cursor *at, uint32_t least, uint32_t most);

/* Must be a number; an integer least..most (also written 3.0); a string; a single-precision number. */
double r2nn_json_number(r2nn_reader *reader, const r2nn_cursor *at);
uint32_t r2nn_json_integer(r2nn_reader *reader, const r2nn_cursor *at, uint32_t least, uint32_t most);
const char *r2nn_json_string(r2nn_reader *reader, const r2nn_cursor *at);
float r2nn_json_float(r2nn_reader *reader, const r2nn_cursor *at);

/* The field name of an object, which may be absent or null: then what unset says. */
double r2nn_json_number_or(r2nn_reader *reader, const r2nn_cursor *object, const char *name, double unset);
bool r2nn_json_bool_or(r2nn_reader *reader, const r2nn_cursor *object, const char *name, bool unset);
uint32_t r2nn_json_name_or(r2nn_reader *reader, const r2nn_cursor *object, const char *name, const r2nn_names *names,
                           uint32_t unset);

/* Must be one of the names; its value. */
uint32_t r2nn_json_name(r2nn_reader *reader, const r2nn_cursor *at, const r2nn_names *names);

/* A string of at most size - 1 bytes copied into text; absent or null leaves text as it is. */
void r2nn_json_copy(r2nn_reader *reader, const r2nn_cursor *object, const char *name, char *text, size_t size);

#endif
