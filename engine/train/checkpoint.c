/* The text of a checkpoint: JSON with every value as the 16 hexadecimal digits of its IEEE double, so that no bit is lost. */
#include "train/checkpoint.h"

#include "core/json_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 16 /* of a double, and of a hash */

/* What is kept of one fit. */
typedef struct record {
  size_t n;
  double *values;
} record;

struct r2nn_checkpoint {
  const r2nn_checkpoints *host;
  uint64_t recordings, specification; /* hashes */
  uint32_t n_begun, n_records;
  record *records; /* [n_records] */
};

/* ---- what it belongs to ---- */

/* FNV-1a, 64 bits. */
static uint64_t hash(uint64_t before, const void *data, size_t size) {
  const unsigned char *bytes = data;
  for (size_t i = 0; i < size; i++) before = (before ^ bytes[i]) * 1099511628211u;
  return before;
}

/* The same by words, for samples; size is a multiple of 4. */
static uint64_t hash_samples(uint64_t before, const float *samples, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint32_t word;
    memcpy(&word, &samples[i], sizeof word);
    before = (before ^ word) * 1099511628211u;
    before ^= before >> 29;
  }
  return before;
}

#define HASH_BEGIN 14695981039346656037u

static uint64_t hash_dataset(const r2nn_dataset *dataset) {
  char text[256];
  uint64_t sum = HASH_BEGIN;
  for (uint32_t k = 0; k < dataset->n_classes; k++) sum = hash(sum, dataset->classes[k], strlen(dataset->classes[k]) + 1);
  for (uint32_t i = 0; i < dataset->n_clips; i++) {
    const r2nn_clip *clip = &dataset->clips[i];
    int n = snprintf(text, sizeof text, "%u %llu %a %u %u %d", dataset->n_channels, (unsigned long long)clip->n_frames,
                     clip->rate_hz, clip->label, clip->group, (int)clip->split);
    sum = hash(sum, text, (size_t)n);
    sum = hash_samples(sum, clip->samples, (size_t)clip->n_frames * dataset->n_channels);
  }
  return sum;
}

static uint64_t hash_spec(const r2nn_train_spec *spec) {
  char text[512];
  int n = snprintf(text, sizeof text, "%u %d %a %a %u %llu %u %u %a %a %a %a", spec->n_stages, spec->head, spec->window_s,
                   spec->hop_s, spec->n_folds, (unsigned long long)spec->seed, spec->n_epochs, spec->n_starts,
                   spec->resistor_lo_ohm, spec->resistor_hi_ohm, spec->tolerance, spec->strangers);
  uint64_t sum = hash(HASH_BEGIN, text, (size_t)n);
  for (uint32_t s = 0; s < spec->n_stages; s++) {
    const r2nn_stage_spec *stage = &spec->stages[s];
    n = snprintf(text, sizeof text, "%d %u %u %a %a %a %d", (int)stage->topology, stage->n_rows, stage->n_cols, stage->fmin_hz,
                 stage->fmax_hz, stage->q, stage->law);
    sum = hash(sum, text, (size_t)n);
  }
  return sum;
}

/* ---- numbers as text ---- */

static void put_bits(char text[DIGITS], uint64_t bits) {
  for (int i = DIGITS - 1; i >= 0; i--, bits >>= 4) text[i] = "0123456789abcdef"[bits & 15u];
}

static bool get_bits(const char *text, uint64_t *bits) {
  *bits = 0;
  for (int i = 0; i < DIGITS; i++) {
    char c = text[i];
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    *bits = *bits << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return true;
}

static json_t *hash_json(uint64_t value) {
  char text[DIGITS];
  put_bits(text, value);
  return json_stringn(text, DIGITS);
}

static bool is_hash(const json_t *json, uint64_t value) {
  uint64_t bits;
  return json_is_string(json) && json_string_length(json) == DIGITS && get_bits(json_string_value(json), &bits) && bits == value;
}

static json_t *record_json(const record *r) {
  char *text = malloc(r->n * DIGITS + 1);
  if (!text) return NULL;
  for (size_t i = 0; i < r->n; i++) {
    uint64_t bits;
    memcpy(&bits, &r->values[i], sizeof bits);
    put_bits(text + i * DIGITS, bits);
  }
  json_t *json = json_pack("{s:o, s:o}", "check", hash_json(hash(HASH_BEGIN, text, r->n * DIGITS)), "values",
                           json_stringn(text, r->n * DIGITS));
  free(text);
  return json;
}

/* False: the text is damaged; r->values is NULL if memory is short. */
static bool read_record(const json_t *json, record *r) {
  const json_t *values = json_object_get(json, "values");
  size_t size = json_string_length(values);
  const char *text = json_string_value(values);
  *r = (record){.n = size / DIGITS};
  if (!text || size == 0 || size % DIGITS || !is_hash(json_object_get(json, "check"), hash(HASH_BEGIN, text, size))) return false;
  r->values = malloc(r->n * sizeof *r->values);
  for (size_t i = 0; r->values && i < r->n; i++) {
    uint64_t bits;
    if (!get_bits(text + i * DIGITS, &bits)) return false;
    memcpy(&r->values[i], &bits, sizeof bits);
  }
  return true;
}

/* ---- the whole ---- */

static r2nn_status damaged(r2nn_error *error, const char *why) {
  return r2nn_fail(error, R2NN_BAD_DATA, "the checkpoint is damaged (%s): remove it and train from the start", why);
}

static r2nn_status read_all(r2nn_checkpoint *c, const json_t *json, r2nn_error *error) {
  const char *format = json_string_value(json_object_get(json, "format"));
  const char *program = json_string_value(json_object_get(json, "program"));
  const json_t *fits = json_object_get(json, "fits");
  if (!format || strcmp(format, "r2nn-checkpoint") != 0) return damaged(error, "it is not one of r2nn's");
  if (!program || strcmp(program, r2nn_version()) != 0)
    return r2nn_fail(error, R2NN_BAD_DATA,
                     "the checkpoint was written by r2nn %.40s, this is %s: use that one, or train from the start",
                     program ? program : "of no version", r2nn_version());
  if (!is_hash(json_object_get(json, "recordings"), c->recordings))
    return r2nn_fail(error, R2NN_BAD_DATA,
                     "the checkpoint is of other recordings: give the data set that it was begun with, or train from the start");
  if (!is_hash(json_object_get(json, "specification"), c->specification))
    return r2nn_fail(error, R2NN_BAD_DATA,
                     "the checkpoint is of a run with other options: give those it was begun with, or train from the start");
  if (!json_is_array(fits)) return damaged(error, "it has no fits");
  c->records = calloc(json_array_size(fits) + 1, sizeof *c->records);
  if (!c->records) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a checkpoint");
  for (size_t i = 0; i < json_array_size(fits); i++) {
    bool good = read_record(json_array_get(fits, i), &c->records[c->n_records++]);
    if (!good) return damaged(error, "its values are not what was written");
    if (!c->records[i].values) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a checkpoint");
  }
  return R2NN_OK;
}

r2nn_status r2nn_checkpoint_new(const r2nn_dataset *dataset, const r2nn_train_spec *spec, r2nn_checkpoint **checkpoint,
                                r2nn_error *error) {
  *checkpoint = NULL;
  if (!spec->checkpoints) return R2NN_OK;
  r2nn_checkpoint *c = calloc(1, sizeof *c);
  if (!c) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory for a checkpoint");
  c->host = spec->checkpoints;
  c->recordings = hash_dataset(dataset);
  c->specification = hash_spec(spec);
  r2nn_status status = R2NN_OK;
  if (c->host->text) {
    r2nn_reader reader = {.error = error};
    json_t *json = r2nn_json_load(&reader, c->host->text, c->host->size);
    status = json ? read_all(c, json, error) : reader.status == R2NN_NO_MEMORY ? reader.status : damaged(error, "it is not whole");
    json_decref(json);
  }
  if (status == R2NN_OK)
    *checkpoint = c;
  else
    r2nn_checkpoint_free(c);
  return status;
}

void r2nn_checkpoint_free(r2nn_checkpoint *checkpoint) {
  if (!checkpoint) return;
  for (uint32_t i = 0; i < checkpoint->n_records; i++) free(checkpoint->records[i].values);
  free(checkpoint->records);
  free(checkpoint);
}

uint32_t r2nn_checkpoint_begin(r2nn_checkpoint *checkpoint, double **values, size_t *n) {
  *values = NULL;
  *n = 0;
  if (!checkpoint) return 0;
  uint32_t fit = checkpoint->n_begun++;
  if (fit < checkpoint->n_records) {
    *values = checkpoint->records[fit].values;
    *n = checkpoint->records[fit].n;
  }
  return fit;
}

double *r2nn_checkpoint_keep(r2nn_checkpoint *checkpoint, uint32_t fit, size_t n) {
  if (fit >= checkpoint->n_records) {
    if (fit > checkpoint->n_records) return NULL; /* memory was short before: what there is ends here */
    record *grown = realloc(checkpoint->records, ((size_t)fit + 1) * sizeof *grown);
    if (!grown) return NULL;
    checkpoint->records = grown;
    checkpoint->records[checkpoint->n_records++] = (record){0};
  }
  record *r = &checkpoint->records[fit];
  double *values = r->n == n && r->values ? r->values : realloc(r->values, (n + 1) * sizeof *values);
  if (!values) return NULL;
  *r = (record){n, values};
  return values;
}

void r2nn_checkpoint_offer(r2nn_checkpoint *checkpoint, bool at_once) {
  if (!checkpoint || !checkpoint->n_records || !(at_once || checkpoint->host->is_due(checkpoint->host->context))) return;
  errno = 0;
  json_t *fits = json_array();
  bool good = fits != NULL;
  for (uint32_t i = 0; i < checkpoint->n_records && good; i++)
    good = json_array_append_new(fits, record_json(&checkpoint->records[i])) == 0;
  json_t *json =
      good ? json_pack("{s:s, s:s, s:o, s:o, s:O}", "format", "r2nn-checkpoint", "program", r2nn_version(), "recordings",
                       hash_json(checkpoint->recordings), "specification", hash_json(checkpoint->specification), "fits", fits)
           : NULL;
  char *text = r2nn_json_print(json, JSON_INDENT(1));
  if (text) checkpoint->host->write(checkpoint->host->context, text, strlen(text));
  free(text);
  json_decref(json);
  json_decref(fits);
}

void r2nn_tape_values(r2nn_tape *tape, double *values, size_t n) {
  if (tape->values && n)
    memcpy(tape->back ? values : tape->values + tape->at, tape->back ? tape->values + tape->at : values, n * sizeof *values);
  tape->at += n;
}

void r2nn_tape_whole(r2nn_tape *tape, uint32_t *value) {
  double real = *value;
  r2nn_tape_values(tape, &real, 1);
  *value = real >= 0 && real <= UINT32_MAX ? (uint32_t)real : 0;
}
