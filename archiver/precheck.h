// Checks whether a file may be archived under its name, before a byte is sent: compares its
// contents with the name and with its server. Pure.
//
// The store checks what it can, too. But only this end has the data directory, and a refusal here
// costs nothing. PostgreSQL does not get past a file that fails, so the reason must be plain.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"
#include "proto/pgdata/data_directory.h"
#include "proto/wal/file_name.h"
#include "proto/wal/segment_header.h"

namespace walstow {

// The functions below throw Error{kInvalid} with a clause that continues
// `could not archive file "...": `.

// Parses the last part of a path.
WalFileName parse_archive_name(const std::string& path);

// Returns how many bytes of the file's beginning precheck() needs: the header of a segment or
// .partial, or all of the other, small files. Throws when `size` is impossible for such a file.
std::size_t bytes_to_check(const WalFileName& name, std::uint64_t size);

struct Candidate {
  WalFileName name;
  std::uint64_t size = 0;  // of the file, in bytes
  ByteView beginning;      // bytes_to_check() of it
};

struct Checked {
  ServerIdentity owner;  // a segment contains it; other files belong to the server
  // For a segment of a release newer than this program.
  std::optional<SegmentHeader> newer;
};

// Throws Error{kUsage} when neither the file nor `server` identifies the cluster.
Checked precheck(const Candidate& candidate, const ServerIdentity& server);

// For a segment with the header `newer`. Its second page (which starts at SegmentHeader::page_size
// bytes) must have the same magic, unless nothing was written there. So one flipped bit in the
// first page's magic does not pass for a new release.
void check_second_page(const SegmentHeader& newer, ByteView second_page);

}  // namespace walstow
