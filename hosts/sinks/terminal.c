/* A live sink for people at a terminal: level and gate, a bar a class, the last decisions, counters. */
#include "interrupt.h"
#include "live/live.h"
#include "live/sink.h"
#include "progress.h"
#include "say.h"
#include "words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { N_PAST = 64, NAME_SIZE = 64, LINE_SIZE = 1024, MAX_ROWS = 500, MESSAGE_SIZE = 256 };
static const double redraw_s = 1.0 / 20;
static const float low_db = -80, high_db = 0; /* the level meter's ends, dB re 1 V */

typedef struct past {
  double start_s, end_s;
  float score;
  char class_name[NAME_SIZE];
  bool is_known;
} past;

typedef struct terminal {
  past past[N_PAST]; /* a ring */
  uint32_t n_past;   /* ever */
  char alert[MESSAGE_SIZE];
  double drawn_s;
  int width, height, row; /* row: of the line that is drawn */
  char *page;             /* what is written at once */
  size_t used, size;
} terminal;

static char message[MESSAGE_SIZE]; /* the last line that would have gone to standard error */

static const char begin_page[] = "\033[?1049h\033[?25l\033[2J", end_page[] = "\033[0m\033[?25h\033[?1049l";

static bool write_all(const char *text, size_t n) {
  for (ssize_t done; n > 0 && (done = write(STDOUT_FILENO, text, n)) > 0; n -= (size_t)done) text += done;
  return n == 0;
}

/* Also in a signal's handler. */
static void restore(void) {
  write_all(end_page, sizeof end_page - 1);
}

static void keep_message(const char *line) {
  snprintf(message, sizeof message, "%s", line);
}

static r2nn_status open_terminal(live *of, const char *argument, void **made, r2nn_error *error) {
  (void)of, (void)argument;
  terminal *self = *made = calloc(1, sizeof *self);
  if (!self) return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  self->size = (size_t)MAX_ROWS * LINE_SIZE;
  self->page = malloc(self->size);
  if (!self->page) {
    free(self);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  interrupt_at_end(restore);
  say_divert(keep_message);
  write_all(begin_page, sizeof begin_page - 1);
  return R2NN_OK;
}

static void hear(void *sink, const live_event *event) {
  terminal *self = sink;
  if (event->kind == LIVE_EVENT_ALERT) {
    self->alert[0] = '\0';
    if (event->alert->is_raised)
      snprintf(self->alert, sizeof self->alert, "ALERT %s, since %.1f s", event->alert->class_name, event->alert->since_s);
  }
  if (event->kind != LIVE_EVENT_DECISION) return;
  past *last = &self->past[self->n_past++ % N_PAST];
  *last = (past){event->decision->start_s, event->decision->end_s, (float)event->decision->score, "", event->class_index >= 0};
  snprintf(last->class_name, sizeof last->class_name, "%s", event->decision->class_name);
}

static void put(terminal *self, const char *text) {
  size_t n = strlen(text);
  if (self->used + n >= self->size) return;
  memcpy(self->page + self->used, text, n);
  self->used += n;
}

/* Text of at most width columns, padded to it; where it must be cut it ends in an ellipsis. */
static void put_width(terminal *self, const char *text, int width) {
  int n = 0, columns, most = words_width(text) > width ? width - 1 : width;
  char one[5];
  while (*text) {
    size_t length = words_character(text, &columns);
    if (n + columns > most) break;
    snprintf(one, sizeof one, "%.*s", (int)length, (unsigned char)*text < 0x20 || *text == 0x7f ? "?" : text);
    put(self, one);
    text += length;
    n += columns;
  }
  if (*text && n < width) {
    put(self, "\u2026");
    n++;
  }
  for (; n < width; n++) put(self, " ");
}

static void next_line(terminal *self) {
  put(self, "\033[0m\033[K\r\n");
  self->row++;
}

/* A bar of width characters, share 0..1 of it full to an eighth, with a mark at mark (below 0: none). */
static void put_bar(terminal *self, int width, double share, double mark, const char *colour) {
  static const char *const eighths[] = {" ", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589"};
  int n_full = (int)(fmin(fmax(share, 0), 1) * width * 8 + 0.5), at = mark >= 0 ? (int)(fmin(mark, 1) * (width - 1) + 0.5) : -1;
  put(self, colour);
  for (int i = 0; i < width; i++) {
    int left = n_full - 8 * i;
    if (i == at) {
      put(self, "\033[33m\u2502");
      put(self, colour);
    } else
      put(self, left >= 8 ? "\u2588" : left > 0 ? eighths[left] : " ");
  }
  put(self, "\033[0m");
}

static double meter(float db) {
  return (double)((db - low_db) / (high_db - low_db));
}

/* The columns of the level and of the classes: name, bar, numbers. */
typedef struct columns {
  int name, bar, numbers;
} columns;

enum { SCORE_WIDTH = 6, COUNT_WIDTH = 8 };

static columns divide(int width, const r2nn_model *model) {
  int name = width >= 40 ? (int)strlen("level") : 1, numbers = width >= 40   ? SCORE_WIDTH + COUNT_WIDTH
                                                               : width >= 24 ? SCORE_WIDTH
                                                                             : 0;
  for (uint32_t k = 0; k < model->n_classes; k++)
    if (words_width(model->classes[k]) > name) name = words_width(model->classes[k]);
  if (name > width / 3) name = width / 3;
  int bar = width - name - 1 - numbers;
  return (columns){name, bar > 0 ? bar : 0, numbers};
}

/* The head line and the level. */
static void draw_head(terminal *self, const live_view *view, const columns *of) {
  char text[LINE_SIZE];
  const r2nn_model *model = view->program->model;
  snprintf(text, sizeof text, " r2nn  %s  %s  %g Hz  %.1f s", model->name[0] ? model->name : "a model", view->source,
           view->program->run.rate_hz, view->time_s);
  put(self, "\033[7m");
  put_width(self, text, self->width);
  next_line(self);
  if (of->numbers) put_width(self, of->name >= (int)strlen("level") ? "level" : "", of->name + 1);
  put_bar(self, of->numbers ? of->bar : self->width, meter(view->level_db), meter(view->opens_db),
          view->is_open ? "\033[32m" : "\033[36m");
  bool is_wide = of->numbers > SCORE_WIDTH;
  if (view->level_db > -150)
    snprintf(text, sizeof text, is_wide ? "%*.1f dB" : "%*.0fdB", of->numbers - (is_wide ? 3 : 2), (double)view->level_db);
  else
    snprintf(text, sizeof text, "%*s", of->numbers, is_wide ? "silence" : "quiet");
  put_width(self, text, of->numbers);
  next_line(self);
}

static void draw_class(terminal *self, const live_view *view, const columns *of, uint32_t k, bool is_best) {
  char text[64];
  int n = snprintf(text, sizeof text, " %.3f", (double)view->scores[k]);
  if (of->numbers > SCORE_WIDTH)
    snprintf(text + n, sizeof text - (size_t)n, "%*llu", COUNT_WIDTH, (unsigned long long)view->class_counts[k]);
  put(self, is_best ? "\033[1m" : "");
  put_width(self, view->program->model->classes[k], of->name);
  put(self, " ");
  put_bar(self, of->bar, (double)view->scores[k], -1, is_best ? "\033[32m" : "\033[34m");
  put_width(self, text, of->numbers);
  next_line(self);
}

/* A line a class; when there are more classes than rows, those with the highest scores, in their own order. */
static void draw_classes(terminal *self, const live_view *view, const columns *of, int n_rows) {
  const r2nn_model *model = view->program->model;
  uint32_t best = 0;
  int n_shown = 0;
  for (uint32_t k = 0; k < model->n_classes; k++)
    if (view->scores[k] > view->scores[best]) best = k;
  for (uint32_t k = 0; k < model->n_classes && n_shown < n_rows; k++) {
    uint32_t n_above = 0;
    for (uint32_t i = 0; i < model->n_classes && n_above < (uint32_t)n_rows; i++)
      n_above += view->scores[i] > view->scores[k] || (i < k && !(view->scores[i] < view->scores[k]));
    if (n_above >= (uint32_t)n_rows) continue;
    draw_class(self, view, of, k, k == best && view->scores[k] > 0);
    n_shown++;
  }
}

/* What the columns hold, in a line of its own. */
static void draw_headings(terminal *self, const columns *of) {
  char text[64];
  put(self, "\033[2m");
  put_width(self, "class", of->name + 1 + of->bar);
  snprintf(text, sizeof text, "%*s%*s", SCORE_WIDTH, "score", COUNT_WIDTH, "heard");
  put(self, text);
  next_line(self);
}

static void draw_past(terminal *self, int n_rows) {
  char text[LINE_SIZE];
  for (int i = 0; i < n_rows && i < N_PAST && (uint32_t)i < self->n_past; i++) {
    const past *one = &self->past[(self->n_past - 1 - (uint32_t)i) % N_PAST];
    if (self->width >= 48)
      snprintf(text, sizeof text, "%10.3f %10.3f s  %.3f  %s", one->start_s, one->end_s, (double)one->score, one->class_name);
    else
      snprintf(text, sizeof text, "%8.2f %s", one->start_s, one->class_name);
    put(self, !one->is_known ? "\033[2m" : i == 0 ? "\033[1m" : "");
    put_width(self, text, self->width);
    next_line(self);
  }
}

static void draw_foot(terminal *self, const live_view *view) {
  char text[LINE_SIZE];
  const live_counters *n = &view->counters;
  snprintf(text, sizeof text,
           self->width >= 56 ? "%llu decisions, %llu unknown, %llu events, %llu xruns, %llu lost"
                             : "%llu heard %llu? %llu ev %llu xr %llu lost",
           (unsigned long long)n->n_decisions, (unsigned long long)n->n_unknown, (unsigned long long)n->n_events,
           (unsigned long long)n->n_xruns, (unsigned long long)n->n_lost_records);
  while (self->row < self->height - 2) next_line(self);
  put(self, self->alert[0] ? "\033[1;37;41m" : "\033[33m");
  put_width(self, self->alert[0] ? self->alert : message, self->width);
  next_line(self);
  put(self, "\033[2m");
  put_width(self, text, self->width);
  put(self, "\033[0m\033[J");
}

static bool draw(terminal *self, const live_view *view) {
  struct winsize size;
  bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  self->width = !is_known ? 80 : size.ws_col > 200 ? 200 : size.ws_col;
  self->height = !is_known || size.ws_row < 1 ? 24 : size.ws_row > MAX_ROWS ? MAX_ROWS : size.ws_row;
  self->row = 0;
  self->used = 0;
  put(self, "\033[H");
  columns of = divide(self->width, view->program->model);
  bool has_headings = self->height >= 16 && of.numbers > SCORE_WIDTH;
  int n_classes = (int)view->program->model->n_classes;
  int n_free = self->height - 4 - has_headings; /* without head and foot */
  int n_shown = n_free < 4 ? n_free : n_classes <= n_free - 4 ? n_classes : n_free > 8 ? n_free - n_free / 3 : n_free / 2;
  if (n_shown > n_classes) n_shown = n_classes;
  draw_head(self, view, &of);
  if (has_headings) draw_headings(self, &of);
  draw_classes(self, view, &of, n_shown);
  if (n_free - n_shown > 2) next_line(self);
  if (n_free - n_shown > 1) draw_past(self, self->height - 2 - self->row);
  if (self->height >= 4) draw_foot(self, view);
  return write_all(self->page, self->used);
}

static bool tick(void *sink, const live_view *view, r2nn_error *error) {
  terminal *self = sink;
  double now_s = progress_clock();
  if (now_s - self->drawn_s < redraw_s) return true;
  self->drawn_s = now_s;
  if (draw(self, view)) return true;
  r2nn_fail(error, R2NN_BAD_DATA, "the terminal is gone");
  return false;
}

/* What was said last stays readable. */
static r2nn_status close_terminal(void *sink, r2nn_error *error) {
  terminal *self = sink;
  (void)error;
  restore();
  interrupt_at_end(NULL);
  say_divert(NULL);
  if (message[0]) fprintf(stderr, "%s\n", message);
  free(self->page);
  free(self);
  return R2NN_OK;
}

const live_sink live_sink_terminal = {
    .name = "terminal", .open = open_terminal, .hear = hear, .tick = tick, .close = close_terminal};
