// Draws a timeline map as SVG. Pure.
//
// Horizontal positions are percentages, and heights are pixels. So at every width, the drawing
// keeps its scale, and the text keeps its size. The page's style sheet (style.cc) defines the
// colours and patterns. A table contains the same facts, for readers who do not see the drawing.
#pragma once

#include <string>

#include "store/page/html.h"
#include "store/page/timeline_map.h"

namespace walstow {

// `id` must be unique on the page. The ids of the drawing's parts begin with it.
void write_timeline_svg(Html& html, const TimelineMap& map, const std::string& cluster,
                        const std::string& id);

// Returns "1.2 GB behind", "at the newest segment", or "its distance is not known".
std::string distance_text(const PositionReport& position);

}  // namespace walstow
