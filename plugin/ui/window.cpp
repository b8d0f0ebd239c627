/* The plugin's window: DPF's side of it. It asks the plugin for what there is to see, draws the face, and hands on what is done to
 * it. */
#include "DistrhoUI.hpp"
#include "face.hpp"
#include "listener.hpp"
#include "settings.hpp"

#include <chrono>

START_NAMESPACE_DISTRHO

using namespace r2nn_ui;

static const uint frame_ms = 16; /* 60 frames a second, where the host lets us */
static const double double_click_s = 0.35;

class r2nn_window : public UI, public IdleCallback, private actions {
public:
  r2nn_window()
      : UI(DISTRHO_UI_DEFAULT_WIDTH, DISTRHO_UI_DEFAULT_HEIGHT), listening(r2nn_scope_of(getPluginInstancePointer())),
        draw_on(*this) {
    for (uint32_t i = 0; i < R2NN_N_PARAMETERS; i++) now.parameters.push_back(r2nn_parameter_start(i));
    if (!getPluginInstancePointer())
      now.notice = "this host keeps the window apart from the plugin: nothing that is heard can be shown";
    double scale = getScaleFactor();
    setGeometryConstraints(uint(face::least_width * scale), uint(face::least_height * scale), false, false);
    if (scale != 1) setSize(uint(DISTRHO_UI_DEFAULT_WIDTH * scale), uint(DISTRHO_UI_DEFAULT_HEIGHT * scale));
    addIdleCallback(this, frame_ms);
  }

  ~r2nn_window() override { removeIdleCallback(this); }

protected:
  void parameterChanged(uint32_t index, float value) override {
    if (index < now.parameters.size()) now.parameters[index] = value;
  }
  void stateChanged(const char *, const char *) override {} /* the scope tells of models */
  void idleCallback() override { repaint(); }

  void onNanoDisplay() override {
    listening.update(now, clock_s());
    float zoom = pixels();
    scale(zoom, zoom);
    shown.draw(draw_on, now, getWidth() / zoom, getHeight() / zoom);
  }

  bool onMouse(const MouseEvent &event) override {
    if (event.button != 1) return false;
    float x = float(event.pos.getX()) / pixels(), y = float(event.pos.getY()) / pixels();
    shown.move(x, y, now, *this, false);
    if (event.press) {
      double at_s = clock_s();
      bool is_double = at_s - pressed_s < double_click_s && std::hypot(x - pressed_x, y - pressed_y) < 4;
      pressed_s = is_double ? -1 : at_s, pressed_x = x, pressed_y = y;
      shown.press(x, y, now, *this, is_double);
    } else {
      shown.release(now, *this);
    }
    return true;
  }

  bool onMotion(const MotionEvent &event) override {
    bool fine = event.mod & (kModifierShift | kModifierControl);
    shown.move(float(event.pos.getX()) / pixels(), float(event.pos.getY()) / pixels(), now, *this, fine);
    return true;
  }

  bool onScroll(const ScrollEvent &event) override {
    bool fine = event.mod & (kModifierShift | kModifierControl);
    shown.scroll(float(event.pos.getX()) / pixels(), float(event.pos.getY()) / pixels(), float(event.delta.getY()), now, *this,
                 fine);
    return true;
  }

  void uiFileBrowserSelected(const char *path) override {
    r2nn_scope *scope = r2nn_scope_of(getPluginInstancePointer());
    if (!path || !scope) return;
    scope->load_file(path);
    load_preset(0);
  }

private:
  picture now;
  listener listening;
  canvas draw_on;
  face shown;
  double pressed_s = -1;
  float pressed_x = 0, pressed_y = 0;

  static double clock_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

  /* Pixels of the screen to a logical one; fewer where a host has made the window too small for all that is in it. */
  float pixels() const {
    float most = std::min(getWidth() / face::least_width, getHeight() / face::least_height);
    return std::max(std::min(float(getScaleFactor()), most), 0.1f);
  }

  void begin_edit(uint32_t parameter) override { editParameter(parameter, true); }
  void end_edit(uint32_t parameter) override { editParameter(parameter, false); }
  void set_parameter(uint32_t parameter, float value) override {
    now.parameters[parameter] = value;
    setParameterValue(parameter, value);
  }
  void load_preset(int index) override {
    begin_edit(R2NN_PRESET);
    set_parameter(R2NN_PRESET, float(index));
    end_edit(R2NN_PRESET);
  }
  void open_file() override {
    FileBrowserOptions options;
    options.title = "R2NN: open a model";
    openFileBrowser(options);
  }

  DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(r2nn_window)
};

UI *createUI() {
  return new r2nn_window;
}

END_NAMESPACE_DISTRHO
