// The parts of docs/ that come from tables: between a line "<!-- NAME: generated -->" and the next
// "<!-- end of generated -->".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace walstow {

struct GeneratedPart {
  std::string_view document;  // "docs/configuration.md"
  std::string_view name;      // "settings"
  std::string text;
};

std::vector<GeneratedPart> generated_parts();

// Returns `document` with `part` between its markers. Throws Error{kInvalid} if they are missing.
std::string with_part(std::string_view document, const GeneratedPart& part);

// Marks the names, paths, addresses and quoted words of a text as code, and nothing else.
std::string marked_up(std::string_view text);

}  // namespace walstow
