// The stored object: the only form of a file in a store and in a spool folder, and in transfers to
// clients that accept zstd. FORMAT.md shows one object byte by byte.
//
//   skippable frame (magic 0x184D2A50, at most 4 KiB): one line of JSON, see ObjectHeader
//   plain zstd frames with content checksum:           the file
//   skippable frame (magic 0x184D2A51, 32 bytes):      SHA-256 of every byte before this frame
//
// `zstd -dc` recovers the file without walstow. A scrub (object_scrub.h) needs no decompression.
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

// This many bytes at the start of an object always contain its whole header frame.
inline constexpr std::size_t kLargestHeaderFrame = 8 + kLargestObjectHeader;

// No WAL file is larger than the largest segment: 1 GB.
inline constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 30;

// The largest number of bytes that the zstd frames of a file may take. zstd itself never needs more
// than raw_size + raw_size/256 and a few dozen bytes per frame. Without a limit, an object of empty
// blocks and empty frames could grow forever, and still decompress to nothing.
constexpr std::uint64_t largest_frames_size(std::uint64_t raw_size) {
  return raw_size + raw_size / 64 + 4096;
}

// All fields are known as soon as the head of a put has arrived.
struct ObjectHeader {
  std::string name;            // the WAL file's name, as PostgreSQL knows it
  std::uint64_t raw_size = 0;  // bytes
  Digest digest;               // XXH3-128 of the raw file
  std::uint64_t system_identifier = 0;
  std::uint32_t segment_size = 0;              // bytes
  std::string client;                          // the client that put the file
  std::chrono::system_clock::time_point time;  // when the file was put; whole seconds, UTC
  // The id of the client's data directory, 32 lower-case hex digits; "" if the put did not contain
  // it.
  std::string instance = {};
};

// Returns one line of JSON with a final newline; "format" is "MAJOR.MINOR". Throws Error{kInvalid}
// if the result exceeds kLargestObjectHeader, or if name or client is missing.
std::string encode_object_header(const ObjectHeader& header);
// Ignores unknown fields. Throws Error{kUsage} for an unknown major version: it belongs to a later
// release, and must never be treated as damage. Throws Error{kDamaged} for every other fault.
ObjectHeader decode_object_header(std::string_view json);

// Returns an object's header. `beginning` contains the object's first kLargestHeaderFrame bytes, or
// the whole object. Checks only the header frame. Throws what decode_object_header() throws.
ObjectHeader read_object_header(ByteView beginning);

// Makes an object from a file, in one pass over each chunk. The sink receives the object's bytes in
// order; it receives the header frame during construction. The caller computes the SHA-256 for the
// trailer, because a store computes it anyway when it reads the object back. Throws Error{kInvalid}
// if the number of raw bytes differs from the header's, or if the zstd frames exceed
// largest_frames_size(). After an Error the encoder can only be destroyed.
class ObjectEncoder {
 public:
  // The form in which the file's bytes arrive.
  enum class Input {
    kRaw,  // the raw file, which is compressed here
    // Zstd frames from a client that compresses. They are passed on unchecked: the caller verifies
    // the finished object with an ObjectDecoder before anybody relies on it.
    kZstd,
  };
  ObjectEncoder(const ObjectHeader& header, Input input, int level, ByteSink sink);
  ObjectEncoder(ObjectEncoder&&) noexcept;
  ObjectEncoder& operator=(ObjectEncoder&&) noexcept;
  ~ObjectEncoder();

  void write(ByteView input);
  // Passes the last frame to the sink. Call it once, after all input.
  void finish_frames();
  // Passes the trailer to the sink. `sha256` is the digest of all bytes that the sink has received.
  void finish(const Sha256Digest& sha256);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Checks and decompresses an object, fed in chunks of any size, in bounded memory.
//
// It checks the header frame, the format, the announced size, the XXH3-128, and that nothing
// follows the trailer. With Checks::kAll it also checks zstd's checksums and the trailer's SHA-256.
// The caller checks that the header has the requested name. The decoder throws Error{kUsage} for an
// unknown format, and Error{kDamaged} for any other fault. After an Error, the caller discards the
// raw bytes that it received, and can only destroy the decoder.
class ObjectDecoder {
 public:
  enum class Checks {
    kAll,
    // Suits a receiver whose link already protects the bytes. The decoder checks the size and the
    // raw digest, so it detects any damage to the content, but not damage to other fields of the
    // header. It checks neither zstd's checksums nor the trailer's SHA-256, and does not use
    // OpenSSL.
    kContent,
  };
  ObjectDecoder(ByteSink raw, Checks checks, std::uint64_t largest_raw_size);
  ObjectDecoder(ObjectDecoder&&) noexcept;
  ObjectDecoder& operator=(ObjectDecoder&&) noexcept;
  ~ObjectDecoder();

  void write(ByteView object);
  // For an object whose trailer does not exist yet. Returns the SHA-256 of everything before it,
  // which the trailer must contain. Call it once, after the last frame, with Checks::kAll. Throws
  // Error{kDamaged} if the frames do not end there.
  Sha256Digest finish_frames();
  // Returns nullptr until the complete header frame has arrived.
  const ObjectHeader* header() const;
  // Call it at the end of the input. Throws Error{kDamaged} if anything is missing or does not
  // match.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walstow
