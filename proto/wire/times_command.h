// The request for the times of segments. Part of proto/wire/command.h.
#pragma once

#include <cstdint>
#include <string>

#include "proto/http/page.h"
#include "proto/wal/file_range.h"

namespace walstow {

// GET /v1/clusters/{cluster}/times, with the parameters of a list
struct ListTimes {
  std::string cluster;
  std::string after;  // TimesPage::next of the previous page; "" for the first page
  std::uint32_t limit = kLargestPage;  // 1 to kLargestPage
  FileRange range;
  bool operator==(const ListTimes&) const = default;
};

}  // namespace walstow
