/* All that one frame of the window shows, as plain values: the views draw it and know nothing of plugins, threads or engines. */
#ifndef PLUGIN_UI_PICTURE_HPP
#define PLUGIN_UI_PICTURE_HPP

#include "r2nn/model.h"

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace r2nn_ui {

/* Gains of all nodes of the first stage over frequency; computed beside the drawing, and then constant. */
struct landscape {
  std::vector<float> freq_hz; /* [n_points], rising */
  std::vector<float> db;      /* [n_nodes][n_points], 20 lg |H|; of several channels the root of their squares' sum */
  float top_db = 0;           /* the largest of the outputs */

  const float *of(size_t node) const { return &db[node * freq_hz.size()]; }
};

/* What is drawn of a model; made when it is loaded, and then constant. */
struct network {
  struct place {
    float x, y;    /* in a square of -1 .. 1 */
    float freq_hz; /* own resonance, 0 for a first-order node */
    float q;       /* 0 for a first-order node */
    float tone;    /* 0 for the lowest node .. 1 for the highest, on a logarithmic scale: its colour */
    int output;    /* its number among the stage's outputs, or -1 */
    bool inner;    /* a local resonator that hangs on its cell of a grid */
  };
  struct link {
    uint32_t a, b;
    float weight; /* -1 .. 1: the conductance against the largest; its sign is that of the coupling */
  };
  std::string name, about; /* about: one line under the name */
  std::vector<std::string> classes;
  std::vector<place> nodes;       /* [n_nodes] of the first stage */
  std::vector<uint32_t> outputs;  /* [n_outputs] node numbers */
  std::vector<uint32_t> by_pitch; /* [n_nodes] node numbers by rising frequency */
  std::vector<link> links;        /* the strongest last; at most most_links */
  bool is_grid = false;
  bool outputs_are_classes = false;  /* the energy head: output k decides for class k */
  float from_hz = 20, to_hz = 20000; /* the frequency axis */
  float highpass_hz = 0;
  uint32_t highpass_order = 0;

  float share_of(float freq_hz) const;
};

/* One decision in the history. */
struct decision {
  double start_s, end_s; /* of the stream */
  int class_index;       /* one of the network's, or -1 = unknown */
  float score, margin;
};

/* A level of the past. */
struct level_point {
  double time_s;
  float level_db;
  bool open;
};

struct picture {
  std::shared_ptr<const network> net;
  std::shared_ptr<const landscape> land; /* NULL until it has been computed */
  double rate_hz = 48000;
  double frame_s = 0;  /* the time of this frame, for animation */
  double stream_s = 0; /* the time of the newest sample */

  std::vector<float> spectrum_hz, spectrum_db; /* [n_bands] of the input, rising; dB re full scale, after ballistics */
  std::vector<float> brightness;               /* [n_nodes] 0 .. 1 */

  float level_db = -120, opens_db = -120; /* dB re 1 V */
  float gate_model_db = -40;              /* the model's own threshold, to which the gate parameter is added */
  bool gate_open = false;
  std::deque<level_point> levels; /* rising time */
  std::deque<decision> decisions; /* rising time */
  std::vector<float> scores;      /* [n_classes] 0 .. 1, after ballistics */
  decision last{0, 0, -2, 0, 0};  /* class_index -2: there was none yet */
  float last_shine = 0;           /* 1 when it came, fading */

  std::vector<float> parameters; /* [n_parameters], by index */
  std::vector<std::string> presets;
  int preset = -1;            /* the present one, or -1 */
  std::string notice;         /* the line at the bottom, "" = none */
  bool notice_is_bad = false; /* a refusal rather than a warning */
};

} // namespace r2nn_ui

#endif
