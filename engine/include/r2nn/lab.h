/* The lab: the physical learning systems of the second paper (lab.md), from resistor networks that learn by local rules to layers
 * of nodes with signed conductances, and the readouts that they are to be judged beside.
 *
 * Pure computation: nothing here opens a file, starts a thread or prints. Every function may run on any thread, several at once on
 * data that they only read, and gives the same result for the same seed. */
#ifndef R2NN_LAB_H
#define R2NN_LAB_H

#include "r2nn/circuit.h"

#ifdef __cplusplus
extern "C" {
#endif

#define R2NN_LAB_MAX_NODES    1000u
#define R2NN_LAB_MAX_EDGES    20000u
#define R2NN_LAB_MAX_LEVELS   1000000u
#define R2NN_LAB_MAX_CLASSES  64u
#define R2NN_LAB_MAX_FEATURES 256u
#define R2NN_LAB_MAX_ROWS     1000000u

/* ---- Data: rows of features with a class ---- */

typedef struct r2nn_lab_data {
  char name[64]; /* for messages */
  uint32_t n_rows, n_features, n_classes;
  double *x;       /* [n_rows][n_features], finite */
  uint32_t *label; /* [n_rows] 0 .. n_classes-1 */
} r2nn_lab_data;

/* Room for so many rows, all 0. R2NN_NO_MEMORY. */
r2nn_status r2nn_lab_data_init(r2nn_lab_data *data, uint32_t n_rows, uint32_t n_features, uint32_t n_classes, r2nn_error *error);
void r2nn_lab_data_free(r2nn_lab_data *data);

/* The sets that are made and not measured, NULL at the end: "circles" (two, the inner half as large, noise 0.05), "yin-yang"
 * (L. Kriener and others 2021: x, y, 1-x, 1-y; radii 0.5 and 0.1; three classes of equal size), "moons", "blobs", "xor" and "line"
 * (above and below a line, the paper's Fig. 4). */
extern const char *const r2nn_lab_made[];

/* Make one of them with n_rows points, 0 = as many as are usual. R2NN_BAD_ARGUMENT: no such name; R2NN_NO_MEMORY. */
r2nn_status r2nn_lab_data_make(const char *name, uint32_t n_rows, uint64_t seed, r2nn_lab_data *data, r2nn_error *error);

/* Which rows of each class train: a share of them drawn at random, or a number of them, the first, the last, or drawn. */
typedef enum r2nn_lab_pick { R2NN_LAB_FIRST, R2NN_LAB_LAST, R2NN_LAB_RANDOM, R2NN_LAB_N_PICKS } r2nn_lab_pick;
extern const char *const r2nn_lab_pick_names[R2NN_LAB_N_PICKS];

typedef struct r2nn_lab_split {
  r2nn_lab_pick pick;
  uint32_t n_each; /* training rows a class; 0: share of them */
  double share;    /* 0..1, when n_each is 0 */
  bool scale_all;  /* min-max scaling to 0..1 over all rows, not over the training rows alone */
  uint64_t seed;
} r2nn_lab_split;

/* Split into a training and a test part, features scaled to 0..1 (a feature that does not vary: 0). R2NN_BAD_DATA: a class has too
 * few rows; R2NN_NO_MEMORY. */
r2nn_status r2nn_lab_data_split(const r2nn_lab_data *data, const r2nn_lab_split *split, r2nn_lab_data *train, r2nn_lab_data *test,
                                r2nn_error *error);

/* ---- Resistor networks (lab.md, "Linear resistor networks") ---- */

/* The drop along an edge is V_a - V_b. */
typedef struct r2nn_lab_edge {
  uint32_t a, b;
} r2nn_lab_edge;

typedef struct r2nn_lab_graph {
  uint32_t n_nodes, n_edges;
  r2nn_lab_edge *edges; /* [n_edges] */
  uint32_t *numbers;    /* [n_nodes] what the nodes are called outside */
} r2nn_lab_graph;

/* A graph by its name: "paper" (3x3 with the wraps 1-3, 7-9, 1-7, 3-9: 16 edges), "periodic" (3x3, 18 edges), "grid:RxC",
 * "ws:NODES[,DEGREE[,REWIRED]]" (Watts and Strogatz 1998, connected, drawn from seed; 4, 0.1). Nodes are numbered from 1.
 * R2NN_BAD_ARGUMENT says what names there are. */
r2nn_status r2nn_lab_graph_make(const char *name, uint64_t seed, r2nn_lab_graph *graph, r2nn_error *error);
/* Of edges between nodes of any numbers, [n_edges][2]. R2NN_BAD_ARGUMENT: an edge from a node to itself, or parts that do not
 * hang together. */
r2nn_status r2nn_lab_graph_of(uint32_t n_edges, const uint32_t *ends, r2nn_lab_graph *graph, r2nn_error *error);
void r2nn_lab_graph_free(r2nn_lab_graph *graph);

/* The graph of a text {"edges": [[1,2], ...]}. R2NN_BAD_ARGUMENT names the first wrong field. */
r2nn_status r2nn_lab_graph_parse(const char *text, size_t size, r2nn_lab_graph *graph, r2nn_error *error);

/* A local rule of learning: does the resistance of an edge rise (else it falls) by one level? Drops in V, free and clamped, and the
 * bias b of appendix A. One small function a rule: a new one is a line in rules.c. */
typedef struct r2nn_lab_rule {
  const char *name, *formula;
  bool (*rises)(double free_v, double clamped_v, double bias_v);
} r2nn_lab_rule;

extern const r2nn_lab_rule r2nn_lab_rules[];
extern const uint32_t r2nn_lab_n_rules;
/* The rule of a name, or NULL. */
const r2nn_lab_rule *r2nn_lab_rule_find(const char *name);

/* One network with what is applied to it, as NET.json has it. */
typedef struct r2nn_lab_problem {
  r2nn_lab_graph graph;
  uint32_t n_levels; /* R = level Rmax / n_levels */
  uint32_t *levels;  /* [n_edges] 1 .. n_levels */
  uint32_t n_fixed, n_targets;
  uint32_t *fixed;   /* [n_fixed] inputs and references, node indices */
  double *fixed_v;   /* [n_fixed] */
  uint32_t *targets; /* [n_targets] node indices */
  double *target_v;  /* [n_targets] what is wanted there */
  double eta;        /* clamped: V_free + eta (V_wanted - V_free) */
  double bias_v;     /* b of rule 9 */
} r2nn_lab_problem;

/* {"edges": [[1,2], ...], "levels": [...], "n_levels": 128, "inputs": {"3": 0.7}, "reference": {"5": 0}, "target": {"1": 0.4},
 * "eta": 0.5, "bias": 0}. Without levels all are in the middle. R2NN_BAD_ARGUMENT names the first wrong field by its path. */
r2nn_status r2nn_lab_problem_parse(const char *text, size_t size, r2nn_lab_problem *problem, r2nn_error *error);
void r2nn_lab_problem_free(r2nn_lab_problem *problem);

/* Node voltages v[n_nodes] with some nodes fixed: L_II V_I = -L_IB V_B, by Cholesky. R2NN_NO_MEMORY. */
r2nn_status r2nn_lab_voltages(const r2nn_lab_problem *problem, bool clamped, double *v, r2nn_error *error);

/* The answer as JSON: {"v_free": {...}, "v_clamped": {...}, "drop_free": [...], "drop_clamped": [...], "update": {RULE: [1, -1,
 * ...]}}. malloc'ed; the caller frees it. */
r2nn_status r2nn_lab_problem_answer(const r2nn_lab_problem *problem, char **json, r2nn_error *error);

/* The network as a circuit of resistors, 1 kohm the largest, and held nodes, for ngspice; nets are v<number>, probes all nodes in
 * the graph's order. */
r2nn_status r2nn_lab_problem_circuit(const r2nn_lab_problem *problem, bool clamped, r2nn_circuit **circuit, r2nn_error *error);

/* How a network learns. */
typedef struct r2nn_lab_learning {
  const r2nn_lab_rule *rule;
  double bias_v, eta;
  uint32_t n_levels;
  uint64_t seed;
} r2nn_lab_learning;

/* A linear task (III.1): outputs that are to be a matrix times the inputs, which are uniform in 0..1 V. */
typedef struct r2nn_lab_linear_def {
  const r2nn_lab_graph *graph;
  r2nn_lab_learning learning;
  uint32_t n_inputs, n_outputs, reference; /* reference: the node at 0 V */
  uint32_t inputs[8], outputs[8];          /* node indices */
  double matrix[64];                       /* [n_outputs][n_inputs] wanted; unless */
  bool feasible;                           /* it is that of a network with levels drawn at random */
  uint32_t n_updates, n_points;            /* points: how often the error is looked at, evenly */
} r2nn_lab_linear_def;

typedef struct r2nn_lab_linear_result {
  double *error;    /* [n_points + 1] mean squared error over inputs and outputs, V^2, exactly */
  double last;      /* its mean over the last tenth of the points */
  double reachable; /* the least that resistances without steps, in the same range, were found to reach */
} r2nn_lab_linear_result;

/* R2NN_BAD_ARGUMENT, R2NN_NO_MEMORY. */
r2nn_status r2nn_lab_linear(const r2nn_lab_linear_def *def, r2nn_lab_linear_result *result, r2nn_error *error);
void r2nn_lab_linear_free(r2nn_lab_linear_result *result);

/* Classes told apart by a resistor network and the L2 readout (appendices B and C): a node a feature and a class, and one at 0 V,
 * drawn at random. */
typedef struct r2nn_lab_flow_def {
  const r2nn_lab_graph *graph;
  r2nn_lab_learning learning;
  bool follow; /* wanted voltages, the classes' mean outputs, are renewed every epoch; else those of epoch 0 stay */
  uint32_t n_epochs;
} r2nn_lab_flow_def;

typedef struct r2nn_lab_flow_result {
  double *accuracy;  /* [n_epochs + 1] on the test part */
  double no_network; /* the same readout on the features themselves */
  double same_sign;  /* share of edges and updates whose two drops have one sign */
} r2nn_lab_flow_result;

/* R2NN_BAD_ARGUMENT: the graph has too few nodes. */
r2nn_status r2nn_lab_flow(const r2nn_lab_flow_def *def, const r2nn_lab_data *train, const r2nn_lab_data *test,
                          r2nn_lab_flow_result *result, r2nn_error *error);
void r2nn_lab_flow_free(r2nn_lab_flow_result *result);

/* ---- Readouts and layers (lab.md, "Readouts", "Physical nonlinear networks") ---- */

/* How a node makes its voltage z of its inputs v (a constant 1 V among them) and conductances g. */
typedef enum r2nn_lab_node {
  R2NN_LAB_SUM,       /* sum g v: ordinary machine learning */
  R2NN_LAB_KIRCHHOFF, /* sum g v / sum g: eq. 6 */
  R2NN_LAB_GROUNDED,  /* sum g v / S, S = exp(q) > 0 for every q: what is missing between S and sum g goes to ground. Ours. */
  R2NN_LAB_N_NODES
} r2nn_lab_node;

/* What hidden nodes put out. */
typedef enum r2nn_lab_law {
  R2NN_LAB_LOGISTIC,  /* s(z) = 1 / (1 + exp(-z)) */
  R2NN_LAB_EVEN,      /* 2 s(|z|) - 1 */
  R2NN_LAB_EVEN_HALF, /* s(|z|) */
  R2NN_LAB_BELL,      /* exp(-z^2): monotone for z >= 0 */
  R2NN_LAB_SHIFTED,   /* exp(-(z - 1)^2): with both slopes for z >= 0 */
  R2NN_LAB_N_LAWS
} r2nn_lab_law;

/* What weights are bounded by (appendix D). */
typedef enum r2nn_lab_bound {
  R2NN_LAB_FREE,
  R2NN_LAB_TANH, /* -1..1 */
  R2NN_LAB_UNIT, /* 0..1 */
  R2NN_LAB_EXP,  /* 0..infinity */
  R2NN_LAB_N_BOUNDS
} r2nn_lab_bound;

/* Layers of nodes. */
typedef struct r2nn_lab_layers_def {
  r2nn_lab_node hidden, output;
  r2nn_lab_law law;
  r2nn_lab_bound bound;
  double lambda;     /* of eq. 7: lambda sum (S-1)^2 over nodes by eq. 6 */
  uint32_t n_hidden; /* layers, 0..4 */
  uint32_t sizes[4]; /* nodes of each */
} r2nn_lab_layers_def;

/* How layers are trained: Adam with a cosine decay on softmax cross-entropy; of several starts the one with the lowest training
 * loss stays. */
typedef struct r2nn_lab_training {
  uint32_t n_starts, n_steps, n_batch; /* batch: rows a step, 0 = all */
  double rate;                         /* the first start's; the others' are half and twice it by turns */
} r2nn_lab_training;

/* What every method is given. */
typedef struct r2nn_lab_job {
  const r2nn_lab_data *train, *test;
  uint64_t seed;
  r2nn_lab_training training;
  double lambda;        /* npml */
  r2nn_lab_node output; /* spml's output nodes: by eq. 6 or a plain sum */
  r2nn_lab_law even;    /* spml's hidden nodes */
  r2nn_lab_law bell;    /* table 2's laws with both slopes */
  uint32_t reading;     /* linear: index into r2nn_lab_readings */
  bool last;            /* mcp: the last weights, not their mean */
  uint32_t n_hidden, sizes[4];
} r2nn_lab_job;

/* The settings of the paper, and ours where it is silent. lambda and rate: npml, six splits of circles and yin-yang, 100 and 92.8 %
 * with 1 and 0.1, 99.9 and 86.5 % with 1 and 0.03, 100 and 96.3 % with 0.3 and 0.1 (six starts); with 0.1 and 0.1 it misses circles
 * in some splits. train and test are the caller's. */
r2nn_lab_job r2nn_lab_job_default(void);

typedef struct r2nn_lab_verdict {
  double accuracy, train_accuracy; /* 0..1 */
  double loss;                     /* of training, where there is one; else NAN */
  uint32_t n_nodes, n_unstable;    /* nodes by eq. 6 or grounded, and those of them with S <= 0: they would latch */
  uint32_t *decided;               /* [test->n_rows], the caller's room, or NULL */
} r2nn_lab_verdict;

/* A way to classify: one function. Methods of table 1 come first, those of table 2 after them. */
typedef struct r2nn_lab_method {
  const char *name, *what;
  r2nn_status (*run)(const r2nn_lab_job *job, r2nn_lab_verdict *verdict, r2nn_error *error);
  bool in_table1, in_table2;
} r2nn_lab_method;

extern const r2nn_lab_method r2nn_lab_methods[];
extern const uint32_t r2nn_lab_n_methods;

/* What A optimised by softmax takes as a class's score, NULL at the end: "argmax" (A x)_k, "product" A x . A m_k, "distance"
 * -|A x - A m_k|^2, m_k the class's mean (eq. 4). */
extern const char *const r2nn_lab_readings[];

/* Fig. 4: one layer of two nodes by eq. 6 that learns which side of a line a point is on; step by step. */
typedef struct r2nn_lab_jump_def {
  const r2nn_lab_data *data; /* all of it trains, two classes or more */
  double lambda, rate;
  uint32_t n_steps;
  uint64_t seed;
} r2nn_lab_jump_def;

typedef struct r2nn_lab_jump_result {
  uint32_t n_nodes;
  double *loss, *wrong;                        /* [n_steps + 1] cross-entropy; share of rows decided wrongly */
  double *sums;                                /* [n_steps + 1][n_nodes] S */
  uint32_t n_jumps, n_flips, n_jumps_on_flips; /* errors that rise by 0.1 or more in a step; steps where an S changes sign */
} r2nn_lab_jump_result;

r2nn_status r2nn_lab_jump(const r2nn_lab_jump_def *def, r2nn_lab_jump_result *result, r2nn_error *error);
void r2nn_lab_jump_free(r2nn_lab_jump_result *result);

/* ---- The negative resistance (appendix E, Fig. 9) ---- */

/* R from the source to the node, and beside it the stage: op-amp (+) at the node, R1 from its output to (-), R2 from (-) to the
 * source, R3 from its output to the node. A load and a capacitor from the node to ground. Ohm, F. */
typedef struct r2nn_lab_stage {
  double r, r1, r2, r3, load, farad;
} r2nn_lab_stage;

/* Rn = R2 R3 / R1; the gain (1/R - 1/Rn) / (1/R - 1/Rn + 1/load); S = 1/R - 1/Rn + 1/load, S: stable while S > 0. */
double r2nn_lab_stage_negative(const r2nn_lab_stage *stage);
double r2nn_lab_stage_gain(const r2nn_lab_stage *stage);
double r2nn_lab_stage_sum(const r2nn_lab_stage *stage);

/* As a circuit with a source of so many V; the probe is the node. */
r2nn_status r2nn_lab_stage_circuit(const r2nn_lab_stage *stage, const r2nn_part_model *parts, double source_v,
                                   r2nn_circuit **circuit, r2nn_error *error);

#ifdef __cplusplus
}
#endif
#endif
