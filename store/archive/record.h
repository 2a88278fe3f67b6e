// The common form of an archive's records: one line of JSON with a member "format". Errors contain
// the record's name.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

#include "store/backend/backend.h"

namespace walstow {

inline constexpr std::string_view kArchiveFormat = "1.0";  // "MAJOR.MINOR"

// Returns the name of a record for messages: "record "KEY" of archive "/mnt/archive"".
std::string record_name(const BackendReader& backend, const std::string& key);

// Ignores unknown members. `newest` is the newest format of this kind of record. Throws
// Error{kDamaged} unless `text` is a JSON object with a format, and Error{kUsage} for a major
// version that is newer, or 0.
boost::json::object parse_record(std::string_view text, const std::string& name,
                                 std::string_view newest = kArchiveFormat);

[[noreturn]] void throw_damaged_record(const std::string& name);

}  // namespace walstow
