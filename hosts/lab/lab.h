/* What the experiments of the lab share: options, data, parallel runs, and how results go out. */
#ifndef HOSTS_LAB_LAB_H
#define HOSTS_LAB_LAB_H

#include "lab/result.h"
#include "options.h"
#include "r2nn/lab.h"
#include "settings.h"
#include "workers.h"

enum { LAB_MOST_DATA = 24, LAB_MOST_SEEDS = 10000 };

/* All that the experiments' options can say. What an experiment does not list in its table keeps its default. */
typedef struct lab_options {
  settings common;
  uint32_t n_seeds; /* 0 = the experiment's */
  bool quick;
  uint32_t n_data;
  const char *data[LAB_MOST_DATA], *tables, *class_column;
  const char *graph; /* NULL = the experiment's */
  r2nn_lab_learning learning;
  uint32_t n_epochs, n_updates; /* 0 = the experiment's */
  double slope, matrix[4];
  r2nn_lab_job job; /* of the methods */
  bool has_steps, has_starts, has_lambda;
  r2nn_lab_stage stage;
  r2nn_part_model parts;
  const char *operand[2]; /* of experiments that have some */
} lab_options;

enum {
  OPTION_SEEDS = OPTION_OWN,
  OPTION_QUICK,
  OPTION_DATA,
  OPTION_TABLES,
  OPTION_CLASS,
  OPTION_GRAPH,
  OPTION_RULE,
  OPTION_BIAS,
  OPTION_ETA,
  OPTION_LEVELS,
  OPTION_EPOCHS,
  OPTION_UPDATES,
  OPTION_SLOPE,
  OPTION_MATRIX,
  OPTION_STEPS,
  OPTION_STARTS,
  OPTION_BATCH,
  OPTION_RATE,
  OPTION_HIDDEN,
  OPTION_LAMBDA,
  OPTION_EVEN,
  OPTION_BELL,
  OPTION_OUTPUTS,
  OPTION_READING,
  OPTION_LAST,
  OPTION_R1,
  OPTION_R2,
  OPTION_R3,
  OPTION_LOAD,
  OPTION_OPAMP
};

/* Lines for the experiments' option tables. */
#define LAB_SHARED(seeds)                                                                                                          \
  SETTING_OUTPUT("DIR", "write results.json, tables (CSV) and pictures (SVG) into this new folder"),                               \
      {"force", 'f', OPTION_FORCE, NULL, "overwrite the files of a folder that is there"},                                         \
      SETTING_FORMAT("text or json: what is shown (text)"),                                                                        \
      {"seeds", 'n', OPTION_SEEDS, "N", "runs with other random numbers: seeds 0 to N-1 (" seeds ")"},                             \
      {"quick", '\0', OPTION_QUICK, NULL, "fewer seeds and shorter runs, for a first look"}, SETTING_JOBS, SETTING_QUIET
#define LAB_DATA(which)                                                                                                            \
  {"data", 'd', OPTION_DATA, "NAME|FILE.csv",                                                                                      \
   "a data set, may be repeated: a made one (circles, yin-yang, moons, blobs, xor, line), a table, a file (" which ")"},           \
      {"tables", '\0', OPTION_TABLES, "DIR", "where iris.csv and the other tables are"}, {                                         \
    "class", '\0', OPTION_CLASS, "COLUMN", "the column that holds the class (the one called class, else the last)"                 \
  }
#define LAB_GRAPH(which)                                                                                                           \
  { "graph", 'g', OPTION_GRAPH, "NAME|FILE", "paper, periodic, grid:RxC, ws:NODES[,DEGREE[,REWIRED]] or a file (" which ")" }
#define LAB_RULE                                                                                                                   \
  { "rule", 'r', OPTION_RULE, "RULE", "rule8, rule9, rule10, rule9-inverted or rule10-inverted (rule8)" }
#define LAB_LEARNING                                                                                                               \
  {"bias", '\0', OPTION_BIAS, "V", "bias b of rule 9 (0)"},                                                                        \
      {"eta", '\0', OPTION_ETA, "SHARE", "clamped: so far towards what is wanted (0.5)"}, {                                        \
    "levels", '\0', OPTION_LEVELS, "N", "values that a resistor has (128)"                                                         \
  }
#define LAB_LAYERS(steps)                                                                                                          \
  {"steps", '\0', OPTION_STEPS, "N", "steps of Adam (" steps ")"},                                                                 \
      {"starts", '\0', OPTION_STARTS, "N", "starts, of which the lowest training loss stays (4)"},                                 \
      {"batch", '\0', OPTION_BATCH, "N", "rows a step, 0 = all (256)"},                                                            \
      {"rate", '\0', OPTION_RATE, "X", "first step of Adam (0.1)"},                                                                \
      {"hidden", '\0', OPTION_HIDDEN, "N,N", "nodes of the hidden layers (5,4)"}, {                                                \
    "bell", '\0', OPTION_BELL, "LAW", "law with both slopes: shifted exp(-(z-1)^2), bell exp(-z^2) (shifted)"                      \
  }

/* Defaults of everything. */
lab_options lab_options_default(void);
/* An options_set for lab_options. */
bool lab_options_take(void *self, int code, const char *argument, r2nn_error *error);

/* One run of an experiment. */
typedef struct lab_run {
  lab_options *options;
  workers *pool;
  lab_result result;
} lab_run;

/* Do n tasks on the pool, with progress. Of those that fail the first by its number tells why. */
typedef r2nn_status (*lab_task)(void *context, uint32_t index, r2nn_error *error);
r2nn_status lab_run_tasks(lab_run *run, const char *what, uint32_t n, lab_task task, void *context, r2nn_error *error);

/* The sets asked for, or those of names (NULL at the end); *data is malloc'ed. */
r2nn_status lab_run_data(const lab_run *run, const char *const *names, r2nn_lab_data **data, uint32_t *n, r2nn_error *error);
void lab_data_list_free(r2nn_lab_data *data, uint32_t n);

/* The one set asked for, or the one called usual. R2NN_BAD_ARGUMENT: several are asked for. Free it by r2nn_lab_data_free(). */
r2nn_status lab_run_set(const lab_run *run, const char *usual, r2nn_lab_data *data, r2nn_error *error);

/* A number that the user gave, 0 = none: then the one for --quick, or the usual one. */
uint32_t lab_number(const lab_run *run, uint32_t asked, uint32_t quick, uint32_t usual);

/* A graph by name or of a file. */
r2nn_status lab_graph_load(const char *name, uint64_t seed, r2nn_lab_graph *graph, r2nn_error *error);

/* Mean and standard deviation (of the sample; one value: 0) of values. */
typedef struct lab_spread {
  double mean, std;
} lab_spread;
lab_spread lab_spread_of(const double *values, uint32_t n);

/* Read a command line, do an experiment, show and write what it found; the exit code. n_operands: how many there must be. */
typedef r2nn_status (*lab_work)(lab_run *run, r2nn_error *error);
int lab_main(const command *of, int argc, char **argv, uint32_t n_operands, lab_work work);

extern const command lab_linear, lab_rules, lab_size, lab_resistor, lab_table1, lab_jumps, lab_table2, lab_negative,
    lab_contribution;

#endif
