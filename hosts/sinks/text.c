/* Decisions as a table for people. */
#include "live/sink.h"
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

static void notice(FILE *to, const live_event *told) {
  const live_counters *n = &told->view->counters;
  if (told->kind == LIVE_EVENT_ALERT)
    fprintf(to, "%s  %10.3f  alert: %s %s\n", told->view->source, told->time_s, told->alert->class_name,
            told->alert->is_raised ? "raised" : "cleared");
  if (told->kind == LIVE_EVENT_HEARTBEAT)
    fprintf(to, "%s  %10.3f  alive: %llu decisions, %llu events, %llu xruns, %llu frames lost\n", told->view->source, told->time_s,
            (unsigned long long)n->n_decisions, (unsigned long long)n->n_events, (unsigned long long)n->n_xruns,
            (unsigned long long)n->n_lost_frames);
}

const sink sink_text = {"text", begin, event, notice};
