// The stored object: the one form in which a file lies in a store and in a spool folder, and
// travels to whoever accepts zstd. FORMAT.md shows one byte by byte.
//
//   skippable frame (magic 0x184D2A50, at most 4 KiB): one line of JSON, see ObjectHeader
//   plain zstd frames with content checksum:           the file
//   skippable frame (magic 0x184D2A51, 32 bytes):      SHA-256 of every byte before this frame
//
// `zstd -dc` gives the file back without walstow, and a scrub needs no decompression.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "proto/base/bytes.h"
#include "proto/codec/digest.h"
#include "proto/codec/zstd_stream.h"

namespace walstow {

inline constexpr std::uint32_t kHeaderFrameMagic = 0x184D2A50;
inline constexpr std::uint32_t kTrailerFrameMagic = 0x184D2A51;
inline constexpr std::size_t kFramePrefixSize = 8;         // magic and size of a skippable frame
inline constexpr std::size_t kLargestObjectHeader = 4096;  // bytes of JSON
inline constexpr int kObjectFormatMajor = 1;

// Bytes from an object's start that hold its header frame for certain.
inline constexpr std::size_t kLargestHeaderFrame = 8 + kLargestObjectHeader;

// No WAL file is larger than the largest segment: 1 GB.
inline constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 30;

// Bytes that the zstd frames of a file may take. zstd itself never needs more than raw_size +
// raw_size/256 and a few dozen bytes a frame; without a bound, empty blocks and empty frames would
// let an object grow for ever that unfolds to nothing.
constexpr std::uint64_t largest_frames_size(std::uint64_t raw_size) {
  return raw_size + raw_size / 64 + 4096;
}

// Everything in it is known when a put's head has arrived.
struct ObjectHeader {
  std::string name;            // the WAL file's name, as PostgreSQL knows it
  std::uint64_t raw_size = 0;  // bytes
  Digest digest;               // XXH3-128 of the raw file
  std::uint64_t system_identifier = 0;
  std::uint32_t segment_size = 0;              // bytes
  std::string client;                          // who put it
  std::chrono::system_clock::time_point time;  // of the put; whole seconds, UTC
  // Which data directory of the client's: 32 lower-case hex digits; "": the put did not say.
  std::string instance = {};
};

// One line of JSON with a final newline; "format" is "MAJOR.MINOR". Throws Error{kInvalid} beyond
// kLargestObjectHeader and without name or client.
std::string encode_object_header(const ObjectHeader& header);
// Unknown fields are ignored. Throws Error{kDamaged}; Error{kUsage} for an unknown major, which is
// a later release's and must never be treated as damage.
ObjectHeader decode_object_header(std::string_view json);

// The header of an object of which `beginning` is the first kLargestHeaderFrame bytes, or all. Only
// the frame itself is checked. Throws as decode_object_header().
ObjectHeader read_object_header(ByteView beginning);

// Makes an object from a file, in one pass over each chunk. Sinks get the object's bytes in order;
// the header frame's while the encoder is constructed. Throws Error{kInvalid} when the raw bytes
// are not as many as the header says, or when there are more than largest_frames_size() of zstd
// frames. After an Error it can only be destroyed.
class ObjectEncoder {
 public:
  // How the file's bytes arrive.
  enum class Input {
    kRaw,   // compressed here
    kZstd,  // zstd frames already (a client that compresses); passed on as they are, unread: the
            // caller proves the finished object with an ObjectDecoder before anyone relies on it
  };
  ObjectEncoder(const ObjectHeader& header, Input input, int level, ByteSink sink);
  ObjectEncoder(ObjectEncoder&&) noexcept;
  ObjectEncoder& operator=(ObjectEncoder&&) noexcept;
  ~ObjectEncoder();

  void write(ByteView input);
  void finish();  // trailer; once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Checks and unfolds an object, fed in pieces of any size, in bounded memory.
//
// Everything is checked: header frame, format, announced size, XXH3-128, nothing after the trailer;
// with Checks::kAll also zstd's own checksums and the SHA-256 of the trailer. Whether the name in
// the header is the one that was asked for is the caller's question. Whatever is wrong is
// Error{kDamaged}, an unknown format Error{kUsage}; raw bytes handed out before are to be thrown
// away then, and the decoder can only be destroyed.
class ObjectDecoder {
 public:
  enum class Checks {
    kAll,
    // For a receiver whose link protects the bytes: size and raw digest are checked, so no damage
    // of the content passes (of the header's other fields it may), but neither zstd's checksums nor
    // the trailer's SHA-256, and OpenSSL is not touched.
    kContent,
  };
  ObjectDecoder(ByteSink raw, Checks checks, std::uint64_t largest_raw_size);
  ObjectDecoder(ObjectDecoder&&) noexcept;
  ObjectDecoder& operator=(ObjectDecoder&&) noexcept;
  ~ObjectDecoder();

  void write(ByteView object);
  // nullptr until the header frame has arrived whole.
  const ObjectHeader* header() const;
  // Call at the end of the input: throws Error{kDamaged} when anything is missing or does not
  // match.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walstow
