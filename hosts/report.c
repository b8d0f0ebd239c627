/* Shows how well a model decides, for people. */
#include "report.h"

#include "words.h"
#include "yield_show.h"

#include <math.h>

enum { MAX_TABLE = 40 /* classes; a larger confusion table is not readable */ };

report_class report_of_class(const r2nn_tally *tally, uint32_t index) {
  uint64_t n_true = 0, n_decided = 0, right = tally->confusion[(size_t)index * (tally->n_classes + 1) + index];
  for (uint32_t j = 0; j <= tally->n_classes; j++) n_true += tally->confusion[(size_t)index * (tally->n_classes + 1) + j];
  for (uint32_t i = 0; i < tally->n_classes; i++) n_decided += tally->confusion[(size_t)i * (tally->n_classes + 1) + index];
  return (report_class){n_true, n_decided ? (double)right / (double)n_decided : (double)NAN,
                        n_true ? (double)right / (double)n_true : (double)NAN};
}

static int name_width(const report *shown) {
  int width = 5;
  for (uint32_t i = 0; i < shown->tally->n_classes; i++)
    if (words_width(shown->classes[i]) > width) width = words_width(shown->classes[i]);
  return width;
}

static void put_share(FILE *to, double share) {
  if (isnan(share))
    fprintf(to, "  %8s", "-");
  else
    fprintf(to, "  %6.1f %%", 100 * share);
}

static void put_classes(FILE *to, const report *shown, int width) {
  fprintf(to, "\n      ");
  words_put(to, "class", width);
  fprintf(to, "  %6s  %8s  %9s\n", "clips", "recall", "precision");
  for (uint32_t i = 0; i < shown->tally->n_classes; i++) {
    report_class row = report_of_class(shown->tally, i);
    if (row.n_clips == 0 && isnan(row.precision)) continue;
    fprintf(to, "%4u  ", i + 1);
    words_put(to, shown->classes[i], width);
    fprintf(to, "  %6llu", (unsigned long long)row.n_clips);
    put_share(to, row.recall);
    put_share(to, row.precision);
    fputc('\n', to);
  }
}

/* Rows are true classes, columns what was decided, by the numbers of the table above. */
static void put_confusion(FILE *to, const report *shown, int width) {
  const r2nn_tally *tally = shown->tally;
  uint32_t n = tally->n_classes;
  uint64_t most = 0, unknown = 0;
  for (uint32_t i = 0; i < n; i++) {
    unknown += tally->confusion[(size_t)i * (n + 1) + n];
    for (uint32_t j = 0; j <= n; j++)
      most = tally->confusion[(size_t)i * (n + 1) + j] > most ? tally->confusion[(size_t)i * (n + 1) + j] : most;
  }
  if (n > MAX_TABLE) {
    fprintf(to, "\nThe confusion table of %u classes is in --format json.\n", n);
    return;
  }
  int cell = snprintf(NULL, 0, "%llu", (unsigned long long)most) + 2;
  if (cell < 4) cell = 4;
  fprintf(to, "\n      ");
  words_put(to, "true \\ decided", width > 14 ? width : 14);
  for (uint32_t j = 0; j < n; j++) fprintf(to, "%*u", cell, j + 1);
  fprintf(to, "%*s\n", unknown ? cell : 0, unknown ? "?" : "");
  for (uint32_t i = 0; i < n; i++) {
    if (report_of_class(tally, i).n_clips == 0) continue;
    fprintf(to, "%4u  ", i + 1);
    words_put(to, shown->classes[i], width > 14 ? width : 14);
    for (uint32_t j = 0; j < n + (unknown > 0); j++) {
      uint64_t count = tally->confusion[(size_t)i * (n + 1) + j];
      if (count)
        fprintf(to, "%*llu", cell, (unsigned long long)count);
      else
        fprintf(to, "%*s", cell, ".");
    }
    fputc('\n', to);
  }
  if (unknown) fprintf(to, "      (? is unknown)\n");
}

static void put_baselines(FILE *to, const r2nn_baselines *baselines) {
  fprintf(to, "\nbaselines on the same recordings\n");
  fprintf(to, "  no network, band energies   %6.2f %%\n", 100 * baselines->no_network);
  fprintf(to, "  untrained network           %6.2f %%\n", 100 * baselines->random);
  fprintf(to, "  uncoupled bank              %6.2f %%\n", 100 * baselines->bank);
  fprintf(to, "  perceptron, band energies   %6.2f %%\n", 100 * baselines->perceptron);
}

static void put_latency(FILE *to, const sweep *times) {
  fprintf(to, "\ndecided so long after the onset, without what follows\n");
  fprintf(to, "  %9s  %9s  %7s  %s\n", "time", "accuracy", "unknown", "clips that go on");
  for (uint32_t k = 0; k < times->n_points; k++) {
    const sweep_point *point = &times->points[k];
    fprintf(to, "  %7.4g s  %7.2f %%  %7llu  %llu of %llu\n", point->at, 100 * sweep_accuracy(point),
            (unsigned long long)point->n_unknown, (unsigned long long)point->n_cut, (unsigned long long)point->n_clips);
  }
}

static void put_noise(FILE *to, const sweep *levels) {
  fprintf(to, "\nbeside white noise\n");
  fprintf(to, "  %10s  %9s  %7s\n", "SNR", "accuracy", "unknown");
  for (uint32_t k = 0; k < levels->n_points; k++) {
    const sweep_point *point = &levels->points[k];
    if (isfinite(point->at))
      fprintf(to, "  %7.4g dB", point->at);
    else
      fprintf(to, "  %10s", "clean");
    fprintf(to, "  %7.2f %%  %7llu\n", 100 * sweep_accuracy(point), (unsigned long long)point->n_unknown);
  }
}

void report_text(FILE *to, const report *shown) {
  const r2nn_tally *tally = shown->tally;
  int width = name_width(shown);
  fprintf(to, "accuracy  %.2f %% of %llu clips", 100 * r2nn_tally_accuracy(tally), (unsigned long long)tally->n_clips);
  if (shown->by_window)
    fprintf(to, ", %.2f %% of %llu windows", 100 * r2nn_tally_window_accuracy(tally), (unsigned long long)tally->n_windows);
  fputc('\n', to);
  put_classes(to, shown, width);
  put_confusion(to, shown, width);
  if (shown->baselines) put_baselines(to, shown->baselines);
  if (shown->latency) put_latency(to, shown->latency);
  if (shown->noise) put_noise(to, shown->noise);
  if (shown->yield) yield_text(to, shown->yield);
  if (shown->realtime_factor > 0) fprintf(to, "\nspeed     %.0f times real time\n", shown->realtime_factor);
}
