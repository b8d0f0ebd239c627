/* A small CLAP host, by the headers that DPF brings. */
#ifndef R2NN_TESTS_PLUGIN_CLAP_H
#define R2NN_TESTS_PLUGIN_CLAP_H

#include "plugin_host.h"

#include <clap/entry.h>
#include <clap/ext/audio-ports.h>
#include <clap/ext/gui.h>
#include <clap/ext/note-ports.h>
#include <clap/ext/params.h>
#include <clap/ext/state.h>
#include <clap/ext/timer-support.h>
#include <clap/plugin-factory.h>
#include <dlfcn.h>
#include <math.h>

#define HOST_FORMAT "clap"

enum { HOST_PARAMETERS = 128 };

struct host {
  const clap_plugin_t *plugin;
  const clap_plugin_params_t *params;
  const clap_plugin_state_t *state;
  double rate_hz;
  uint32_t n_changes;
  clap_event_param_value_t changes[HOST_PARAMETERS]; /* [n_changes] for the next block */
  uint64_t time;
  host_note notes[HOST_NOTES];
  uint32_t n_notes, n_frames;
};

static const clap_plugin_entry_t *host_entry;

static void host_resized(const clap_host_t *of) {
  (void)of;
}
static bool host_resize(const clap_host_t *of, uint32_t width, uint32_t height) {
  (void)of, (void)width, (void)height;
  return true;
}
static bool host_shows(const clap_host_t *of) {
  (void)of;
  return true;
}
static void host_closed(const clap_host_t *of, bool was_destroyed) {
  (void)of, (void)was_destroyed;
}
static bool host_timer(const clap_host_t *of, uint32_t period_ms, clap_id *id) {
  (void)of, (void)period_ms;
  *id = 1;
  return true;
}
static bool host_no_timer(const clap_host_t *of, clap_id id) {
  (void)of, (void)id;
  return true;
}

static const void *host_extension(const clap_host_t *of, const char *id) {
  static const clap_host_gui_t gui = {host_resized, host_resize, host_shows, host_shows, host_closed};
  static const clap_host_timer_support_t timer = {host_timer, host_no_timer};
  (void)of;
  return strcmp(id, CLAP_EXT_GUI) == 0 ? (const void *)&gui : strcmp(id, CLAP_EXT_TIMER_SUPPORT) == 0 ? &timer : NULL;
}

static const clap_host_t host_itself = {.clap_version = CLAP_VERSION_INIT,
                                        .name = "R2NN test",
                                        .vendor = "R2NN",
                                        .url = "",
                                        .version = "1",
                                        .get_extension = host_extension,
                                        .request_restart = host_resized,
                                        .request_process = host_resized,
                                        .request_callback = host_resized};

static void host_begin(void) {
  if (host_entry) return;
  char path[4096];
  snprintf(path, sizeof path, "%s/bin/R2NN.clap", getenv("R2NN_BUILD"));
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) fail_msg("%s", dlerror());
  host_entry = dlsym(library, "clap_entry");
  assert_non_null(host_entry);
  assert_true(host_entry->init(path));
}

static host *host_open(double rate_hz) {
  host_begin();
  host *self = calloc(1, sizeof *self);
  const clap_plugin_factory_t *factory = host_entry->get_factory(CLAP_PLUGIN_FACTORY_ID);
  assert_int_equal(factory->get_plugin_count(factory), 1);
  self->plugin = factory->create_plugin(factory, &host_itself, factory->get_plugin_descriptor(factory, 0)->id);
  assert_non_null(self->plugin);
  assert_true(self->plugin->init(self->plugin));
  self->params = self->plugin->get_extension(self->plugin, CLAP_EXT_PARAMS);
  self->state = self->plugin->get_extension(self->plugin, CLAP_EXT_STATE);
  const clap_plugin_audio_ports_t *ports = self->plugin->get_extension(self->plugin, CLAP_EXT_AUDIO_PORTS);
  const clap_plugin_note_ports_t *note_ports = self->plugin->get_extension(self->plugin, CLAP_EXT_NOTE_PORTS);
  assert_true(self->params && self->state && ports && note_ports);
  assert_int_equal(note_ports->count(self->plugin, false), 1);
  for (int is_input = 0; is_input < 2; is_input++) {
    clap_audio_port_info_t info;
    assert_int_equal(ports->count(self->plugin, is_input), 1);
    assert_true(ports->get(self->plugin, 0, is_input, &info));
    assert_int_equal(info.channel_count, HOST_CHANNELS);
  }
  assert_null(self->plugin->get_extension(self->plugin, "clap.latency")); /* none: 0 */
  self->rate_hz = rate_hz;
  host_activate(self);
  return self;
}

static void host_activate(host *self) {
  assert_true(self->plugin->activate(self->plugin, self->rate_hz, 1, HOST_BLOCK));
  assert_true(self->plugin->start_processing(self->plugin));
}

static void host_deactivate(host *self) {
  self->plugin->stop_processing(self->plugin);
  self->plugin->deactivate(self->plugin);
}

static void host_close(host *self) {
  host_deactivate(self);
  self->plugin->destroy(self->plugin);
  free(self);
}

static uint32_t host_n_changes(const clap_input_events_t *list) {
  return ((const host *)list->ctx)->n_changes;
}

static const clap_event_header_t *host_change(const clap_input_events_t *list, uint32_t index) {
  return &((const host *)list->ctx)->changes[index].header;
}

static bool host_push(const clap_output_events_t *list, const clap_event_header_t *event) {
  host *self = list->ctx;
  if (event->type != CLAP_EVENT_MIDI || self->n_notes == HOST_NOTES) return true;
  if (event->time >= self->n_frames) return false;
  host_note *note = &self->notes[self->n_notes++];
  note->time = self->time + event->time;
  memcpy(note->bytes, ((const clap_event_midi_t *)(const void *)event)->data, sizeof note->bytes);
  return true;
}

static void host_run(host *self, float *const *in, float *const *out, uint32_t n) {
  clap_audio_buffer_t from = {.data32 = (float **)(uintptr_t)in, .channel_count = HOST_CHANNELS};
  clap_audio_buffer_t to = {.data32 = (float **)(uintptr_t)out, .channel_count = HOST_CHANNELS};
  clap_input_events_t changes = {self, host_n_changes, host_change};
  clap_output_events_t words = {self, host_push};
  clap_process_t process = {.steady_time = (int64_t)self->time,
                            .frames_count = n,
                            .audio_inputs = &from,
                            .audio_outputs = &to,
                            .audio_inputs_count = 1,
                            .audio_outputs_count = 1,
                            .in_events = &changes,
                            .out_events = &words};
  self->n_frames = n;
  if (self->plugin->process(self->plugin, &process) == CLAP_PROCESS_ERROR) abort();
  self->n_changes = 0;
  self->time += n;
}

static uint32_t host_n_parameters(const host *self) {
  return self->params->count(self->plugin);
}

static host_parameter host_describe(host *self, uint32_t index) {
  clap_param_info_t info;
  assert_true(self->params->get_info(self->plugin, index, &info));
  assert_int_equal(info.id, index);
  host_parameter made = {.least = info.min_value,
                         .most = info.max_value,
                         .start = info.default_value,
                         .is_output = (info.flags & CLAP_PARAM_IS_READONLY) != 0};
  snprintf(made.name, sizeof made.name, "%s", info.name);
  return made;
}

static void host_set(host *self, uint32_t index, double value) {
  assert_true(self->n_changes < HOST_PARAMETERS);
  self->changes[self->n_changes++] = (clap_event_param_value_t){
      .header = {.size = sizeof(clap_event_param_value_t), .type = CLAP_EVENT_PARAM_VALUE}, .param_id = index, .value = value};
}

static double host_get(host *self, uint32_t index) {
  double value = (double)NAN;
  assert_true(self->params->get_value(self->plugin, index, &value));
  return value;
}

/* Bytes that are written to and read from. */
typedef struct host_bytes {
  char *data;
  size_t size, at;
} host_bytes;

static int64_t host_write(const clap_ostream_t *stream, const void *buffer, uint64_t size) {
  host_bytes *bytes = stream->ctx; /* takes all at once: DPF 1.6 would begin again where a stream took less */
  bytes->data = realloc(bytes->data, bytes->size + size);
  memcpy(bytes->data + bytes->size, buffer, size);
  bytes->size += size;
  return (int64_t)size;
}

static int64_t host_read(const clap_istream_t *stream, void *buffer, uint64_t size) {
  host_bytes *bytes = stream->ctx;
  uint64_t some = bytes->size - bytes->at < size ? bytes->size - bytes->at : size;
  memcpy(buffer, bytes->data + bytes->at, some);
  bytes->at += some;
  return (int64_t)some;
}

static void *host_save(host *self, size_t *size) {
  host_bytes bytes = {0};
  clap_ostream_t stream = {&bytes, host_write};
  assert_true(self->state->save(self->plugin, &stream));
  *size = bytes.size;
  return bytes.data;
}

static bool host_load(host *self, const void *data, size_t size) {
  host_bytes bytes = {.data = (char *)(uintptr_t)data, .size = size};
  clap_istream_t stream = {&bytes, host_read};
  return self->state->load(self->plugin, &stream);
}

static uint32_t host_take_notes(host *self, host_note *notes) {
  uint32_t n = self->n_notes;
  memcpy(notes, self->notes, n * sizeof *notes);
  self->n_notes = 0;
  return n;
}

#endif
