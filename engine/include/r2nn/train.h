/* Training: recordings in memory become a model, with the honest baselines beside it (system.md §5).
 *
 * Nothing here opens a file, starts a thread or prints: the host loads clips, lends workers and shows progress. The result depends
 * on the data set, the specification and the seed alone, never on the number of threads. */
#ifndef R2NN_TRAIN_H
#define R2NN_TRAIN_H

#include "r2nn/engine.h"
#include "r2nn/model.h"
#include "r2nn/trim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which part of the data set a clip belongs to, by the manifest's split column. */
typedef enum r2nn_split { R2NN_SPLIT_NONE, R2NN_SPLIT_TRAIN, R2NN_SPLIT_TEST } r2nn_split;

/* One labelled recording. */
typedef struct r2nn_clip {
  float *samples;    /* [n_frames][n_channels] interleaved, volts, finite */
  uint64_t n_frames; /* >= 1 */
  double rate_hz;    /* R2NN_RATE_MIN .. R2NN_RATE_MAX */
  uint32_t label;    /* 0 .. n_classes-1 */
  uint32_t group;    /* 0 .. n_groups-1; without groups each clip is its own */
  r2nn_split split;
} r2nn_clip;

/* The recordings of a data set. */
typedef struct r2nn_dataset {
  uint32_t n_channels, n_classes, n_groups, n_clips;
  char **classes;   /* [n_classes] */
  char **groups;    /* [n_groups] names for messages */
  r2nn_clip *clips; /* [n_clips] */
  bool has_groups;  /* the groups came from the user */
} r2nn_dataset;

typedef enum r2nn_topology { R2NN_GRID, R2NN_FULL, R2NN_BANK, R2NN_N_TOPOLOGIES } r2nn_topology;

/* One stage asked for by --stage KIND:SIZE[@FMIN-FMAX][,q=Q][,law=LAW]; 0 or -1 means choose. */
typedef struct r2nn_stage_spec {
  r2nn_topology topology;
  uint32_t n_rows, n_cols; /* grid:RxC; full:N and bank:N use n_rows = N, n_cols = 1 */
  double fmin_hz, fmax_hz; /* 0 = choose from the data */
  double q;                /* 0 = choose */
  int law;                 /* r2nn_law, or -1 = identity */
} r2nn_stage_spec;

/* How a long run of training survives the end of the program. The text is JSON, for r2nn alone; a run that goes on from it, with
 * the same recordings and specification, ends with the same model, bit for bit, as one that was never interrupted. */
typedef struct r2nn_checkpoints {
  /* Is it time to write? Asked at the end of every pass over the recordings; main thread. */
  bool (*is_due)(void *context);
  /* Put text[size] where the next run finds it. Also called once when training was stopped. Main thread. */
  void (*write)(void *context, const char *text, size_t size);
  void *context;
  const char *text; /* [size] what an earlier run wrote, to go on from; NULL = train from the start */
  size_t size;
} r2nn_checkpoints;

/* What to train; r2nn_train_spec_default() fills it so that everything is chosen by validation inside the training part. */
typedef struct r2nn_train_spec {
  uint32_t n_stages; /* 0 = choose */
  r2nn_stage_spec stages[R2NN_MAX_STAGES];
  int head;               /* r2nn_head_kind, or -1 = choose */
  double window_s, hop_s; /* > 0: train and judge on windows; 0 = whole clips; hop 0 = window */
  uint32_t n_folds;       /* >= 2: cross-validation over groups; 0 = the split column, or a grouped part set aside */
  uint64_t seed;
  uint32_t n_epochs;                       /* 0 = choose */
  uint32_t n_starts;                       /* 0 = choose */
  double resistor_lo_ohm, resistor_hi_ohm; /* bounds on every resistor of the trained circuit; 1e3 .. 1e7 by default */
  double tolerance; /* 0 .. 0.2: standard deviation of every part, as a share of it, that training allows for */
  double strangers; /* 0 .. 1: sounds of no class that a cascade by event is trained with, as a share of the clips; -1 = choose */
  const r2nn_checkpoints *checkpoints; /* NULL = none */
} r2nn_train_spec;

r2nn_train_spec r2nn_train_spec_default(void);

/* Parse the text of a --stage option. R2NN_BAD_ARGUMENT says what is wrong and what would be right. */
r2nn_status r2nn_stage_spec_parse(const char *text, r2nn_stage_spec *spec, r2nn_error *error);

/* Told now and then, from the calling thread: what is being done and the share of all work done, 0..1. Return false to stop early:
 * what there is becomes the model (R2NN_OK). */
typedef bool (*r2nn_progress)(void *context, const char *what, double share);

/* Counts of decisions. One thread at a time. */
typedef struct r2nn_tally {
  uint32_t n_classes;
  uint64_t n_clips, n_clips_right;     /* a clip is decided by the sum of its windows' scores */
  uint64_t n_windows, n_windows_right; /* equal to the clips where there are no windows */
  uint64_t *confusion;                 /* by clip: [n_classes true][n_classes + 1 decided], the last column is unknown */
} r2nn_tally;

r2nn_status r2nn_tally_init(r2nn_tally *tally, uint32_t n_classes, r2nn_error *error);
void r2nn_tally_free(r2nn_tally *tally);
/* Add what one clip's decisions add up to. decided: 0 .. n_classes-1 or -1. */
void r2nn_tally_clip(r2nn_tally *tally, uint32_t label, int32_t decided, uint64_t n_windows, uint64_t n_windows_right);
void r2nn_tally_add(r2nn_tally *to, const r2nn_tally *from);
double r2nn_tally_accuracy(const r2nn_tally *tally);        /* by clip, 0..1; 0 when empty */
double r2nn_tally_window_accuracy(const r2nn_tally *tally); /* by window */

/* The vote of a stream of decisions for one clip: add every decision, then take the winner. */
typedef struct r2nn_vote {
  uint32_t n_classes;
  uint64_t n_windows, n_windows_right;
  double scores[R2NN_MAX_CLASSES]; /* sums */
  uint64_t n_unknown;
} r2nn_vote;
void r2nn_vote_begin(r2nn_vote *vote, uint32_t n_classes);
/* label: the true class in the model's numbering, or -1. */
void r2nn_vote_add(r2nn_vote *vote, const r2nn_decision *decision, int32_t label);
/* The class with the largest sum, or -1 when there was no decision or all were unknown. */
int32_t r2nn_vote_winner(const r2nn_vote *vote);

/* The four honest baselines of system.md §5, accuracies 0..1 by window (by clip without windows) on the same split. */
typedef struct r2nn_baselines {
  double no_network; /* band energies of the raw input into the same head */
  double random;     /* the same network untrained, same head */
  double bank;       /* uncoupled resonators trained alike, same head */
  double perceptron; /* multiclass perceptron on the raw band energies */
} r2nn_baselines;

/* What came out, for printing. */
typedef struct r2nn_train_report {
  r2nn_tally tally;         /* on the test split, the validation part, or summed over the folds */
  r2nn_baselines baselines; /* on the same */
  char split[64];           /* "test", "validation (20 % of the groups)", "5 folds over groups" */
  char choice[512];         /* what was chosen and why, one line */
  uint32_t n_train_clips, n_test_clips;
} r2nn_train_report;
void r2nn_train_report_free(r2nn_train_report *report);

/* Train and judge. *model is new and the caller's; it carries its evaluation and training notes. report may be NULL.
 * R2NN_BAD_DATA: one class only, a class without a training clip, a group in both splits, too few groups for the folds, clips too
 * short for the window, a checkpoint that is damaged or belongs to other recordings or options. R2NN_BAD_ARGUMENT: too few outputs
 * for the energy head, that head behind the law log, or a tolerance or strangers out of range. Main thread. */
r2nn_status r2nn_train(const r2nn_dataset *dataset, const r2nn_train_spec *spec, const r2nn_workers *workers,
                       r2nn_progress progress, void *progress_context, r2nn_model **model, r2nn_train_report *report,
                       r2nn_error *error);

/* The baselines for an existing model on a data set with both splits: its head kind and size, trained on the train clips, judged on
 * the test clips. Errors as r2nn_train. */
r2nn_status r2nn_train_baselines(const r2nn_dataset *dataset, const r2nn_model *model, double window_s, double hop_s,
                                 const r2nn_workers *workers, r2nn_progress progress, void *progress_context,
                                 r2nn_baselines *baselines, r2nn_error *error);

/* What a network adds over a readout that has none: features of no network (band energies of the raw input), of an untrained one of
 * the same layout, and of the model's own, each into heads of rising power, all trained on the train clips and judged on the test
 * clips (second paper, V). */
typedef enum r2nn_contributor { R2NN_IDENTITY, R2NN_UNTRAINED, R2NN_TRAINED, R2NN_N_CONTRIBUTORS } r2nn_contributor;
enum { R2NN_CONTRIBUTION_HEADS = 4 };
extern const r2nn_head_kind r2nn_contribution_heads[R2NN_CONTRIBUTION_HEADS]; /* centroid, perceptron, npml, mlp */

typedef struct r2nn_contribution {
  double accuracy[R2NN_N_CONTRIBUTORS][R2NN_CONTRIBUTION_HEADS]; /* 0..1, by window (by clip without windows) */
  uint32_t n_features[R2NN_N_CONTRIBUTORS];
  uint32_t n_train_clips, n_test_clips, n_test_rows; /* rows: windows, or clips */
} r2nn_contribution;

/* Heads have hidden nodes as the recipe of such a model says, 24 if it has none. Errors as r2nn_train_baselines. Main thread. */
r2nn_status r2nn_train_contribution(const r2nn_dataset *dataset, const r2nn_model *model, double window_s, double hop_s,
                                    const r2nn_workers *workers, r2nn_progress progress, void *progress_context,
                                    r2nn_contribution *contribution, r2nn_error *error);

/* Features of clips as something else than the model's own first stage gave them: a board. */
typedef struct r2nn_refit_rows {
  uint32_t n_rows;
  double *features; /* [n_rows][n_features] */
  uint32_t *clips;  /* [n_rows] number of the clip in the data set; a clip may have several rows, or none */
} r2nn_refit_rows;

typedef struct r2nn_refit_report {
  double before, after; /* accuracies 0..1 by clip, of the model's own head and of a new one, on the same clips */
  uint32_t n_judged;
  bool by_test;   /* the test split was judged; otherwise all clips */
  char split[64]; /* "test", "5 folds over groups" */
} r2nn_refit_report;

/* The model with its head trained anew, as large as before, on rows of a data set's clips (their samples are not looked at; the
 * classes are the model's). Judged by n_folds >= 2 folds over groups, or with 0 on the test split, or by 5 folds where there is
 * none; the head that is returned has learned from the train split, or with folds from all. An energy head, which has nothing to
 * train, stays. Novelty is dropped: it was of other features. R2NN_BAD_DATA: a class without rows, fewer groups than folds;
 * R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_train_refit(const r2nn_model *model, const r2nn_dataset *dataset, const r2nn_refit_rows *rows, uint32_t n_folds,
                             uint64_t seed, r2nn_model **refitted, r2nn_refit_report *report, r2nn_error *error);

/* Where to turn the trimmers of a board: they and a head of the model's kind are trained together by the adjoint on the train split
 * (on all clips where there is no test), with nothing else free and no trimmer beyond its ends. board is what the board was found
 * to be with its trimmers at set_ohm; then set_ohm is where they are to be turned. *trained, new and the caller's, is the board as
 * it then should be, with a head trained on what the engine makes of it; its novelty is dropped. *expected: how many clips of the
 * test split it decides right, 0..1, NaN without one. R2NN_BAD_ARGUMENT: not one linear stage on spectra (r2nn/jury.h says which
 * are); R2NN_BAD_DATA: a class without a clip, a trim that the board does not have; R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_train_trims(const r2nn_model *board, const r2nn_dataset *dataset, uint64_t seed, const r2nn_workers *workers,
                             r2nn_progress progress, void *progress_context, r2nn_trim *trims, uint32_t n_trims,
                             r2nn_model **trained, double *expected, r2nn_error *error);

#ifdef __cplusplus
}
#endif
#endif
