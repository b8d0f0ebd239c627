/* Reading JSON values by their type, with the path of the value in every message. */
#include "core/json_value.h"

#include "core/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *r2nn_json_load(r2nn_reader *reader, const char *text, size_t size) {
  static const char bom[] = "\xef\xbb\xbf";
  size_t skip = size >= 3 && memcmp(text, bom, 3) == 0 ? 3 : 0;
  json_error_t wrong = {.text = ""};
  errno = 0; /* where memory is short jansson may say that the text is wrong */
  json_t *root = json_loadb(text + skip, size - skip, JSON_REJECT_DUPLICATES, &wrong);
  if (root && errno != ENOMEM) return root;
  json_decref(root);
  enum json_error_code code = json_error_code(&wrong);
  bool is_nul = code == json_error_null_character || code == json_error_null_byte_in_key;
  if (errno == ENOMEM || wrong.text[0] == '\0' || code == json_error_out_of_memory)
    reader->status = r2nn_fail(reader->error, R2NN_NO_MEMORY, "no memory for %zu bytes of JSON", size);
  else
    reader->status = r2nn_fail(reader->error, R2NN_BAD_MODEL, "line %d, column %d: %s", wrong.line, wrong.column,
                               is_nul ? "a string must not hold the character \\u0000" : wrong.text);
  return NULL;
}

char *r2nn_json_print(const json_t *value, size_t flags) {
  char *text = value && errno != ENOMEM ? json_dumps(value, flags) : NULL;
  if (errno != ENOMEM) return text;
  free(text);
  return NULL;
}

r2nn_cursor r2nn_json_field(const r2nn_cursor *up, const char *name) {
  return (r2nn_cursor){.value = json_object_get(up->value, name), .up = up, .field = name};
}

r2nn_cursor r2nn_json_item(const r2nn_cursor *up, size_t index) {
  return (r2nn_cursor){.value = json_array_get(up->value, index), .up = up, .index = index};
}

bool r2nn_json_is_set(const r2nn_cursor *at) {
  return at->value && !json_is_null(at->value);
}

/* Append the path of at; answers the bytes used. */
static size_t put_path(char *text, size_t size, const r2nn_cursor *at) {
  size_t used = at->up ? put_path(text, size, at->up) : 0;
  int more = 0;
  if (at->field) more = snprintf(text + used, size - used, "%s%.64s", used ? "." : "", at->field);
  if (!at->field && at->up) more = snprintf(text + used, size - used, "[%zu]", at->index);
  used += more > 0 ? (size_t)more : 0;
  return used < size ? used : size - 1;
}

void r2nn_json_fail(r2nn_reader *reader, const r2nn_cursor *at, const char *format, ...) {
  if (reader->status != R2NN_OK) return;
  char path[256] = "", message[256];
  put_path(path, sizeof path, at);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  reader->status = r2nn_fail(reader->error, R2NN_BAD_MODEL, "%s: %s", at->up ? path : "model", message);
}

/* "must be WANTED, is WHAT IT IS". */
static void fail_type(r2nn_reader *reader, const r2nn_cursor *at, const char *wanted) {
  char is[64] = "missing";
  switch (at->value ? json_typeof(at->value) : JSON_NULL) {
  case JSON_OBJECT:
    strcpy(is, "an object");
    break;
  case JSON_ARRAY:
    strcpy(is, "an array");
    break;
  case JSON_TRUE:
    strcpy(is, "true");
    break;
  case JSON_FALSE:
    strcpy(is, "false");
    break;
  case JSON_STRING:
    snprintf(is, sizeof is, "\"%.40s\"", json_string_value(at->value));
    break;
  case JSON_INTEGER:
    snprintf(is, sizeof is, "%" JSON_INTEGER_FORMAT, json_integer_value(at->value));
    break;
  case JSON_REAL:
    r2nn_double_print(is, json_real_value(at->value));
    break;
  case JSON_NULL:
    if (at->value) strcpy(is, "null");
  }
  r2nn_json_fail(reader, at, "must be %s, is %s", wanted, is);
}

bool r2nn_json_is_object(r2nn_reader *reader, const r2nn_cursor *at) {
  if (!json_is_object(at->value)) fail_type(reader, at, "an object");
  return reader->status == R2NN_OK;
}

bool r2nn_json_object(r2nn_reader *reader, const r2nn_cursor *at, const char *const *known) {
  if (!r2nn_json_is_object(reader, at)) return false;
  const char *key;
  json_t *value;
  json_object_foreach(at->value, key, value) {
    const char *const *name = known;
    while (*name && strcmp(*name, key) != 0) name++;
    r2nn_cursor field = {.value = value, .up = at, .field = key};
    if (!*name && strcmp(key, "comment") != 0) r2nn_json_fail(reader, &field, "unknown field");
  }
  return reader->status == R2NN_OK;
}

uint32_t r2nn_json_array(r2nn_reader *reader, const r2nn_cursor *at, uint32_t least, uint32_t most) {
  if (reader->status != R2NN_OK) return 0;
  size_t n = json_array_size(at->value);
  if (!json_is_array(at->value))
    fail_type(reader, at, "an array");
  else if (least == most && n != least)
    r2nn_json_fail(reader, at, "must hold %u entries, holds %zu", least, n);
  else if (n < least || n > most)
    r2nn_json_fail(reader, at, "must hold %u to %u entries, holds %zu", least, most, n);
  return reader->status == R2NN_OK ? (uint32_t)n : 0;
}

double r2nn_json_number(r2nn_reader *reader, const r2nn_cursor *at) {
  if (!json_is_number(at->value)) fail_type(reader, at, "a number");
  return reader->status == R2NN_OK ? json_number_value(at->value) : 0;
}

uint32_t r2nn_json_integer(r2nn_reader *reader, const r2nn_cursor *at, uint32_t least, uint32_t most) {
  double value = json_number_value(at->value);
  if (!json_is_number(at->value) || value < (double)least || value > (double)most || floor(value) != value) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, "an integer from %u to %u", least, most);
    fail_type(reader, at, wanted);
  }
  return reader->status == R2NN_OK ? (uint32_t)value : 0;
}

float r2nn_json_float(r2nn_reader *reader, const r2nn_cursor *at) {
  double value = r2nn_json_number(reader, at);
  if (fabs(value) >= 0x1.ffffffp127) /* would round to infinity */
    fail_type(reader, at, "at most 3.4028235e38 in size");
  return reader->status == R2NN_OK ? (float)value : 0;
}

const char *r2nn_json_string(r2nn_reader *reader, const r2nn_cursor *at) {
  if (!json_is_string(at->value)) fail_type(reader, at, "a string");
  return reader->status == R2NN_OK ? json_string_value(at->value) : NULL;
}

uint32_t r2nn_json_name(r2nn_reader *reader, const r2nn_cursor *at, const r2nn_names *names) {
  int value = r2nn_names_find(names, json_string_value(at->value));
  if (value >= 0 && reader->status == R2NN_OK) return (uint32_t)value;
  char wanted[128] = "one of ";
  for (uint32_t i = 0; i < names->n_names; i++) {
    if (i) strcat(wanted, ", ");
    strcat(wanted, names->names[i]);
  }
  fail_type(reader, at, wanted);
  return 0;
}

double r2nn_json_number_or(r2nn_reader *reader, const r2nn_cursor *object, const char *name, double unset) {
  r2nn_cursor at = r2nn_json_field(object, name);
  return r2nn_json_is_set(&at) ? r2nn_json_number(reader, &at) : unset;
}

bool r2nn_json_bool_or(r2nn_reader *reader, const r2nn_cursor *object, const char *name, bool unset) {
  r2nn_cursor at = r2nn_json_field(object, name);
  if (!r2nn_json_is_set(&at)) return unset;
  if (!json_is_boolean(at.value)) fail_type(reader, &at, "true or false");
  return json_is_true(at.value);
}

uint32_t r2nn_json_name_or(r2nn_reader *reader, const r2nn_cursor *object, const char *name, const r2nn_names *names,
                           uint32_t unset) {
  r2nn_cursor at = r2nn_json_field(object, name);
  return r2nn_json_is_set(&at) ? r2nn_json_name(reader, &at, names) : unset;
}

void r2nn_json_copy(r2nn_reader *reader, const r2nn_cursor *object, const char *name, char *text, size_t size) {
  r2nn_cursor at = r2nn_json_field(object, name);
  if (!r2nn_json_is_set(&at)) return;
  const char *from = r2nn_json_string(reader, &at);
  if (from && strlen(from) >= size) r2nn_json_fail(reader, &at, "must be at most %zu bytes, is %zu", size - 1, strlen(from));
  if (from && reader->status == R2NN_OK) memcpy(text, from, strlen(from) + 1);
}
