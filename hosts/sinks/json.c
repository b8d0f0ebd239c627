/* Decisions as JSON, one object a line, by jansson. */
#include "sinks/sink.h"

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

static void event(FILE *to, const r2nn_model *model, int file_width, const sink_event *shown) {
  (void)file_width;
  json_t *scores = json_object();
  for (uint32_t i = 0; i < model->n_classes; i++) json_object_set_new(scores, model->classes[i], rounded((double)shown->scores[i]));
  json_t *line = json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o}", "file", any_text(shown->file), "start_s", rounded(shown->start_s),
                           "end_s", rounded(shown->end_s), "class", shown->class_name, "score", rounded(shown->score), "margin",
                           rounded(shown->margin), "scores", scores);
  if (line) json_dumpf(line, to, JSON_REAL_PRECISION(14));
  json_decref(line);
  fputc('\n', to);
}

const sink sink_json = {"json", begin, event};
