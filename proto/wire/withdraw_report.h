// Bodies of answers about withdrawn files: as proto/wire/report.h.
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
  // "standing": nobody has withdrawn it; "withdrawn"; "unfinished": withdrawn, and the object
  // still has the name; "returning": it is being put back; "lost": it was to be put back, and its
  // object is not below "_aside" any more; "purged": withdrawn, and removed for good; "unreadable":
  // its record is damaged, and only era, name and digest are known.
  std::string state;
  std::string client;             // who put it
  Time put;                       // when
  std::uint64_t stored_size = 0;  // bytes
  // Of "standing": whether the log of its timeline goes on behind it.
  bool followed = false;
  std::string by, reason;  // of the withdrawal, as the next one
  Time at;
  bool operator==(const WithdrawnReport&) const = default;
};
struct WithdrawnPage {
  std::vector<WithdrawnReport> files;  // newest era first, by name
  std::string next;                    // "after" of the next page, "" on the last
  bool operator==(const WithdrawnPage&) const = default;
};

std::string to_json(const WithdrawnPage& page);
std::string to_json(const WithdrawnReport& report);  // one alone, as a line with its kind
WithdrawnPage parse_withdrawn_page(std::string_view body);

}  // namespace walstow
