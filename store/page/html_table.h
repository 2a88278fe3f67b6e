// A table on the status page. On a phone, each row becomes a block whose lines begin with the names
// of the columns. So every cell contains the name of its column, and its content is one element.
// Because browsers derive the ARIA roles of a table from its layout, this code writes them out.
// Pure.
#pragma once

#include <string_view>
#include <vector>

#include "store/page/html.h"

namespace walstow {

class HtmlTable {
 public:
  HtmlTable(Html& html, std::string_view caption, std::vector<std::string_view> columns);
  HtmlTable(const HtmlTable&) = delete;
  HtmlTable& operator=(const HtmlTable&) = delete;
  ~HtmlTable() = default;

  // Begins the next cell. The first cell also begins a row. The caller writes the content of the
  // cell.
  Html& cell();
  void end();

 private:
  void end_cell();

  Html& html_;
  const std::vector<std::string_view> columns_;
  std::size_t next_ = 0;  // column
  bool open_ = false;     // a cell is open
};

}  // namespace walstow
