/* The window. */
#include "../parameters.h"
#include "../scope.h"

#include "DistrhoUI.hpp"

START_NAMESPACE_DISTRHO

class r2nn_window : public UI {
public:
  r2nn_window() : UI(DISTRHO_UI_DEFAULT_WIDTH, DISTRHO_UI_DEFAULT_HEIGHT), scope_(r2nn_scope_of(getPluginInstancePointer())) {
    loadSharedResources();
    setGeometryConstraints(700, 420);
  }

protected:
  void parameterChanged(uint32_t, float) override {}
  void stateChanged(const char *, const char *) override {}
  void uiIdle() override { repaint(); }
  void onNanoDisplay() override {
    beginPath();
    rect(0, 0, static_cast<float>(getWidth()), static_cast<float>(getHeight()));
    fillColor(16, 20, 26);
    fill();
    std::shared_ptr<const r2nn_loaded> loaded = scope_ ? scope_->loaded() : nullptr;
    fontFaceId(findFont(NANOVG_DEJAVU_SANS_TTF));
    fontSize(24);
    fillColor(220, 226, 232);
    text(20, 40, loaded ? loaded->name.c_str() : "no model", nullptr);
    if (scope_) text(20, 80, std::to_string(scope_->level_db.load()).c_str(), nullptr);
  }

private:
  r2nn_scope *scope_;
  DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(r2nn_window)
};

UI *createUI() {
  return new r2nn_window();
}

END_NAMESPACE_DISTRHO
