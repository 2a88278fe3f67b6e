// The names of files in an archive of another program: a WAL file's name, and the text that the
// program appends to it. Pure. The names come from outside.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/wal/file_name.h"

namespace walstow {

struct ArchivedName {
  // The WAL file that the name contains. "000000010000000A000000FF.gz.partial" contains
  // "000000010000000A000000FF.partial".
  WalFileName file;
  // pgBackRest: the SHA-1 of the WAL file, 40 lower-case hex digits; "": the name contains none.
  std::string sha1;
  // A part of the name that no known program appends, such as ".bz2"; "": there is none.
  std::string unknown_suffix;
};

// Returns nullopt if `name` does not begin with the name of a WAL file.
//
// The name of a segment or .partial may be followed by "-" and a SHA-1 (pgBackRest). ".gz", ".lz4"
// or ".zst" may follow any name. For a segment, ".partial" may follow after these (pg_receivewal).
std::optional<ArchivedName> parse_archived_name(std::string_view name);

// Returns whether the name of a WAL file follows other characters in `name`, as in
// "main_000000010000000A000000FF". The temporary files of rsync, which begin with ".", do not
// count: rsync writes the file again under its own name.
bool has_prefixed_name(std::string_view name);

}  // namespace walstow
