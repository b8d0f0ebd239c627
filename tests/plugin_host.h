/* A plugin host of our own, one a format (plugin_lv2.h, plugin_clap.h): what the tests of all formats ask of it. */
#ifndef R2NN_TESTS_PLUGIN_HOST_H
#define R2NN_TESTS_PLUGIN_HOST_H

#include "unit.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOST_CHANNELS = 2, HOST_NOTES = 4096, HOST_BLOCK = 8192 };

/* A MIDI message that came out. */
typedef struct host_note {
  uint64_t time; /* frames since the host was opened */
  uint8_t bytes[3];
} host_note;

typedef struct host_parameter {
  char name[256];
  double least, most, start;
  bool is_output;
} host_parameter;

/* Known by the format's file. */
typedef struct host host;

/* One instance at a rate, active; the test fails where it cannot be had. */
static host *host_open(double rate_hz);
static void host_close(host *self);
static void host_activate(host *self);
static void host_deactivate(host *self);

/* Run n <= HOST_BLOCK frames; out may be in. */
static void host_run(host *self, float *const *in, float *const *out, uint32_t n);

static uint32_t host_n_parameters(const host *self);
static host_parameter host_describe(host *self, uint32_t index);
static void host_set(host *self, uint32_t index, double value); /* from the next block on */
static double host_get(host *self, uint32_t index);

/* The state as the format keeps it, malloc'ed; and back: false if the plugin or the library refuses it. May be called while another
 * thread is in host_run(). */
static void *host_save(host *self, size_t *size);
static bool host_load(host *self, const void *data, size_t size);

/* The messages that came out since the last call. */
static uint32_t host_take_notes(host *self, host_note *notes);

static inline uint32_t host_find(host *self, const char *name) {
  uint32_t n = host_n_parameters(self);
  for (uint32_t i = 0; i < n; i++)
    if (strcmp(host_describe(self, i).name, name) == 0) return i;
  fail_msg("no parameter %s", name);
  return 0;
}

static inline void host_set_named(host *self, const char *name, double value) {
  host_set(self, host_find(self, name), value);
}

static inline double host_get_named(host *self, const char *name) {
  return host_get(self, host_find(self, name));
}

#endif
