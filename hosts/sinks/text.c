/* Decisions as a table for people. */
#include "sinks/sink.h"
#include "words.h"

/* Wide enough for every class. */
static int class_width(const r2nn_model *model) {
  int width = words_width("unknown");
  for (uint32_t i = 0; i < model->n_classes; i++)
    if (words_width(model->classes[i]) > width) width = words_width(model->classes[i]);
  return width < 40 ? width : 40;
}

static void begin(FILE *to, const r2nn_model *model, int file_width) {
  fprintf(to, "%-*s  %10s  %10s  %-*s  %5s  %6s\n", file_width, "file", "start", "end", class_width(model), "class", "score",
          "margin");
}

static void event(FILE *to, const r2nn_model *model, int file_width, const sink_event *shown) {
  words_put(to, shown->file, file_width);
  fprintf(to, "  %10.3f  %10.3f  ", shown->start_s, shown->end_s);
  words_put(to, shown->class_name, class_width(model));
  fprintf(to, "  %5.3f  %6.3f\n", shown->score, shown->margin);
}

const sink sink_text = {"text", begin, event};
