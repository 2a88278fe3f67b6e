// Checks whether a file may be archived under its name, before a byte is sent. It compares the
// file's contents with the name and with the server that the file comes from. Pure.
//
// The store also checks everything that it can check. But only the client has the data directory,
// and a refusal by the client costs nothing. PostgreSQL archives no later file until this one
// succeeds, so the message must state the reason plainly.
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
// .partial, or the whole of any other file, which is small. Throws when `size` is impossible for
// such a file.
std::size_t bytes_to_check(const WalFileName& name, std::uint64_t size);

struct Candidate {
  WalFileName name;
  std::uint64_t size = 0;  // size of the file, in bytes
  ByteView beginning;      // its first bytes_to_check() bytes
};

struct Checked {
  // The server that the file belongs to. A segment identifies it; for other files, it is the server
  // that passes them.
  ServerIdentity owner;
  // Set only for a segment of a release that is newer than this program.
  std::optional<SegmentHeader> newer;
};

// Throws Error{kUsage} if neither the file nor `server` contains a system identifier.
Checked precheck(const Candidate& candidate, const ServerIdentity& server);

// Checks the second page of a segment with the header `newer`. The page starts at the offset
// SegmentHeader::page_size. It must have the same magic as the first page, unless nothing was
// written there. So one flipped bit in the first page's magic is not mistaken for a new release.
void check_second_page(const SegmentHeader& newer, ByteView second_page);

}  // namespace walstow
