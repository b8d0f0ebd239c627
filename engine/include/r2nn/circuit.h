/* A model as a circuit that can be built: parts, their values, and what is read from them (system.md §6). */
#ifndef R2NN_CIRCUIT_H
#define R2NN_CIRCUIT_H

#include "r2nn/trim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One amplifier as a data sheet describes it. A limit that is 0 does not exist: all zero but gain is an ideal op-amp. */
typedef struct r2nn_opamp {
  char name[32];    /* "TL074"; "ideal" */
  double gbw_hz;    /* gain-bandwidth product, Hz, >= 0; 0 = unlimited */
  double gain;      /* open loop at DC, V/V, >= 100 */
  double offset_v;  /* input offset, V, >= 0: the size, either sign happens */
  double bias_a;    /* input bias current, A, >= 0 */
  double swing_v;   /* the output stays within +-swing_v, V, >= 0; 0 = unlimited */
  double supply_v;  /* of +-supply_v, V, >= swing_v; 0 = not said */
  double supply_a;  /* quiescent current of one amplifier, A, >= 0; 0 = not said */
  double noise_v;   /* input noise density in its flat part, V/sqrt(Hz), >= 0 */
  uint32_t n_units; /* amplifiers in a package, 1..4 */
} r2nn_opamp;

/* What all capacitors, and all resistors, of a circuit are like. */
typedef struct r2nn_passive {
  char name[32];    /* "film", "metal film" */
  double loss;      /* capacitors: tan delta, 0..1, at any frequency (Q = 1/loss); resistors: 0 */
  double tolerance; /* as a share of the value, 0..0.5 */
} r2nn_passive;

/* A part model: from which parts a circuit is built. Text: JSON, SI units,
 *   { "format": "r2nn-parts", "version": 1,
 *     "opamp": { "name", "gbw_hz", "gain", "offset_v", "bias_a", "swing_v", "supply_v", "supply_a", "noise_v", "units" },
 *     "capacitor": { "name", "loss", "tolerance" }, "resistor": { "name", "tolerance" } }
 * where every field but format and version may be absent and is then as in r2nn_part_model_ideal(). */
typedef struct r2nn_part_model {
  r2nn_opamp opamp;
  r2nn_passive capacitor, resistor;
} r2nn_part_model;

/* Op-amps without limits and a gain of 1e6, capacitors without loss; tolerances of 1 %. Any thread. */
r2nn_part_model r2nn_part_model_ideal(void);

/* Read a part model from JSON text of size bytes. The message names the first wrong field by its path. R2NN_BAD_ARGUMENT. Any
 * thread. */
r2nn_status r2nn_part_model_parse(const char *text, size_t size, r2nn_part_model *parts, r2nn_error *error);

/* Series of preferred values (IEC 60063). */
typedef enum r2nn_series { R2NN_E6, R2NN_E12, R2NN_E24, R2NN_E96, R2NN_N_SERIES } r2nn_series;

/* "E24"; and back, -1 if unknown. Any thread. */
const char *r2nn_series_name(r2nn_series series);
int r2nn_series_find(const char *name);

/* The preferred value that is steps above (or below) the one nearest to value by ratio; value > 0. Any thread. */
double r2nn_series_step(r2nn_series series, double value, int steps);

/* What an element is. Nets by kind: resistor, capacitor: both ends; diode: anode, cathode; op-amp, comparator: (+), (-), output;
 * multiplier: x, y, output x*y/10 V; transistor (npn): collector, base, emitter; switch: both ends, control (closed over 1 V);
 * reference: the net it holds at its value. */
typedef enum r2nn_element_kind {
  R2NN_RESISTOR,   /* value in ohm */
  R2NN_CAPACITOR,  /* F */
  R2NN_OPAMP,      /* no value */
  R2NN_DIODE,      /* no value */
  R2NN_TRANSISTOR, /* no value */
  R2NN_MULTIPLIER, /* -1: one of its inputs is turned */
  R2NN_COMPARATOR, /* no value */
  R2NN_SWITCH,     /* no value */
  R2NN_REFERENCE,  /* V */
  R2NN_N_ELEMENT_KINDS
} r2nn_element_kind;

/* What a group of elements is there for. */
typedef enum r2nn_block_kind {
  R2NN_BLOCK_DRIVE,    /* a channel's high-passes, buffer and inverter: a is the channel */
  R2NN_BLOCK_NODE,     /* a node's capacitor, conductance to ground and FDNR: a is the node */
  R2NN_BLOCK_INPUT,    /* an input resistor: a is the node, b the channel */
  R2NN_BLOCK_COUPLING, /* between nodes a and b */
  R2NN_BLOCK_NEGATIVE, /* a node's negative-resistance stage: a is the node */
  R2NN_BLOCK_DETECTOR, /* what follows output a of a stage: law, low-pass */
  R2NN_BLOCK_COMMON,   /* what all outputs of a stage share */
  R2NN_BLOCK_READOUT,  /* the integrator of feature a */
  R2NN_BLOCK_HEAD,     /* the physical head's node a, or the comparison */
  R2NN_N_BLOCK_KINDS
} r2nn_block_kind;

typedef struct r2nn_block {
  r2nn_block_kind kind;
  uint32_t stage, a, b;
  uint32_t first, n_elements; /* its elements lie together */
} r2nn_block;

typedef struct r2nn_element {
  r2nn_element_kind kind;
  uint32_t number;   /* its reference's: "R12"; counted by kind from 1 */
  uint32_t nets[3];  /* indices into the circuit's nets; 0 is ground */
  double value;      /* as built */
  double exact;      /* before rounding */
  double freq_hz;    /* capacitors: where their loss is meant, Hz */
  double fixed, pot; /* a trimmed resistor: its fixed part and the whole of the trimmer RT in series, ohm; pot 0 = not trimmed */
  const char *role;  /* "GIC Rx": static text */
} r2nn_element;

/* How one value of the model was built. */
typedef struct r2nn_mapped {
  char path[64];              /* "stages[0].nodes[3].d" */
  const char *unit;           /* "F*s": static text */
  double model, built;        /* in the model's unit and impedance level */
  uint32_t first, n_elements; /* what makes it; none: the note says why */
  char note[96];              /* "" = nothing to say */
} r2nn_mapped;

/* One output node as the netlist has it. */
typedef struct r2nn_circuit_probe {
  uint32_t stage, node; /* of the model */
  uint32_t net;
  double volt; /* V in the circuit for 1 V of the model, of either sign */
} r2nn_circuit_probe;

/* What stands for powers of w around the frequencies that a node works at: w^3 = square*w, w^4 = slope*w^2 - base. */
typedef struct r2nn_about {
  double square, slope, base; /* (rad/s)^2, (rad/s)^2, (rad/s)^4 */
} r2nn_about;

/* A node of a built network. */
typedef struct r2nn_circuit_node {
  uint32_t net;   /* 0: a wire to ground, without parts of its own */
  int8_t sign;    /* +1, or -1: it carries the negative of the model's voltage */
  double level;   /* admittances of the circuit are so many times the model's */
  double freq_hz; /* its own: sqrt(K_ii/D), or K_ii/C of an RC node, over 2 pi */
  r2nn_about about;
} r2nn_circuit_node;

typedef struct r2nn_circuit_def {
  r2nn_series resistors; /* R2NN_E24 or R2NN_E96 */
  double scale_ohm;      /* where the middle of each connected part's resistors lies, ohm; 0 = choose */
  r2nn_part_model parts;
  bool trims[R2NN_N_TRIMS]; /* which resistors of the first network are a fixed one and a trimmer */
  double trim_range;        /* that turn by at least +- so much of the whole, R2NN_TRIM_LEAST .. R2NN_TRIM_MOST */
  bool network_only;        /* no detectors behind the first stage, and nothing further */
  bool unchecked;           /* even if rounding, or the model, makes it unstable: for experiments with the limit */
} r2nn_circuit_def;

/* A circuit: constant once made, shared by any threads. */
typedef struct r2nn_circuit {
  r2nn_circuit_def def;
  char title[128];
  uint32_t n_nets, n_elements, n_blocks, n_mapped, n_nodes, n_probes, n_missing;
  uint32_t counts[R2NN_N_ELEMENT_KINDS]; /* elements of each kind */
  char (*nets)[24];                      /* [n_nets] names; nets[0] is "0" */
  r2nn_element *elements;
  r2nn_block *blocks;
  r2nn_mapped *mapped;
  r2nn_circuit_node *nodes;   /* [n_nodes] of every built stage, one after the other */
  r2nn_circuit_probe *probes; /* the outputs of every built stage, in the model's order */
  char (*missing)[192];       /* what could not be built, by element */
  uint32_t first_input;       /* nets of the input channels, one after the other */
  uint32_t n_channels;        /* of the model */
  double highest_hz;          /* of the resonances, Hz */
  double lowest_hz;           /* likewise */
  double bias_ohm;            /* the largest DC resistance from a node to ground, ohm: the bias path */
  r2nn_model *built;          /* the model that the rounded values make */
} r2nn_circuit;

/* Resistors of E96, a scale to choose, ideal parts, all of the model. Any thread. */
r2nn_circuit_def r2nn_circuit_def_default(void);

/* Design the circuit of a model that has passed r2nn_model_check(). Impedances are scaled per connected part, which changes no
 * voltage. R2NN_BAD_ARGUMENT: a resistor scale out of range; R2NN_UNSTABLE: rounding has made the network unstable; R2NN_NO_MEMORY.
 * Main thread. Source: system.md §6; negative resistances: second paper, appendix E. */
r2nn_status r2nn_circuit_design(const r2nn_model *model, const r2nn_circuit_def *def, r2nn_circuit **circuit, r2nn_error *error);
void r2nn_circuit_free(r2nn_circuit *circuit);

#define R2NN_TRIM_LEAST 0.01
#define R2NN_TRIM_MOST  0.3

/* The trimmers of a circuit, set to what was designed, malloc'ed [*n_trims]; NULL if memory is short. Any thread. */
r2nn_trim *r2nn_circuit_trims(const r2nn_circuit *circuit, uint32_t *n_trims);

/* Multiply factors[n_elements] (of stock values) by what turning the trimmers has made of their resistors. R2NN_BAD_DATA: a trim is
 * not of this circuit. Any thread. */
r2nn_status r2nn_circuit_turn(const r2nn_circuit *circuit, const r2nn_trim *trims, uint32_t n_trims, double *factors,
                              r2nn_error *error);

/* Trimmers as CSV: part,field,ohm,low_ohm,high_ohm,set_ohm,value. malloc'ed; NULL if memory is short. Any thread. */
char *r2nn_trims_print(const r2nn_trim *trims, uint32_t n_trims);

/* An element's letter in references, "R". Any thread. */
const char *r2nn_element_letter(r2nn_element_kind kind);

/* How much room there is. Estimates for the nodes with FDNR of the first stage, from the built values. */
typedef struct r2nn_margins {
  double gain; /* the largest gain from an input to an op-amp's output of the network at any frequency, V/V */
  uint32_t gain_node;
  const char *gain_at; /* "FDNR", "negative-resistance stage" or "output": static text */
  double gain_hz;
  double full_v;  /* the largest input, V peak at the worst frequency, that no output clips at; infinite for ideal op-amps */
  double noise_v; /* the noisiest node, V RMS: resistors at 300 K and op-amps */
  uint32_t noise_node;
  double offset_v;          /* the largest error of a node at DC by offset and bias currents, V */
  double supply_a, power_w; /* all op-amps, without signal; 0 if the part model does not say */
} r2nn_margins;

/* R2NN_NO_MEMORY. Main thread. */
r2nn_status r2nn_circuit_margins(const r2nn_circuit *circuit, r2nn_margins *margins, r2nn_error *error);

/* How a netlist is run. */
typedef struct r2nn_netlist_def {
  const char *stimulus; /* name of a text file: a line a sample, seconds and a value for each channel, V; NULL: at rest */
  const char *result;   /* name of the file that a run writes: time, probes, watched nets; NULL: none */
  const char *response; /* likewise of the frequency response: frequency, real and imaginary part of all probes; NULL: none */
  double duration_s, step_s, print_s; /* of the run; the step that is computed and the one that is written */
  const double *start_v;              /* [n_probes] V that the probes start at, or NULL for rest */
  const uint32_t *watched;            /* [n_watched] further nets whose voltage the result has */
  uint32_t n_watched;
} r2nn_netlist_def;

/* The net of a name, or 0 (ground) if there is none. Any thread. */
uint32_t r2nn_circuit_net(const r2nn_circuit *circuit, const char *name);

/* Texts of the circuit, malloc'ed, the caller frees them; NULL if memory is short. Any thread. */
char *r2nn_circuit_netlist(const r2nn_circuit *circuit, const r2nn_netlist_def *def); /* for ngspice */
char *r2nn_circuit_bom(const r2nn_circuit *circuit);                                  /* CSV */
char *r2nn_circuit_map(const r2nn_circuit *circuit);                                  /* CSV */
char *r2nn_circuit_guide(const r2nn_circuit *circuit, const r2nn_margins *margins);   /* Markdown, for the builder */

#ifdef __cplusplus
}
#endif
#endif
