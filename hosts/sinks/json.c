/* Decisions as JSON, one object a line, by jansson. */
#include "live/sink.h"

#include <jansson.h>
#include <math.h>

static void begin(FILE *to, const r2nn_model *model, int file_width) {
  (void)to, (void)model, (void)file_width;
}

/* To a millionth: floats carry no more. */
static json_t *rounded(double value) {
  return json_real(round(value * 1e6) / 1e6);
}

/* File names need not be UTF-8; JSON must be: what is not is shown as '?'. */
static json_t *any_text(const char *text) {
  json_t *whole = json_string(text);
  if (whole) return whole;
  char plain[4096];
  size_t n = 0;
  for (; text[n] && n + 1 < sizeof plain; n++) plain[n] = (unsigned char)text[n] < 0x80 ? text[n] : '?';
  plain[n] = '\0';
  return json_string(plain);
}

/* Write and free a line. */
static void put(FILE *to, json_t *line) {
  if (line) json_dumpf(line, to, JSON_REAL_PRECISION(14));
  json_decref(line);
  fputc('\n', to);
}

static void event(FILE *to, const r2nn_model *model, int file_width, const sink_event *shown) {
  (void)file_width;
  json_t *scores = json_object();
  for (uint32_t i = 0; i < model->n_classes; i++) json_object_set_new(scores, model->classes[i], rounded((double)shown->scores[i]));
  json_t *line = json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o}", "file", any_text(shown->file), "start_s", rounded(shown->start_s),
                           "end_s", rounded(shown->end_s), "class", shown->class_name, "score", rounded(shown->score), "margin",
                           rounded(shown->margin), "scores", scores);
  if (shown->live) {
    json_object_set_new(line, "time_s", rounded(shown->live->time_s));
    json_object_set_new(line, "unix_s", rounded(shown->live->unix_s));
    json_object_set_new(line, "level_db", rounded((double)shown->live->level_db));
  }
  put(to, line);
}

static json_t *whole(uint64_t count) {
  return json_integer((json_int_t)count);
}

/* {"alert": CLASS, "raised": true, ...} or {"heartbeat": {counters}, ...}. */
static void notice(FILE *to, const live_event *told) {
  const live_counters *n = &told->view->counters;
  json_t *line = NULL;
  if (told->kind == LIVE_EVENT_ALERT)
    line = json_pack("{s:s, s:b, s:o}", "alert", told->alert->class_name, "raised", told->alert->is_raised, "hold_s",
                     rounded(told->alert->hold_s));
  if (told->kind == LIVE_EVENT_HEARTBEAT)
    line = json_pack("{s:{s:o, s:o, s:o, s:o, s:o, s:o, s:o}}", "heartbeat", "decisions", whole(n->n_decisions), "unknown",
                     whole(n->n_unknown), "events", whole(n->n_events), "models", whole(n->n_swaps), "xruns", whole(n->n_xruns),
                     "lost_frames", whole(n->n_lost_frames), "lost_records", whole(n->n_lost_records));
  if (!line) return;
  json_object_set_new(line, "file", any_text(told->view->source));
  json_object_set_new(line, "time_s", rounded(told->time_s));
  json_object_set_new(line, "unix_s", rounded(told->unix_s));
  put(to, line);
}

const sink sink_json = {"json", begin, event, notice};
