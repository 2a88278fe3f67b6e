// Whether a file may be archived under its name: what it says of itself is compared with the name
// and with the server it lies in, before a byte is sent. Pure.
//
// The store checks what it can, too. But only here is the data directory at hand, and a refusal
// here costs nothing: PostgreSQL does not get past a file that fails, so the reason must be plain.
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

// The functions below throw Error{kInvalid}; its message is a clause that goes on after
// `could not archive file "...": `.

// From the last part of a path.
WalFileName parse_archive_name(const std::string& path);

// How much of the file's beginning precheck() wants to see: the header of a segment or .partial,
// all of the small others. Throws when `size` cannot be that of such a file.
std::size_t bytes_to_check(const WalFileName& name, std::uint64_t size);

struct Candidate {
  WalFileName name;
  std::uint64_t size = 0;  // of the file, in bytes
  ByteView beginning;      // bytes_to_check() of it
};

struct Checked {
  ServerIdentity owner;  // a segment says it itself, the others belong to the server
  // Of a segment of a release that is newer than this program.
  std::optional<SegmentHeader> newer;
};

// Throws Error{kUsage} when neither the file nor `server` knows the cluster.
Checked precheck(const Candidate& candidate, const ServerIdentity& server);

// Of a segment with the header `newer`: its second page (SegmentHeader::page_size bytes from the
// beginning on) must have the same magic, unless nothing was written there. So one flipped bit in
// the first page's makes no new release.
void check_second_page(const SegmentHeader& newer, ByteView second_page);

}  // namespace walstow
