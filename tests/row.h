/* Spoken digits in a row, and what r2nn classify decides on it. */
#ifndef R2NN_TESTS_ROW_H
#define R2NN_TESTS_ROW_H

#include "digits.h"

#include <jansson.h>

enum { ROW_RATE_HZ = 8000 };

typedef struct row_decision {
  double start_s, end_s, time_s, score, margin, level_db; /* time_s and level_db: of live ones */
  char name[32];
} row_decision;

/* A decision as JSON, as classify and the live sinks write it; false if text is none. */
static inline bool row_read_decision(const char *text, row_decision *made) {
  json_t *object = json_loads(text, 0, NULL);
  const char *name = json_string_value(json_object_get(object, "class"));
  if (name) {
    *made = (row_decision){json_real_value(json_object_get(object, "start_s")),
                           json_real_value(json_object_get(object, "end_s")),
                           json_real_value(json_object_get(object, "time_s")),
                           json_real_value(json_object_get(object, "score")),
                           json_real_value(json_object_get(object, "margin")),
                           json_real_value(json_object_get(object, "level_db")),
                           ""};
    snprintf(made->name, sizeof made->name, "%s", name);
  }
  json_decref(object);
  return name != NULL;
}

/* The decisions among the lines of a file or a pipe: how many. */
static inline uint32_t row_read_decisions(FILE *file, row_decision *made, uint32_t most) {
  static char line[65536];
  uint32_t n = 0;
  assert_non_null(file);
  while (n < most && fgets(line, sizeof line, file)) n += row_read_decision(line, &made[n]);
  return n;
}

/* n_clips test clips with a second of silence between and around. */
static inline float *row_new(uint32_t n_clips, size_t *n) {
  digits data = digits_read();
  *n = ROW_RATE_HZ;
  for (uint32_t i = 0; i < n_clips; i++) *n += (size_t)data.set.clips[7 * i].n_frames + ROW_RATE_HZ;
  float *row = calloc(*n, sizeof *row), *at = row + ROW_RATE_HZ;
  for (uint32_t i = 0; i < n_clips; i++) {
    assert_true((int)data.set.clips[7 * i].rate_hz == ROW_RATE_HZ);
    memcpy(at, data.set.clips[7 * i].samples, data.set.clips[7 * i].n_frames * sizeof *row);
    at += data.set.clips[7 * i].n_frames + ROW_RATE_HZ;
  }
  digits_free(&data);
  return row;
}

/* What r2nn classify decides on the row, by way of the sound file path. */
static inline uint32_t row_classify(const char *path, const float *row, size_t n, row_decision *made, uint32_t most) {
  char line[1024];
  uint32_t size = (uint32_t)(n * sizeof *row);
  const uint32_t head[11] = {0x46464952,  size + 36,       0x45564157,    0x20746d66, 16,  1u << 16 | 3,
                             ROW_RATE_HZ, 4 * ROW_RATE_HZ, 32u << 16 | 4, 0x61746164, size};
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  fwrite(head, sizeof head, 1, file);
  fwrite(row, sizeof *row, n, file);
  assert_int_equal(fclose(file), 0);
  snprintf(line, sizeof line, "%s classify -m digits --format json %s", getenv("R2NN"), path);
  file = popen(line, "r");
  uint32_t count = row_read_decisions(file, made, most);
  assert_int_equal(pclose(file), 0);
  return count;
}

#endif
