/* Decisions as an Audacity label track: start, end, "class score". */
#include "sinks/sink.h"

static void begin(FILE *to, const r2nn_model *model, int file_width) {
  (void)to, (void)model, (void)file_width;
}

static void event(FILE *to, const r2nn_model *model, int file_width, const sink_event *shown) {
  (void)model, (void)file_width;
  fprintf(to, "%.6f\t%.6f\t%s %.3f\n", shown->start_s, shown->end_s, shown->class_name, shown->score);
}

const sink sink_audacity = {"audacity", begin, event, NULL};
