// Bodies of answers about withdrawn files. The rules are those of proto/wire/report.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"

namespace walstow {

// One version of a stored file.
struct WithdrawnReport {
  std::string era, name;  // as stored
  std::string digest;     // digest of the raw file, 32 hex digits
  //   "standing"    not withdrawn
  //   "withdrawn"
  //   "unfinished"  withdrawn, but the object still has the name
  //   "returning"   the object is being put back
  //   "lost"        the object was to be put back, but is no longer below "_aside"
  //   "purged"      withdrawn, and permanently removed
  //   "unreadable"  the record of the withdrawal is damaged: only era, name and digest are known
  std::string state;
  std::string client;             // the client that put the version
  Time put;                       // when the version was put
  std::uint64_t stored_size = 0;  // bytes
  // For "standing": whether the log of the file's timeline continues after this file.
  bool followed = false;
  std::string by, reason;  // who withdrew the version, and why; `at` is when
  Time at;
  bool operator==(const WithdrawnReport&) const = default;
};
struct WithdrawnPage {
  std::vector<WithdrawnReport> files;  // the newest era first, then by name
  std::string next;                    // the `after` of the next page; "" on the last page
  bool operator==(const WithdrawnPage&) const = default;
};

std::string to_json(const WithdrawnPage& page);
std::string to_json(const WithdrawnReport& report);  // one version, as a line with its kind
WithdrawnPage parse_withdrawn_page(std::string_view body);

}  // namespace walstow
