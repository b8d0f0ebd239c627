/* The live spectrum of the input under the impedance landscape of the outputs. */
#ifndef PLUGIN_UI_SPECTRUM_HPP
#define PLUGIN_UI_SPECTRUM_HPP

#include "view.hpp"

namespace r2nn_ui {

class spectrum_view : public view {
public:
  void draw(canvas &to, const picture &now) override;

private:
  box plot;

  void draw_grid(canvas &to, const picture &now);
  void draw_input(canvas &to, const picture &now);
  void draw_landscape(canvas &to, const picture &now);
  void draw_legend(canvas &to, const picture &now);
  void draw_readout(canvas &to, const picture &now);
};

/* "440", "1.2k": a frequency in few letters. */
std::string short_hz(double hz);

} // namespace r2nn_ui

#endif
