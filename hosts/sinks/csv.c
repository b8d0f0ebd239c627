/* Decisions as CSV with a header line, by libcsv. */
#include "sinks/sink.h"

#include <csv.h>
#include <string.h>

/* Quotes only where they are needed. */
static void put(FILE *to, const char *text) {
  if (strpbrk(text, ",\"\r\n"))
    csv_fwrite(to, text, strlen(text));
  else
    fputs(text, to);
}

static void begin(FILE *to, const r2nn_model *model, int file_width) {
  (void)file_width;
  fputs("file,start_s,end_s,class,score,margin", to);
  for (uint32_t i = 0; i < model->n_classes; i++) {
    char name[512];
    snprintf(name, sizeof name, "scores_%s", model->classes[i]);
    fputc(',', to);
    put(to, name);
  }
  fputc('\n', to);
}

static void event(FILE *to, const r2nn_model *model, int file_width, const sink_event *shown) {
  (void)file_width;
  put(to, shown->file);
  fprintf(to, ",%.6f,%.6f,", shown->start_s, shown->end_s);
  put(to, shown->class_name);
  fprintf(to, ",%.6f,%.6f", shown->score, shown->margin);
  for (uint32_t i = 0; i < model->n_classes; i++) fprintf(to, ",%.6f", (double)shown->scores[i]);
  fputc('\n', to);
}

const sink sink_csv = {"csv", begin, event, NULL};
