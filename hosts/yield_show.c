/* Shows what a series of boards came to. */
#include "yield_show.h"

#include <math.h>

static void put_accuracy(FILE *to, const char *what, double accuracy) {
  if (accuracy < 0)
    fprintf(to, "  %-22s oscillates\n", what);
  else
    fprintf(to, "  %-22s %6.2f %%\n", what, 100 * accuracy);
}

static void put_parts(FILE *to, const yield_result *shown) {
  double total = 0;
  for (uint32_t i = 0; i < shown->n_parts; i++) total += shown->parts[i].loss;
  fprintf(to, "\nparts that matter most, of %u, by what their tolerance adds to the loss\n", shown->n_parts);
  fprintf(to, "  %-6s  %8s  %6s  %-18s  %s\n", "part", "loss", "share", "role", "makes");
  for (uint32_t i = 0; i < shown->n_parts && i < YIELD_SHOWN_PARTS; i++) {
    const yield_part *part = &shown->parts[i];
    fprintf(to, "  %-6s  %8.2e  %4.1f %%  %-18s  %s\n", part->name, part->loss, 100 * part->loss / total, part->role, part->path);
  }
}

void yield_text(FILE *to, const yield_result *shown) {
  fprintf(to, "\n%u boards, %s\n", shown->n_boards,
          shown->by_spectra ? "judged on spectra" : "every recording through every board's engine");
  put_accuracy(to, "as designed", shown->designed);
  put_accuracy(to, "parts of stock values", shown->stock);
  fprintf(to, "  %-22s %6.2f %% +- %.2f\n", "mean", 100 * shown->mean, 100 * shown->deviation);
  put_accuracy(to, "5 % are below", shown->quantile);
  fprintf(to, "  %-22s %6.2f %%  (board %u)\n", "worst", 100 * shown->least, shown->worst);
  fprintf(to, "  at least %-6.2f %%      %6.1f %% of the boards\n", 100 * shown->wanted, 100 * shown->share);
  if (shown->n_unstable) fprintf(to, "  %-22s %u, counted as 0 %%\n", "oscillate", shown->n_unstable);
  if (shown->n_parts) put_parts(to, shown);
}

json_t *yield_json(const yield_result *shown) {
  json_t *boards = json_array(), *parts = json_array();
  for (uint32_t i = 0; i < shown->n_boards; i++)
    json_array_append_new(boards, shown->accuracy[i] < 0 ? json_null() : json_real(shown->accuracy[i]));
  for (uint32_t i = 0; i < shown->n_parts; i++) {
    const yield_part *part = &shown->parts[i];
    json_array_append_new(parts, json_pack("{s:s, s:s, s:s, s:f, s:f}", "part", part->name, "makes", part->path, "role", part->role,
                                           "loss", part->loss, "slope", part->slope));
  }
  return json_pack("{s:i, s:b, s:f, s:o, s:f, s:f, s:f, s:f, s:i, s:f, s:f, s:i, s:o, s:o}", "boards", (int)shown->n_boards,
                   "by_spectra", shown->by_spectra, "designed", shown->designed, "stock",
                   shown->stock < 0 ? json_null() : json_real(shown->stock), "mean", shown->mean, "deviation", shown->deviation,
                   "quantile_5", shown->quantile, "worst", shown->least, "worst_board", (int)shown->worst, "wanted", shown->wanted,
                   "share", shown->share, "oscillating", (int)shown->n_unstable, "accuracy", boards, "parts", parts);
}
