/* What the plugin's window makes of the scope while models change under it: a decision is shown with the classes of the model that
 * made it, or not at all. ctest-labels: data */
#include "listener.hpp"
extern "C" {
#include "unit.h"
}

#include <cstdio>
#include <cstdlib>

using namespace r2nn_ui;

/* A plugin as the window sees it, whose models and audio thread are the test. */
struct stand_in : r2nn_scope {
  std::shared_ptr<const r2nn_loaded> newest;
  std::vector<std::string> names;
  double now_s = 0;

  std::shared_ptr<const r2nn_loaded> loaded() override { return newest; }
  std::string refusal() override { return ""; }
  const std::vector<std::string> &presets() const override { return names; }
  void load_preset(int) override {}
  void load_file(const std::string &) override {}

  /* The preset is loaded, and does not play yet. */
  void load(const char *preset) {
    r2nn_model *model;
    r2nn_error error = {""};
    std::string path = std::string(getenv("R2NN_SOURCE")) + "/presets/" + preset + ".json", text;
    FILE *file = fopen(path.c_str(), "rb");
    assert_non_null(file);
    for (int c; (c = getc(file)) != EOF;) text += char(c);
    fclose(file);
    assert_int_equal(r2nn_model_parse(text.data(), text.size(), &model, &error), R2NN_OK);
    std::shared_ptr<const r2nn_model> owner(model, [](const r2nn_model *of) { r2nn_model_free(const_cast<r2nn_model *>(of)); });
    newest.reset(new r2nn_loaded{model, preset, text, "", newest ? newest->generation + 1 : 1, 1, owner});
  }
  /* The audio thread goes over to it. */
  void play() {
    rate_hz = 8000;
    n_classes = newest->model->n_classes;
    playing = newest->generation;
  }
  /* The model that plays decides. */
  void decide(int class_index) {
    now_s += 0.5;
    sound_count = uint32_t(now_s * 8000);
    write_decision({float(now_s - 0.4), float(now_s - 0.1), class_index, 0.9f, 0.5f, playing});
  }
};

static void decisions_keep_to_their_model(void **) {
  stand_in plugin;
  picture now;
  listener listening(&plugin);
  plugin.load("digits");
  plugin.play();
  listening.update(now, 0);
  plugin.decide(9);
  listening.update(now, 0.1);
  assert_int_equal(now.decisions.size(), 1);
  assert_int_equal(now.last.class_index, 9);

  /* between two frames: a word, another model, and one that the window has not seen loaded yet */
  plugin.load("vowels");
  plugin.decide(9);
  plugin.play();
  listening.update(now, 0.2);
  assert_int_equal(now.net->classes.size(), 3);
  assert_true(now.decisions.empty());
  assert_int_equal(now.last.class_index, -2);

  /* a word of the old one, and one of the new one */
  plugin.load("digits");
  plugin.decide(2);
  plugin.play();
  plugin.decide(7);
  listening.update(now, 0.3);
  assert_int_equal(now.decisions.size(), 1);
  assert_int_equal(now.last.class_index, 7);
  plugin.decide(-1);
  listening.update(now, 0.4);
  assert_int_equal(now.decisions.size(), 2);
  assert_int_equal(now.last.class_index, -1);
}

/* More than the scope holds, over many models: none is shown twice, none of another model. */
static void many_decisions_between_frames(void **) {
  stand_in plugin;
  picture now;
  listener listening(&plugin);
  for (int i = 0; i < 12; i++) {
    plugin.load(i % 2 ? "vowels" : "digits");
    plugin.play();
    for (uint32_t k = 0; k < 3 * r2nn_scope::decisions_size; k++) plugin.decide(i % 2 ? k % 3 : k % 10);
    listening.update(now, 0.1 * i);
    assert_int_equal(now.decisions.size(), i == 0 ? 0 : r2nn_scope::decisions_size); /* what was before the window is not shown */
    for (const decision &made : now.decisions) assert_in_range(made.class_index, 0, now.net->classes.size() - 1);
  }
}

int main() {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(decisions_keep_to_their_model),
      cmocka_unit_test(many_decisions_between_frames),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
