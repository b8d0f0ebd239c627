/* The nodes of the first stage as a lattice or a ring: they shine with their envelope, their links show the couplings. */
#ifndef PLUGIN_UI_NODES_HPP
#define PLUGIN_UI_NODES_HPP

#include "view.hpp"

namespace r2nn_ui {

class nodes_view : public view {
public:
  void draw(canvas &to, const picture &now) override;

private:
  float center_x = 0, center_y = 0, size = 0; /* of the square that the nodes stand in */

  void draw_links(canvas &to, const picture &now);
  void draw_rays(canvas &to, const picture &now);
  void draw_dots(canvas &to, const picture &now, float r);
  int node_under_mouse(const network &net) const;
};

} // namespace r2nn_ui

#endif
