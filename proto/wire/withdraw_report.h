// Bodies of answers about withdrawn files, as in proto/wire/report.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"

namespace walstow {

// One content of one name.
struct WithdrawnReport {
  std::string era, name;  // as stored
  std::string digest;     // of the raw file, 32 hex digits
  // "standing": not withdrawn; "withdrawn"; "unfinished": withdrawn, and the object still has the
  // name; "returning": being put back; "lost": was to be put back, but its object is no longer
  // below "_aside"; "purged": withdrawn, and permanently removed; "unreadable": its record is
  // damaged, and only era, name and digest are known.
  std::string state;
  std::string client;             // the client that put it
  Time put;                       // when
  std::uint64_t stored_size = 0;  // bytes
  // For "standing": whether the log of its timeline continues after it.
  bool followed = false;
  std::string by, reason;  // of the withdrawal, like `at`
  Time at;
  bool operator==(const WithdrawnReport&) const = default;
};
struct WithdrawnPage {
  std::vector<WithdrawnReport> files;  // newest era first, by name
  std::string next;                    // "after" of the next page, "" on the last
  bool operator==(const WithdrawnPage&) const = default;
};

std::string to_json(const WithdrawnPage& page);
std::string to_json(const WithdrawnReport& report);  // a single one, as a line with its kind
WithdrawnPage parse_withdrawn_page(std::string_view body);

}  // namespace walstow
