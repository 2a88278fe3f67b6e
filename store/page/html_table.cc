#include "store/page/html_table.h"

namespace walstow {

HtmlTable::HtmlTable(Html& html, std::string_view caption, std::vector<std::string_view> columns)
    : html_(html), columns_(std::move(columns)) {
  html_.raw("<table role=\"table\"><caption>").text(caption);
  html_.raw("</caption><thead role=\"rowgroup\"><tr role=\"row\">");
  for (const std::string_view column : columns_)
    html_.raw("<th role=\"columnheader\" scope=\"col\">").text(column).raw("</th>");
  html_.raw("</tr></thead><tbody role=\"rowgroup\">");
}

void HtmlTable::end_cell() {
  if (!open_) return;
  html_.raw(next_ == 1 ? "</div></th>" : "</div></td>");
  open_ = false;
}

Html& HtmlTable::cell() {
  end_cell();
  if (next_ == columns_.size()) {
    html_.raw("</tr>");
    next_ = 0;
  }
  if (next_ == 0) {
    html_.raw("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\" data-label=\"");
  } else {
    html_.raw("<td role=\"cell\" data-label=\"");
  }
  html_.text(columns_[next_]).raw("\"><div>");
  ++next_;
  open_ = true;
  return html_;
}

void HtmlTable::end() {
  end_cell();
  if (next_ > 0) html_.raw("</tr>");
  html_.raw("</tbody></table>");
}

}  // namespace walstow
