/* What plays and hears at once, by JACK and by PortAudio: every sample of every channel comes back where and when it should, over a
 * real server. ctest-labels: io serial ctest-timeout: 60 */
#if defined R2NN_WITH_JACK
#include "audio/duplex.h"
#include "jack_feeder.h"

enum { N_IN = 2, N_OUT = 3, N_FRAMES = 48000, LATEST = 8192, SHIFT = 5, MOST_TRIES = 3 };

static char server[64], folder[] = "/tmp/r2nn-test-XXXXXX";

/* A client that crosses its inputs: out_1 is in_2, out_2 is in_1 five frames later, out_3 is the negative of in_1. */
typedef struct crossing {
  jack_client_t *client;
  jack_port_t *in[N_IN], *out[N_OUT];
  float last[SHIFT];
} crossing;

static int cross(jack_nframes_t n, void *context) {
  crossing *self = context;
  const float *a = jack_port_get_buffer(self->in[0], n), *b = jack_port_get_buffer(self->in[1], n);
  float *out[N_OUT];
  for (int k = 0; k < N_OUT; k++) out[k] = jack_port_get_buffer(self->out[k], n);
  for (jack_nframes_t t = 0; t < n; t++) {
    out[0][t] = b[t];
    out[1][t] = t < SHIFT ? self->last[t] : a[t - SHIFT];
    out[2][t] = -a[t];
  }
  memcpy(self->last, a + n - SHIFT, sizeof self->last);
  return 0;
}

static void begin_crossing(crossing *self) {
  char name[16];
  for (int i = 0; i < 100 && !self->client; i++, usleep(100000)) /* until the server is there */
    self->client = jack_client_open("crossing", JackNoStartServer | JackServerName, NULL, server);
  assert_non_null(self->client);
  for (int k = 0; k < N_IN; k++) {
    snprintf(name, sizeof name, "in_%d", k + 1);
    self->in[k] = jack_port_register(self->client, name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
  }
  for (int k = 0; k < N_OUT; k++) {
    snprintf(name, sizeof name, "out_%d", k + 1);
    self->out[k] = jack_port_register(self->client, name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
  }
  jack_set_process_callback(self->client, cross, self);
  assert_int_equal(jack_activate(self->client), 0);
}

/* What is played: noise that is another on each output. */
static float sample(uint32_t out, uint32_t t) {
  uint32_t x = (t + 1) * 2654435761u ^ (out + 1) * 40503u;
  x ^= x >> 15;
  x *= 2246822519u;
  x ^= x >> 13;
  return (float)(int32_t)x / 4294967296.0f;
}

typedef struct taking {
  uint32_t n_played;
  _Atomic uint32_t n_taken;
  float heard[N_OUT][N_FRAMES];
} taking;

static void take(void *context, const float *const *in, float *const *out, uint32_t n) {
  taking *self = context;
  uint32_t at = atomic_load(&self->n_taken);
  for (uint32_t t = 0; t < n; t++) {
    for (uint32_t k = 0; k < N_IN; k++) out[k][t] = sample(k, self->n_played + t);
    for (uint32_t k = 0; k < N_OUT && at + t < N_FRAMES; k++) self->heard[k][at + t] = in[k][t];
  }
  self->n_played += n;
  atomic_store(&self->n_taken, at + n < N_FRAMES ? at + n : N_FRAMES);
}

static bool is_late_by(const taking *self, uint32_t late) {
  for (uint32_t t = LATEST; t < N_FRAMES; t++) {
    /* our inputs are wired to out_3, out_1, out_2; our outputs to in_2, in_1 */
    float a = sample(1, t - late), b = sample(0, t - late);
    if (self->heard[0][t] != -a || self->heard[1][t] != b || self->heard[2][t] != sample(1, t - late - SHIFT)) return false;
  }
  return true;
}

/* Every sample, to the bit, by one and the same delay. */
static void comes_back(const duplex_kind *kind, const char *device) {
  static taking all;
  static duplex_def def;
  void *host = NULL;
  r2nn_error error = {""};
  const uint32_t in[N_OUT] = {2, 0, 1}, out[N_IN] = {1, 0};
  def = (duplex_def){.name = "r2nn-duplex", .server = server, .device = device, .n_in = N_OUT, .n_out = N_IN};
  for (uint32_t k = 0; k < N_OUT; k++) {
    def.in[k] = (duplex_port){.is_wired = true, .device = "^crossing:", .channel = in[k]};
    snprintf(def.in[k].name, sizeof def.in[k].name, "node_%u", k + 1);
  }
  for (uint32_t k = 0; k < N_IN; k++) {
    def.out[k] = (duplex_port){.is_wired = true, .device = "^crossing:", .channel = out[k]};
    snprintf(def.out[k].name, sizeof def.out[k].name, "drive_%u", k + 1);
  }
  uint32_t late = LATEST, tries = 0;
  for (uint32_t n_breaks = 1; n_breaks && tries < MOST_TRIES; tries++) { /* a busy machine may lose frames, and says so */
    memset(&all, 0, sizeof all);
    if (kind->open(&def, &host, &error) != R2NN_OK || kind->start(host, take, &all, &error) != R2NN_OK) fail_msg("%s", error.text);
    assert_int_equal((int)kind->rate(host), 48000);
    for (int i = 0; i < 1000 && atomic_load(&all.n_taken) < N_FRAMES; i++) usleep(10000);
    n_breaks = kind->n_breaks(host);
    kind->close(host);
    assert_int_equal(atomic_load(&all.n_taken), N_FRAMES);
    for (late = 0; late + SHIFT < LATEST && !is_late_by(&all, late);) late++;
    if (late + SHIFT < LATEST) break;
  }
  print_message("%s: late by %u frames, in try %u\n", kind->name, late, tries + 1);
  assert_true(late > 0 && late + SHIFT < LATEST);
}

static void by_jack(void **state) {
  (void)state;
  comes_back(&duplex_jack, "crossing");
}

#ifdef R2NN_WITH_PORTAUDIO
#include "audio/portaudio_library.h"

static void by_portaudio(void **state) {
  (void)state;
  r2nn_error error;
  if (library_begin(&error) != R2NN_OK) skip();
  bool has_jack = Pa_HostApiTypeIdToHostApiIndex(paJACK) >= 0;
  assert_true(library_end(NULL));
  if (!has_jack) {
    print_message("skipped: this PortAudio has no JACK\n");
    skip();
  }
  comes_back(&duplex_portaudio, "crossing");
}
#endif

int main(void) {
  static crossing between;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(by_jack),
#ifdef R2NN_WITH_PORTAUDIO
      cmocka_unit_test(by_portaudio),
#endif
  };
  if (system("command -v jackd >/dev/null") != 0) {
    puts("skipped: jackd is not there");
    return 77;
  }
  if (!mkdtemp(folder) || chdir(folder) != 0) return 1;
  snprintf(server, sizeof server, "r2nn_duplex_%d", (int)getpid());
  setenv("JACK_DEFAULT_SERVER", server, 1); /* PortAudio asks nobody else */
  setenv("JACK_NO_START_SERVER", "1", 1);
  jack_set_error_function(say_nothing);
  jack_set_info_function(say_nothing);
  pid_t jackd = start_server(server, "48000", "256");
  begin_crossing(&between);
  int code = cmocka_run_group_tests(tests, NULL, NULL);
  jack_client_close(between.client);
  end_program(jackd, SIGTERM);
  unlink("jackd.log");
  unlink("jackd.err");
  return chdir("/") || rmdir(folder) || code;
}
#else
#include <stdio.h>

int main(void) {
  puts("skipped: built without JACK");
  return 77;
}
#endif
