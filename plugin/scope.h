/* What the window may see of the plugin, and ask of it. The audio thread writes the numbers and never waits for anybody; the window
 * reads them whenever it likes. A number read while it changes is the old or the new one; several numbers read one after the other
 * may belong to neighbouring blocks, which a picture does not mind.
 *
 * The window gets at it by DPF's direct access: r2nn_scope_of(getPluginInstancePointer()), NULL in a host that keeps the two apart.
 */
#ifndef PLUGIN_SCOPE_H
#define PLUGIN_SCOPE_H

#include "DistrhoPlugin.hpp"
#include "r2nn/model.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

/* A model that is loaded: constant once made, shared by all who look at it. */
struct r2nn_loaded {
  const r2nn_model *model; /* as it was read, without the controls; never NULL */
  std::string name;        /* the model's own, or the file's if it has none */
  std::string text;        /* the whole model file: what the session keeps */
  std::string warning;     /* what of it does not fit this track, one line; empty: all fits */
  uint32_t generation;     /* 1, 2, 3, ... in the order of loading */
  int preset;              /* number of the preset, 1 ..; 0: from a file or a session */

  std::shared_ptr<const r2nn_model> owner; /* of model */
};

/* One decision. */
struct r2nn_scope_decision {
  float start_s, end_s; /* s since the plugin began to listen */
  int class_index;      /* 0 .., or -1: unknown */
  float score, margin;  /* 0..1 */
  uint32_t generation;  /* of the model that made it, whose classes they are */
};

struct r2nn_scope {
  static constexpr uint32_t sound_size = 32768; /* samples; a power of two */
  static constexpr uint32_t nodes_max = 256;    /* outputs of stage 0 that are shown */
  static constexpr uint32_t classes_max = 64;
  static constexpr uint32_t decisions_size = 64; /* a power of two */

  /* The sound as the network hears it (mono mix, after the drive), V: sample i lies at sound[i % sound_size]; sound_count samples
   * have been written so far, those from sound_count - sound_size on are there. */
  std::atomic<float> sound[sound_size];
  std::atomic<uint32_t> sound_count; /* modulo 2^32 */
  std::atomic<float> rate_hz;        /* 0 before the first activation */

  std::atomic<float> envelope[nodes_max]; /* V: what each output of stage 0 swings to; falls by 60 dB in 0.4 s */
  std::atomic<uint32_t> n_nodes;          /* of the model that plays, at most nodes_max */

  std::atomic<float> level_db, opens_db; /* dB re 1 V: the level, and where the gate opens */
  std::atomic<bool> is_open;             /* the gate */

  std::atomic<float> scores[classes_max]; /* 0..1 each, the latest: of a decision or, in windows, in between */
  std::atomic<uint32_t> n_classes;        /* of the model that plays, at most classes_max */
  std::atomic<int> class_index;           /* the last decision's: 0 .., or -1: unknown or none yet */
  std::atomic<float> score, margin;       /* the last decision's */

  std::atomic<uint32_t> playing;   /* generation of the model that plays; 0: none yet */
  std::atomic<uint32_t> n_refused; /* models that were refused so far: when it grows, refusal() says why */

  /* The last decisions, oldest first, at most decisions_size of them; returns how many. *count: how many there were so far. */
  uint32_t decisions(r2nn_scope_decision made[decisions_size], uint32_t *count) const;

  /* What follows is for the window's thread, and may wait for a moment, not for a model to load. */

  /* The newest model; empty before the first. Shared: it stays as long as somebody holds it. */
  virtual std::shared_ptr<const r2nn_loaded> loaded() = 0;
  virtual std::string refusal() = 0; /* the last one's reason, one line; empty: none */

  /* Names of the shipped presets; number 1 is the first. The parameter "preset" counts the same, 0: the session's own model. */
  virtual const std::vector<std::string> &presets() const = 0;

  /* Load in the background: loaded() has another generation soon, or n_refused grows. After load_file() set the parameter "preset"
   * to 0 as well, so that the host shows the truth; to load a preset it is enough, and best, to set the parameter. */
  virtual void load_preset(int number) = 0;
  virtual void load_file(const std::string &path) = 0;

  /* The audio thread's pen. */
  void write_decision(const r2nn_scope_decision &made);

protected:
  r2nn_scope();
  virtual ~r2nn_scope() = default;

private:
  struct slot {
    std::atomic<float> start_s, end_s, score, margin;
    std::atomic<int> class_index;
    std::atomic<uint32_t> generation;
  };
  slot last_[decisions_size];
  std::atomic<uint32_t> n_decisions_;
};

/* The plugin as the window sees it. */
class r2nn_scoped_plugin : public DISTRHO_NAMESPACE::Plugin {
public:
  using Plugin::Plugin;
  virtual r2nn_scope &scope() = 0;
};

/* From the pointer that DPF hands to the window. */
inline r2nn_scope *r2nn_scope_of(void *instance) {
  return instance ? &static_cast<r2nn_scoped_plugin *>(static_cast<DISTRHO_NAMESPACE::Plugin *>(instance))->scope() : nullptr;
}

#endif
