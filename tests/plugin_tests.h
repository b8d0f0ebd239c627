/* What every format of the plugin must hold, on real digits; included after the format's host. */
#ifndef R2NN_TESTS_PLUGIN_TESTS_H
#define R2NN_TESTS_PLUGIN_TESTS_H

#include "plugin_host.h"
#include "row.h"
#include "trap.h"

#include <math.h>
#include <sys/wait.h>

enum { ROW_CLIPS = 8, ROW_MOST = 64, N_INSTANCES = 32 };

/* The digits in a row, and what classify says of them. */
static struct {
  float *row;
  size_t n;
  row_decision said[ROW_MOST];
  uint32_t n_said;
} spoken;

/* What came out of a run over the row. */
typedef struct heard_row {
  double score[ROW_MOST], class_index[ROW_MOST]; /* of each decision */
  uint32_t n;
  host_note notes[HOST_NOTES];
  uint32_t n_notes;
} heard_row;

static int read_row(void **state) {
  (void)state;
  char path[] = "/tmp/r2nn-plugin-XXXXXX";
  int file = mkstemp(path);
  close(file);
  spoken.row = row_new(ROW_CLIPS, &spoken.n);
  spoken.n_said = row_classify(path, spoken.row, spoken.n, spoken.said, ROW_MOST);
  unlink(path);
  assert_true(spoken.n_said >= ROW_CLIPS - 1);
  return 0;
}

/* A block size of a run whose sizes change; 0: always the same. */
static uint32_t next_block(uint32_t *seed, uint32_t most) {
  *seed = *seed * 1664525u + 1013904223u;
  return *seed & 0x100 ? 1 + (*seed >> 16) % most : 1 + (*seed >> 16) % 64;
}

/* The row through both channels; a decision is seen by its score and margin. */
static void hear_row(host *self, uint32_t block, heard_row *heard) {
  uint32_t class_index = host_find(self, "Class"), score = host_find(self, "Score"), seed = block;
  double last = 0;
  static float left[HOST_BLOCK], right[HOST_BLOCK];
  heard->n = 0;
  for (size_t at = 0, n; at < spoken.n; at += n) {
    n = block ? block : next_block(&seed, HOST_BLOCK);
    if (n > spoken.n - at) n = spoken.n - at;
    host_run(self, (float *[]){spoken.row + at, spoken.row + at}, (float *[]){left, right}, (uint32_t)n);
    double now = host_get(self, score);
    if (at == 0) last = now; /* of what was heard before */
    if (now == last) continue;
    assert_true(heard->n < ROW_MOST);
    heard->class_index[heard->n] = host_get(self, class_index);
    heard->score[heard->n++] = last = now;
  }
  heard->n_notes = host_take_notes(self, heard->notes);
}

static double named(const char *name) {
  return strcmp(name, "unknown") == 0 ? -1 : atof(name); /* the digits are called by their index */
}

static void is_as_said(const heard_row *heard) {
  assert_int_equal(heard->n, spoken.n_said);
  for (uint32_t i = 0; i < heard->n; i++) {
    assert_true(heard->class_index[i] == named(spoken.said[i].name));
    assert_true(fabs(heard->score[i] - spoken.said[i].score) < 2e-6);
  }
}

static void decides_as_classify(void **state) {
  (void)state;
  static heard_row heard;
  host *self = host_open(ROW_RATE_HZ);
  hear_row(self, 32, &heard);
  is_as_said(&heard);
  assert_true(host_get_named(self, "Warning") == 0);
  host_close(self);
}

static inline void notes_come_in_pairs_on_the_frame(void **state) {
  (void)state;
  static heard_row heard, other;
  host *self = host_open(ROW_RATE_HZ);
  host_set_named(self, "Base note", 60);
  host_set_named(self, "MIDI channel", 10);
  host_set_named(self, "Hold", 120);
  hear_row(self, 64, &heard);
  uint32_t n_on = 0, sounds = 0, known = 0;
  uint64_t began = 0;
  for (uint32_t i = 0; i < heard.n; i++) known += heard.class_index[i] >= 0;
  for (uint32_t i = 0, at = 0; i < heard.n_notes; i++) {
    const host_note *note = &heard.notes[i];
    if (note->bytes[0] == 0x99) {
      while (at < spoken.n_said && named(spoken.said[at].name) < 0) at++;
      assert_true(at < spoken.n_said && !sounds);
      assert_int_equal(note->bytes[1], 60 + (int)named(spoken.said[at].name));
      assert_in_range(note->bytes[2], 1, 127);
      /* the hang-over and a gate's steps lie between an event's end and its decision */
      double after_s = (double)note->time / ROW_RATE_HZ - spoken.said[at++].end_s;
      assert_true(after_s >= 0 && after_s < 0.5);
      began = note->time;
      sounds = note->bytes[1];
      n_on++;
    } else {
      assert_int_equal(note->bytes[0], 0x89);
      assert_int_equal(note->bytes[1], sounds);
      assert_int_equal(note->time - began, ROW_RATE_HZ * 120 / 1000);
      sounds = 0;
    }
  }
  assert_int_equal(n_on, known);
  assert_int_equal(sounds, 0);
  host_close(self);
  /* The same frames whatever the blocks. */
  self = host_open(ROW_RATE_HZ);
  host_set_named(self, "Base note", 60);
  host_set_named(self, "MIDI channel", 10);
  host_set_named(self, "Hold", 120);
  hear_row(self, 0, &other);
  assert_int_equal(other.n_notes, heard.n_notes);
  for (uint32_t i = 0; i < heard.n_notes; i++) {
    assert_int_equal(other.notes[i].time, heard.notes[i].time);
    assert_memory_equal(other.notes[i].bytes, heard.notes[i].bytes, 3);
  }
  host_close(self);
}

/* Noise with all that is not a number in it. */
static inline void fill_wild(float *x, size_t n, uint32_t seed) {
  static const float odd[] = {NAN, INFINITY, -INFINITY, 1e-40f, -0.0f, 3e38f};
  for (size_t t = 0; t < n; t++) {
    seed = seed * 1664525u + 1013904223u;
    x[t] = (float)(int32_t)seed / 4e9f;
    if (seed % 997 == 0) x[t] = odd[(seed >> 20) % 6];
  }
}

static inline void sound_passes_bit_for_bit(void **state) {
  (void)state;
  static const double rates[] = {22050, 44100, 48000, 88200, 96000, 176400, 192000};
  static float in[HOST_CHANNELS][4 * HOST_BLOCK], out[HOST_CHANNELS][4 * HOST_BLOCK], same[HOST_CHANNELS][HOST_BLOCK];
  for (uint32_t r = 0; r < sizeof rates / sizeof *rates; r++) {
    host *self = host_open(rates[r]);
    uint32_t seed = r;
    for (uint32_t c = 0; c < HOST_CHANNELS; c++) fill_wild(in[c], 4 * HOST_BLOCK, 7 * r + c);
    for (uint32_t at = 0, n; at < 4 * HOST_BLOCK; at += n) {
      n = at ? next_block(&seed, HOST_BLOCK) : HOST_BLOCK;
      if (n > 4 * HOST_BLOCK - at) n = 4 * HOST_BLOCK - at;
      for (uint32_t c = 0; c < HOST_CHANNELS; c++) memcpy(same[c], in[c] + at, n * sizeof(float));
      if (seed & 1) { /* in place */
        host_run(self, (float *[]){same[0], same[1]}, (float *[]){same[0], same[1]}, n);
        for (uint32_t c = 0; c < HOST_CHANNELS; c++) memcpy(out[c] + at, same[c], n * sizeof(float));
      } else {
        host_run(self, (float *[]){same[0], same[1]}, (float *[]){out[0] + at, out[1] + at}, n);
      }
    }
    assert_memory_equal(in, out, sizeof in);
    for (uint32_t i = 0; i < host_n_parameters(self); i++) assert_true(isfinite(host_get(self, i)));
    host_close(self);
  }
}

static inline void parameters_keep_their_ranges(void **state) {
  (void)state;
  static float in[2][512], out[2][512];
  host *self = host_open(48000);
  uint32_t n = host_n_parameters(self), n_inputs = 0;
  assert_int_equal(n, 35);
  for (uint32_t i = 0; i < n; i++) {
    host_parameter is = host_describe(self, i);
    n_inputs += !is.is_output;
    assert_true(is.name[0] && is.least < is.most && is.start >= is.least && is.start <= is.most);
    for (uint32_t k = 0; k < i; k++) assert_string_not_equal(host_describe(self, k).name, is.name);
  }
  assert_int_equal(n_inputs, 13);
  for (uint32_t i = 0; i < n; i++) {
    host_parameter is = host_describe(self, i);
    if (is.is_output) continue;
    for (int k = 0; k <= 8; k++) {
      host_set(self, i, is.least + (is.most - is.least) * k / 8);
      for (uint32_t c = 0; c < 2; c++)
        for (uint32_t t = 0; t < 512; t++) in[c][t] = sinf((float)(t * (i + c + 1)) * 0.01f);
      host_run(self, (float *[]){in[0], in[1]}, (float *[]){out[0], out[1]}, 512);
      for (uint32_t c = 0; c < 2; c++)
        for (uint32_t t = 0; t < 512; t++) assert_true(isfinite(out[c][t]));
      for (uint32_t o = 0; o < n; o++) {
        host_parameter told = host_describe(self, o);
        if (told.is_output) assert_true(host_get(self, o) >= told.least && host_get(self, o) <= told.most);
      }
    }
    host_set(self, i, is.start);
  }
  host_close(self);
}

/* Run silence until a condition holds, for what is loaded in the background; false after many seconds. */
static bool run_until(host *self, bool (*holds)(host *self)) {
  static float in[64], out[2][64];
  for (double begun = now_s(); now_s() - begun < 60; usleep(1000)) {
    host_run(self, (float *[]){in, in}, (float *[]){out[0], out[1]}, 64);
    if (holds(self)) return true;
  }
  return false;
}

/* Three vowels: beyond them no class scores. */
static bool scores_are_of_vowels(host *self) {
  static float in[4096], out[2][4096];
  for (uint32_t t = 0; t < 4096; t++) in[t] = 0.3f * sinf((float)t * 0.3f) * (float)(t % 400 < 200);
  for (int i = 0; i < 4; i++) host_run(self, (float *[]){in, in}, (float *[]){out[0], out[1]}, 4096);
  memset(in, 0, sizeof in);
  for (int i = 0; i < 4; i++) host_run(self, (float *[]){in, in}, (float *[]){out[0], out[1]}, 4096);
  return host_get_named(self, "Score 3") > 0 && host_get_named(self, "Score 4") == 0;
}

static void presets_change_while_it_plays(void **state) {
  (void)state;
  host *self = host_open(48000);
  assert_false(scores_are_of_vowels(self));
  host_set_named(self, "Preset", 2);
  assert_true(run_until(self, scores_are_of_vowels));
  size_t size;
  char *saved = host_save(self, &size);
  host_close(self);
  /* The state alone brings it back, whatever the number of the preset means by then. */
  self = host_open(48000);
  assert_true(host_load(self, saved, size));
  assert_true(run_until(self, scores_are_of_vowels));
  free(saved);
  host_close(self);
}

static inline void state_makes_the_same_again(void **state) {
  (void)state;
  static heard_row heard;
  float out[2][64];
  host *self = host_open(ROW_RATE_HZ), *other;
  host_set_named(self, "Hold", 77);
  host_run(self, (float *[]){spoken.row, spoken.row}, (float *[]){out[0], out[1]}, 64);
  size_t size, other_size;
  char *saved = host_save(self, &size);
  host_close(self);
  assert_true(size > 300000); /* the whole model */
  other = host_open(ROW_RATE_HZ);
  host_set_named(other, "Preset", 2);
  assert_true(run_until(other, scores_are_of_vowels));
  assert_true(host_load(other, saved, size));
  host_deactivate(other); /* what was heard before is not a part of the row */
  host_activate(other);
  hear_row(other, 256, &heard);
  is_as_said(&heard);
  char *again = host_save(other, &other_size);
  assert_int_equal(other_size, size);
  assert_memory_equal(again, saved, size);
  /* A broken model is refused, and what there is goes on. */
  for (char *at = again; at + 12 < again + size; at++)
    if (memcmp(at, "r2nn-model", 10) == 0) memcpy(at, "r2nn-modem", 10);
  host_load(other, again, size);
  hear_row(other, 256, &heard);
  is_as_said(&heard);
  /* As is what is no state at all. */
  host_load(other, "what is this?", 14);
  hear_row(other, 1000, &heard);
  is_as_said(&heard);
  free(saved);
  free(again);
  host_close(other);
}

static inline void many_instances_do_not_meet(void **state) {
  (void)state;
  static host *all[N_INSTANCES];
  static heard_row heard;
  float out[2][256];
  double begun_s = now_s();
  for (uint32_t i = 0; i < N_INSTANCES; i++) all[i] = host_open(ROW_RATE_HZ);
  printf("  %d instances opened in %.0f ms\n", N_INSTANCES, 1e3 * (now_s() - begun_s));
  for (size_t at = 0; at + 256 <= spoken.n / 4; at += 256)
    for (uint32_t i = 1; i < N_INSTANCES; i++) {
      float *in = i % 2 ? spoken.row + at : spoken.row + spoken.n - 256 - at;
      host_run(all[i], (float *[]){in, in}, (float *[]){out[0], out[1]}, 256);
    }
  hear_row(all[0], 256, &heard);
  is_as_said(&heard);
  for (uint32_t i = 3; i < N_INSTANCES; i += 2)
    for (uint32_t p = 0; p < host_n_parameters(all[i]); p++) assert_true(host_get(all[i], p) == host_get(all[1], p));
  for (uint32_t i = 0; i < N_INSTANCES; i++) host_close(all[i]);
}

static inline void begins_anew_when_activated(void **state) {
  (void)state;
  static heard_row heard;
  float out[2][1];
  host *self = host_open(ROW_RATE_HZ);
  hear_row(self, 512, &heard);
  is_as_said(&heard);
  host_run(self, (float *[]){spoken.row + ROW_RATE_HZ, spoken.row}, (float *[]){out[0], out[1]}, 1);
  host_deactivate(self);
  host_activate(self);
  hear_row(self, 128, &heard);
  is_as_said(&heard);
  for (uint32_t i = 0; i + 1 < heard.n_notes; i++) assert_true(heard.notes[i + 1].time >= heard.notes[i].time);
  host_close(self);
}

/* Processor time of a run of blocks, s. */
static inline double time_of(host *self, float *const *in) {
  static float out[2][256];
  struct timespec from, to;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
  for (int i = 0; i < 40; i++) host_run(self, in, (float *[]){out[0], out[1]}, 256);
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
  return (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
}

static inline int by_size(const void *a, const void *b) {
  return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* Silence, denormals and what is no number cost no more than noise: a low one of many ratios of neighbouring runs, as denormals
 * would raise them all and other work on the machine raises some. */
static inline void no_input_takes_longer(void **state) {
  (void)state;
  enum { KINDS = 5, RUNS = 41 };
  static float noise[256], odd[KINDS][256];
  static double ratios[RUNS];
  host *quiet = host_open(48000), *loud = host_open(48000);
  for (uint32_t t = 0; t < 256; t++) {
    noise[t] = 0.1f * sinf((float)(t * t));
    odd[1][t] = 1e-40f * (float)(t % 7);
    odd[2][t] = NAN;
    odd[3][t] = t % 2 ? INFINITY : -INFINITY;
    odd[4][t] = 1e-38f * sinf((float)t);
  }
  for (uint32_t k = 0; k < KINDS; k++) {
    for (uint32_t i = 0; i < RUNS; i++) {
      if (i == 0) time_of(loud, (float *[]){noise, noise}); /* a sound that dies away into it */
      double own = time_of(quiet, (float *[]){odd[k], odd[k]});
      ratios[i] = own / time_of(loud, (float *[]){noise, noise});
    }
    qsort(ratios, RUNS, sizeof *ratios, by_size);
    if (ratios[RUNS / 4] > 1.5) fail_msg("input of kind %u takes %.2f times as long as noise", k, ratios[RUNS / 4]);
  }
  host_close(quiet);
  host_close(loud);
}

/* A thread that loads and saves, while another plays. */
typedef struct load_task {
  host *of;
  void *data[2];
  size_t size[2];
  _Atomic bool is_over;
  _Atomic uint32_t n;
} load_task;

static void *load_again(void *argument) {
  load_task *self = argument;
  while (!atomic_load(&self->is_over)) {
    uint32_t which = atomic_fetch_add(&self->n, 1) % 2;
    host_load(self->of, self->data[which], self->size[which]);
    usleep(2000);
  }
  return NULL;
}

/* States of digits and vowels. */
static void make_states(load_task *task) {
  for (uint32_t i = 0; i < 2; i++) {
    host *self = host_open(ROW_RATE_HZ);
    host_set_named(self, "Preset", 1 + i);
    if (i) assert_true(run_until(self, scores_are_of_vowels));
    task->data[i] = host_save(self, &task->size[i]);
    host_close(self);
  }
}

static void free_states(load_task *task) {
  for (uint32_t i = 0; i < 2; i++) free(task->data[i]);
}

static void states_load_while_it_plays(void **state) {
  (void)state;
  load_task task = {0};
  pthread_t thread;
  float out[2][64];
  make_states(&task);
  host *self = task.of = host_open(ROW_RATE_HZ);
  assert_int_equal(pthread_create(&thread, NULL, load_again, &task), 0);
  for (size_t at = 0; at + 64 <= spoken.n || atomic_load(&task.n) < 4; at += 64) {
    float *in = spoken.row + at % (spoken.n - 64);
    host_run(self, (float *[]){in, in}, (float *[]){out[0], out[1]}, 64);
    assert_memory_equal(out[0], in, sizeof out[0]);
    if (at % 4096 == 0) usleep(2000);
  }
  atomic_store(&task.is_over, true);
  pthread_join(thread, NULL);
  free_states(&task);
  host_close(self);
}

/* The audio thread of the next test, which may not call the system, not even to end. */
typedef struct trapped_task {
  host *of;
  uint32_t knobs[6];
  host_parameter is[6];
  _Atomic bool is_done;
} trapped_task;

static inline void *play_trapped(void *argument) {
  trapped_task *self = argument;
  static float out[2][64];
  if (!forbid_system_calls()) _exit(1);
  is_audio = true;
  double begun = now_s();
  for (size_t at = 0; at + 64 <= spoken.n; at += 64) {
    while (now_s() - begun < (double)at / ROW_RATE_HZ / 4) {
    }
    uint32_t knob = (uint32_t)(at / 64) % 6;
    if (at / 64 % 8 == 0)
      host_set(self->of, self->knobs[knob],
               self->is[knob].least + (self->is[knob].most - self->is[knob].least) * (double)(at % 1000) / 1000);
    host_run(self->of, (float *[]){spoken.row + at, spoken.row + at}, (float *[]){out[0], out[1]}, 64);
  }
  atomic_store(&self->is_done, true);
  for (;;) {
  }
  return NULL;
}

/* In a process of its own, whose end the trap may be. */
static inline void processing_neither_allocates_nor_waits(void **state) {
  (void)state;
  static const char *const names[6] = {"Preset", "Drive", "Damping", "Listen", "Listen to node", "Mode"};
  if (!is_trapped) skip();
  pid_t child = fork();
  if (child == 0) {
    trapped_task task = {.of = host_open(ROW_RATE_HZ)};
    load_task loads = {.of = task.of};
    pthread_t thread;
    for (int i = 0; i < 6; i++) {
      task.knobs[i] = host_find(task.of, names[i]);
      task.is[i] = host_describe(task.of, task.knobs[i]);
    }
    make_states(&loads);
    float out[2][64];
    host_run(task.of, (float *[]){spoken.row, spoken.row}, (float *[]){out[0], out[1]}, 64);
    if (pthread_create(&thread, NULL, play_trapped, &task) != 0) _exit(2);
    for (uint32_t n = 0; !atomic_load(&task.is_done); n++) {
      usleep(200000);
      host_load(loads.of, loads.data[n % 2], loads.size[n % 2]);
    }
    _exit(atomic_load(&n_calls) == 0 ? 0 : 3);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  if (WIFSIGNALED(status)) fail_msg("the audio thread called the system (signal %d)", WTERMSIG(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

/* Threads are watched in a few tests: each takes many times as long there. */
static int run_plugin_tests(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(decides_as_classify),
                                     cmocka_unit_test(presets_change_while_it_plays),
                                     cmocka_unit_test(states_load_while_it_plays),
#ifndef __SANITIZE_THREAD__
                                     cmocka_unit_test(notes_come_in_pairs_on_the_frame),
                                     cmocka_unit_test(sound_passes_bit_for_bit),
                                     cmocka_unit_test(parameters_keep_their_ranges),
                                     cmocka_unit_test(state_makes_the_same_again),
                                     cmocka_unit_test(many_instances_do_not_meet),
                                     cmocka_unit_test(begins_anew_when_activated),
                                     cmocka_unit_test(no_input_takes_longer),
                                     cmocka_unit_test(processing_neither_allocates_nor_waits)
#endif
  };
  return cmocka_run_group_tests_name("plugin as " HOST_FORMAT, tests, read_row, NULL);
}

#endif
