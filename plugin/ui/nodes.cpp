/* The nodes of the first stage as a lattice or a ring: they shine with their envelope, their links show the couplings. */
#include "nodes.hpp"

#include "spectrum.hpp"

#include <cstdio>

namespace r2nn_ui {

using NanoVG = canvas::NanoVG;

static const size_t most_rays = 180, most_glows = 128;

/* Links of about the same strength are one path, so that hundreds of them cost a dozen strokes. */
void nodes_view::draw_links(canvas &to, const picture &now) {
  const network &net = *now.net;
  enum { n_steps = 6 };
  float bend = 0.35f, faint = net.links.size() > 150 ? 0.04f : 0.14f;
  for (int sign = 0; sign < 2; sign++) {
    for (int step = 0; step < n_steps; step++) {
      bool any = false;
      to.vg.beginPath();
      for (const network::link &link : net.links) {
        if ((link.weight < 0) != (sign == 1)) continue;
        float lit = std::sqrt(now.brightness[link.a] * now.brightness[link.b]);
        float strength = std::pow(std::fabs(link.weight), net.is_grid ? 0.35f : 0.8f) * (0.3f + 0.7f * lit);
        if (std::min(int(strength * n_steps), n_steps - 1) != step) continue;
        const network::place &a = net.nodes[link.a], &b = net.nodes[link.b];
        float ax = center_x + size * a.x, ay = center_y + size * a.y, bx = center_x + size * b.x, by = center_y + size * b.y;
        to.vg.moveTo(ax, ay);
        if (net.is_grid)
          to.vg.lineTo(bx, by);
        else
          to.vg.quadTo(center_x + bend * ((ax + bx) / 2 - center_x), center_y + bend * ((ay + by) / 2 - center_y), bx, by);
        any = true;
      }
      if (!any) continue;
      float share = (step + 0.5f) / n_steps;
      to.vg.strokeColor(sign ? theme::negative(faint + (1 - faint) * share * share)
                             : theme::positive(faint + (1 - faint) * share * share));
      to.vg.strokeWidth(net.is_grid ? 1 + 1.5f * share : 0.6f + 0.9f * share);
      to.vg.stroke();
    }
  }
}

/* Around the ring: a ray outwards for each node, or for the loudest of a few neighbours. */
void nodes_view::draw_rays(canvas &to, const picture &now) {
  const network &net = *now.net;
  size_t n = net.nodes.size(), group = (n + most_rays - 1) / most_rays;
  float reach = area.h > 0 ? std::min(area.w, area.h) / 2 - size - 12 : 0;
  float width = std::min(std::max(2 * float(M_PI) * size * group / n * 0.5f, 1.0f), 5.0f);
  for (size_t k = 0; k < n; k += group) {
    uint32_t loudest = net.by_pitch[k];
    for (size_t i = k; i < std::min(k + group, n); i++)
      if (now.brightness[net.by_pitch[i]] > now.brightness[loudest]) loudest = net.by_pitch[i];
    float lit = now.brightness[loudest];
    const network::place &node = net.nodes[net.by_pitch[k]];
    float norm = n > 1 ? 1 : 0, dx = n > 1 ? node.x : 0, dy = n > 1 ? node.y : 0;
    if (norm == 0) continue;
    float from = size + 5, end = from + 1.5f + reach * lit;
    to.vg.beginPath();
    to.vg.moveTo(center_x + dx * from, center_y + dy * from);
    to.vg.lineTo(center_x + dx * end, center_y + dy * end);
    to.vg.strokeColor(theme::tone(node.tone, 0.3f + 0.7f * lit));
    to.vg.strokeWidth(width);
    to.vg.lineCap(NanoVG::ROUND);
    to.vg.stroke();
  }
  to.vg.lineCap(NanoVG::BUTT);
}

void nodes_view::draw_dots(canvas &to, const picture &now, float r) {
  const network &net = *now.net;
  if (net.nodes.size() <= most_glows)
    for (size_t i = 0; i < net.nodes.size(); i++) {
      float lit = now.brightness[i];
      const network::place &node = net.nodes[i];
      if (lit > 0.1f)
        to.glow(center_x + size * node.x, center_y + size * node.y, r * (1.5f + 2.5f * lit), theme::tone(node.tone, 0.5f * lit));
    }
  for (size_t i = 0; i < net.nodes.size(); i++) {
    const network::place &node = net.nodes[i];
    float x = center_x + size * node.x, y = center_y + size * node.y, lit = now.brightness[i];
    float radius = node.inner ? r * 0.62f : r;
    to.dot(x, y, radius, theme::raised());
    to.dot(x, y, radius, theme::tone(node.tone, 0.18f + 0.82f * lit));
    if (net.is_grid && node.output >= 0) {
      to.vg.beginPath();
      to.vg.circle(x, y, radius + 2.5f);
      to.vg.strokeColor(theme::text_soft());
      to.vg.strokeWidth(1.2f);
      to.vg.stroke();
    }
  }
}

int nodes_view::node_under_mouse(const network &net) const {
  int nearest = -1;
  float least = 12;
  for (size_t i = 0; i < net.nodes.size(); i++) {
    float distance = std::hypot(center_x + size * net.nodes[i].x - mouse_x, center_y + size * net.nodes[i].y - mouse_y);
    if (distance < least) least = distance, nearest = int(i);
  }
  return nearest;
}

void nodes_view::draw(canvas &to, const picture &now) {
  to.fill(area, theme::panel(), theme::radius);
  if (!now.net) return;
  const network &net = *now.net;
  box inside = area.shrunk(theme::inset);
  center_x = inside.x + inside.w / 2, center_y = inside.y + inside.h / 2;
  float half = std::min(inside.w, inside.h) / 2, r;
  if (net.is_grid) {
    size = half * 0.98f;
    r = std::min(size * 2 / std::max(std::sqrt(net.nodes.size() / 2.0f), 2.0f) * 0.15f, 9.0f);
  } else {
    size = half * (net.links.empty() ? 0.5f : 0.72f);
    r = net.nodes.size() > 1 ? std::min(std::max(float(M_PI) * size / net.nodes.size() * 0.62f, 0.8f), 5.0f) : 8;
  }
  draw_links(to, now);
  if (!net.is_grid) draw_rays(to, now);
  draw_dots(to, now, r);
  int node = node_under_mouse(net);
  if (node < 0) return;
  char text[96];
  const network::place &place = net.nodes[node];
  if (place.freq_hz > 0)
    std::snprintf(text, sizeof text, "node %d   %s Hz   Q %.3g", node, short_hz(place.freq_hz).c_str(), place.q);
  else
    std::snprintf(text, sizeof text, "node %d   RC", node);
  box strip{area.x, area.bottom() - 22, area.w, 22};
  float width = std::min(to.width_of(text, theme::size_small) + 12, area.w - 8);
  to.fill({center_x - width / 2, strip.y, width, 18}, theme::rgb(0x0b0e12, 0.85f), 4);
  to.text(center_x, strip.y + 9, text, theme::size_small, theme::text(), NanoVG::ALIGN_CENTER, width - 8);
}

} // namespace r2nn_ui
