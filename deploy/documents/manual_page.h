// Writes one manual page with the macros of mdoc(7), which groff and mandoc both format.
#pragma once

#include <string>
#include <string_view>

#include "proto/program/command_line.h"

namespace walstow {

class ManualPage {
 public:
  // `summary`: what the page is about, as apropos shows it.
  ManualPage(std::string_view name, int section, std::string_view summary);

  void begin_section(std::string_view title);  // "EXIT STATUS"
  void begin_subsection(std::string_view title);
  void add_paragraph(std::string_view sentences);
  void add_code(std::string_view line);
  // "walstow-archive [OPTION ...] PATH".
  void add_usage(std::string_view program, const CommandSpec& command);
  void add_reference(std::string_view name, int section, bool is_last);

  // Call begin_items(), then add items, then call end_items().
  void begin_items();
  void add_option(const Option& option);
  void add_item(std::string_view name, std::string_view sentences);
  void add_file(std::string_view path, std::string_view sentences);
  void end_items();

  const std::string& text() const { return text_; }

 private:
  void add_line(std::string_view line);
  void add_sentences(std::string_view sentences);

  std::string text_;
};

}  // namespace walstow
