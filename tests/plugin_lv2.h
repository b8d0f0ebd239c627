/* A small LV2 host, by lilv. */
#ifndef R2NN_TESTS_PLUGIN_LV2_H
#define R2NN_TESTS_PLUGIN_LV2_H

#include "plugin_host.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/atom/util.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/midi/midi.h>
#include <lv2/options/options.h>
#include <lv2/parameters/parameters.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <pthread.h>
#include <stdatomic.h>

#define HOST_FORMAT "lv2"
#define HOST_URI    "urn:r2nn:plugin"
#define HOST_STATE  "urn:r2nn:test-state"

enum { HOST_PORTS = 128, HOST_EVENTS = 65536, HOST_URIDS = 512 };

/* One world for all instances. */
static struct {
  LilvWorld *world;
  const LilvPlugin *plugin;
  char *uris[HOST_URIDS];
  uint32_t n_uris;
  pthread_mutex_t lock; /* of uris */
} host_world = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct host {
  LilvInstance *instance;
  uint32_t n_parameters, ports[HOST_PORTS]; /* [n_parameters] port numbers */
  float values[HOST_PORTS];                 /* [n_parameters] */
  _Atomic float wanted[HOST_PORTS];         /* [n_parameters] by any thread, where is_wanted */
  _Atomic bool is_wanted[HOST_PORTS];
  uint32_t audio[2 * HOST_CHANNELS]; /* port numbers: in, out */
  uint64_t events_in[HOST_EVENTS / 8], events_out[HOST_EVENTS / 8];
  uint64_t time;
  host_note notes[HOST_NOTES];
  uint32_t n_notes;
  int32_t block;
  float rate_hz;
  LV2_Options_Option options[4];
  LV2_Feature features[5];
  const LV2_Feature *list[6];
  LV2_Worker_Schedule schedule;
};

static LV2_URID host_map(LV2_URID_Map_Handle handle, const char *uri) {
  (void)handle;
  pthread_mutex_lock(&host_world.lock);
  uint32_t i = 0;
  while (i < host_world.n_uris && strcmp(host_world.uris[i], uri)) i++;
  if (i == host_world.n_uris) {
    assert_true(i < HOST_URIDS);
    host_world.uris[host_world.n_uris++] = strdup(uri);
  }
  pthread_mutex_unlock(&host_world.lock);
  return i + 1;
}

static const char *host_unmap(LV2_URID_Unmap_Handle handle, LV2_URID urid) {
  (void)handle;
  return urid && urid <= host_world.n_uris ? host_world.uris[urid - 1] : NULL;
}

static LV2_URID_Map host_mapper = {NULL, host_map};
static LV2_URID_Unmap host_unmapper = {NULL, host_unmap};

static LV2_Worker_Status host_schedule(LV2_Worker_Schedule_Handle handle, uint32_t size, const void *data) {
  (void)handle, (void)size, (void)data;
  fail_msg("the plugin asked for work that nobody sent");
  return LV2_WORKER_ERR_UNKNOWN;
}

static void host_begin(void) {
  if (host_world.world) return;
  char path[4096];
  snprintf(path, sizeof path, "file://%s/bin/R2NN.lv2/", getenv("R2NN_BUILD"));
  host_world.world = lilv_world_new();
  lilv_world_load_all(host_world.world); /* the specifications */
  LilvNode *bundle = lilv_new_uri(host_world.world, path), *uri = lilv_new_uri(host_world.world, HOST_URI);
  lilv_world_load_bundle(host_world.world, bundle);
  host_world.plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(host_world.world), uri);
  if (!host_world.plugin) fail_msg("no plugin in %s", path);
  lilv_node_free(bundle);
  lilv_node_free(uri);
}

static bool host_port_is(const LilvPort *port, const char *uri) {
  LilvNode *node = lilv_new_uri(host_world.world, uri);
  bool is = lilv_port_is_a(host_world.plugin, port, node);
  lilv_node_free(node);
  return is;
}

static void host_connect(host *self) {
  uint32_t n_audio = 0, n = lilv_plugin_get_num_ports(host_world.plugin);
  for (uint32_t i = 0; i < n; i++) {
    const LilvPort *port = lilv_plugin_get_port_by_index(host_world.plugin, i);
    if (host_port_is(port, LV2_CORE__AudioPort)) {
      assert_true(n_audio < 2 * HOST_CHANNELS);
      assert_true(host_port_is(port, LV2_CORE__InputPort) == (n_audio < HOST_CHANNELS));
      self->audio[n_audio++] = i;
    } else if (host_port_is(port, LV2_CORE__ControlPort)) {
      assert_true(self->n_parameters < HOST_PORTS);
      self->ports[self->n_parameters] = i;
      LilvNode *start = NULL;
      lilv_port_get_range(host_world.plugin, port, &start, NULL, NULL);
      self->values[self->n_parameters] = start ? lilv_node_as_float(start) : 0;
      lilv_node_free(start);
      lilv_instance_connect_port(self->instance, i, &self->values[self->n_parameters++]);
    } else
      lilv_instance_connect_port(self->instance, i, host_port_is(port, LV2_CORE__InputPort) ? self->events_in : self->events_out);
  }
  assert_int_equal(n_audio, 2 * HOST_CHANNELS);
}

static host *host_open(double rate_hz) {
  host_begin();
  host *self = calloc(1, sizeof *self);
  self->block = HOST_BLOCK;
  self->rate_hz = (float)rate_hz;
  self->schedule = (LV2_Worker_Schedule){self, host_schedule};
  LV2_URID is_int = host_map(NULL, LV2_ATOM__Int), is_float = host_map(NULL, LV2_ATOM__Float);
  self->options[0] = (LV2_Options_Option){LV2_OPTIONS_INSTANCE, 0,      host_map(NULL, LV2_BUF_SIZE__maxBlockLength),
                                          sizeof(int32_t),      is_int, &self->block};
  self->options[1] = (LV2_Options_Option){LV2_OPTIONS_INSTANCE, 0,      host_map(NULL, LV2_BUF_SIZE__nominalBlockLength),
                                          sizeof(int32_t),      is_int, &self->block};
  self->options[2] = (LV2_Options_Option){LV2_OPTIONS_INSTANCE, 0,        host_map(NULL, LV2_PARAMETERS__sampleRate),
                                          sizeof(float),        is_float, &self->rate_hz};
  self->features[0] = (LV2_Feature){LV2_URID__map, &host_mapper};
  self->features[1] = (LV2_Feature){LV2_URID__unmap, &host_unmapper};
  self->features[2] = (LV2_Feature){LV2_OPTIONS__options, self->options};
  self->features[3] = (LV2_Feature){LV2_WORKER__schedule, &self->schedule};
  self->features[4] = (LV2_Feature){LV2_BUF_SIZE__boundedBlockLength, NULL};
  for (int i = 0; i < 5; i++) self->list[i] = &self->features[i];
  self->instance = lilv_plugin_instantiate(host_world.plugin, rate_hz, self->list);
  assert_non_null(self->instance);
  host_connect(self);
  host_activate(self);
  return self;
}

static void host_activate(host *self) {
  lilv_instance_activate(self->instance);
}

static void host_deactivate(host *self) {
  lilv_instance_deactivate(self->instance);
}

static void host_close(host *self) {
  host_deactivate(self);
  lilv_instance_free(self->instance);
  free(self);
}

static void host_run(host *self, float *const *in, float *const *out, uint32_t n) {
  static LV2_URID is_sequence, is_chunk, is_midi;
  if (!is_midi) {
    is_sequence = host_map(NULL, LV2_ATOM__Sequence);
    is_chunk = host_map(NULL, LV2_ATOM__Chunk);
    is_midi = host_map(NULL, LV2_MIDI__MidiEvent);
  }
  for (uint32_t c = 0; c < HOST_CHANNELS; c++) {
    lilv_instance_connect_port(self->instance, self->audio[c], in[c]);
    lilv_instance_connect_port(self->instance, self->audio[HOST_CHANNELS + c], out[c]);
  }
  for (uint32_t i = 0; i < self->n_parameters; i++)
    if (atomic_exchange(&self->is_wanted[i], false)) self->values[i] = atomic_load(&self->wanted[i]);
  LV2_Atom_Sequence *to = (LV2_Atom_Sequence *)self->events_in, *from = (LV2_Atom_Sequence *)self->events_out;
  to->atom = (LV2_Atom){sizeof(LV2_Atom_Sequence_Body), is_sequence};
  to->body = (LV2_Atom_Sequence_Body){0, 0};
  from->atom = (LV2_Atom){HOST_EVENTS - sizeof(LV2_Atom_Sequence), is_chunk};
  lilv_instance_run(self->instance, n);
  if (from->atom.type == is_sequence) {
    LV2_ATOM_SEQUENCE_FOREACH(from, event) {
      if (event->body.type != is_midi || self->n_notes == HOST_NOTES) continue;
      assert_true(event->time.frames >= 0 && event->time.frames < n);
      host_note *note = &self->notes[self->n_notes++];
      note->time = self->time + (uint64_t)event->time.frames;
      memcpy(note->bytes, LV2_ATOM_BODY_CONST(&event->body), sizeof note->bytes);
    }
  }
  self->time += n;
}

static uint32_t host_n_parameters(const host *self) {
  return self->n_parameters;
}

static host_parameter host_describe(host *self, uint32_t index) {
  const LilvPort *port = lilv_plugin_get_port_by_index(host_world.plugin, self->ports[index]);
  LilvNode *name = lilv_port_get_name(host_world.plugin, port), *start, *least, *most;
  lilv_port_get_range(host_world.plugin, port, &start, &least, &most);
  host_parameter made = {.least = (double)lilv_node_as_float(least),
                         .most = (double)lilv_node_as_float(most),
                         .start = start ? (double)lilv_node_as_float(start) : 0,
                         .is_output = host_port_is(port, LV2_CORE__OutputPort)};
  snprintf(made.name, sizeof made.name, "%s", lilv_node_as_string(name));
  lilv_node_free(name);
  lilv_node_free(start);
  lilv_node_free(least);
  lilv_node_free(most);
  return made;
}

static void host_set(host *self, uint32_t index, double value) {
  atomic_store(&self->wanted[index], (float)value);
  atomic_store(&self->is_wanted[index], true);
}

static double host_get(host *self, uint32_t index) {
  return (double)self->values[index];
}

static const void *host_port_value(const char *symbol, void *data, uint32_t *size, uint32_t *type) {
  host *self = data;
  LilvNode *node = lilv_new_string(host_world.world, symbol);
  uint32_t number = lilv_port_get_index(host_world.plugin, lilv_plugin_get_port_by_symbol(host_world.plugin, node));
  lilv_node_free(node);
  for (uint32_t i = 0; i < self->n_parameters; i++) {
    if (self->ports[i] != number) continue;
    *size = sizeof(float);
    *type = host_map(NULL, LV2_ATOM__Float);
    return &self->values[i];
  }
  return NULL;
}

static void host_set_port(const char *symbol, void *data, const void *value, uint32_t size, uint32_t type) {
  (void)size, (void)type;
  uint32_t own_size, own_type;
  host *self = data;
  const float *at = host_port_value(symbol, data, &own_size, &own_type);
  if (at) host_set(self, (uint32_t)(at - self->values), (double)*(const float *)value);
}

static void *host_save(host *self, size_t *size) {
  LilvState *state = lilv_state_new_from_instance(host_world.plugin, self->instance, &host_mapper, NULL, NULL, NULL, NULL,
                                                  host_port_value, self, LV2_STATE_IS_POD, self->list);
  assert_non_null(state);
  char *text = lilv_state_to_string(host_world.world, &host_mapper, &host_unmapper, state, HOST_STATE, NULL);
  assert_non_null(text);
  lilv_state_free(state);
  *size = strlen(text) + 1;
  return text;
}

static bool host_load(host *self, const void *data, size_t size) {
  char *text = calloc(1, size + 1);
  memcpy(text, data, size);
  LilvState *state = lilv_state_new_from_string(host_world.world, &host_mapper, text);
  free(text);
  if (!state) return false;
  lilv_state_restore(state, self->instance, host_set_port, self, 0, self->list);
  lilv_state_free(state);
  return true;
}

static uint32_t host_take_notes(host *self, host_note *notes) {
  uint32_t n = self->n_notes;
  memcpy(notes, self->notes, n * sizeof *notes);
  self->n_notes = 0;
  return n;
}

#endif
