// Stored objects and zstd frames, as a store reads them from its medium and a client from the wire.
#include <array>
#include <optional>

#include "proto/codec/object.h"
#include "proto/codec/object_scrub.h"
#include "proto/codec/zstd_stream.h"
#include "store/object/examine_object.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/digests.h"
#include "tests/support/encoded_object.h"

namespace walstow {
namespace {

constexpr std::size_t kMostUnfolded = std::size_t{1} << 20;

// The file in an object. nullopt: an invalid object.
std::optional<std::string> unfolded(ByteView object, std::uint8_t longest_piece) {
  std::string raw;
  const auto sink = [&raw](ByteView bytes) {
    raw += as_text(bytes);
    require(raw.size() <= kMostUnfolded, "no object unfolds beyond its bound");
  };
  return unless_error({ErrorKind::kDamaged, ErrorKind::kUsage}, [&] {
    ObjectDecoder decoder(sink, ObjectDecoder::Checks::kAll, kMostUnfolded);
    feed_in_pieces(object, longest_piece, [&](ByteView piece) { decoder.write(piece); });
    decoder.finish();
    require(decoder.header()->raw_size == raw.size(), "a whole object has the announced size");
    require(decoder.header()->digest == digest_of(raw), "a whole object has the announced digest");
    return raw;
  });
}

bool passes_scrub(ByteView object) {
  return unless_error({ErrorKind::kDamaged, ErrorKind::kUsage},
                      [&] {
                        ObjectScrub scrub(object.size());
                        scrub.write(object);
                        return scrub.finish();
                      })
      .has_value();
}

// The first choice is the size of the pieces. With the second, the trailer is valid for the bytes
// before it.
void stored_object(ByteView input) {
  FuzzInput choices(input);
  const std::uint8_t longest_piece = choices.byte();
  const bool with_trailer = choices.byte() % 2 == 1;
  std::string object = choices.text();
  if (with_trailer) {
    Sha256 hash;
    hash.update(as_bytes(object));
    object.append("\x51\x2A\x4D\x18\x20\0\0\0", kFramePrefixSize).append(as_text(hash.finish()));
  }
  const auto raw = unfolded(as_bytes(object), 255);
  require(raw == unfolded(as_bytes(object), longest_piece), "pieces of any size give the same");
  require(!raw || passes_scrub(as_bytes(object)), "what unfolds passes the scrub");
  const auto examined = unless_error({ErrorKind::kUsage}, [&] {
    ObjectExaminer examiner([](ByteView) {});
    examiner.write(as_bytes(object));
    return examiner.finish();
  });
  // The examiner's limit is the largest segment.
  require(!raw || (examined && examined->whole), "what unfolds is found to be whole");
}

// A stored file is read back as the same file, and a changed byte of its object is detected.
void stored_file(ByteView input) {
  FuzzInput choices(input);
  const int level = static_cast<int>(choices.byte() % 8) - 3;
  const std::uint8_t longest_piece = choices.byte();
  const std::uint32_t damage = choices.number(3);
  const std::uint8_t flipped = choices.byte();
  const std::string file = choices.text();
  const ObjectHeader header{.name = "00000002.history",
                            .raw_size = file.size(),
                            .digest = digest_of(file),
                            .system_identifier = 7,
                            .segment_size = 1U << 20,
                            .client = "primary1",
                            .time = {}};
  std::string object;
  encode_object(
      header, ObjectEncoder::Input::kRaw, level,
      [&object](ByteView bytes) { object += as_text(bytes); },
      [&](ObjectEncoder& encoder) {
        feed_in_pieces(as_bytes(file), longest_piece,
                       [&](ByteView piece) { encoder.write(piece); });
      });
  require(unfolded(as_bytes(object), longest_piece) == file, "what was stored is read again");

  object[damage % object.size()] = static_cast<char>(
      static_cast<unsigned char>(object[damage % object.size()]) ^ std::max<int>(flipped, 1));
  require(!unfolded(as_bytes(object), 255), "a changed byte is found");
}

void object_header(ByteView input) {
  const auto header = unless_error({ErrorKind::kDamaged, ErrorKind::kUsage},
                                   [&] { return decode_object_header(as_text(input)); });
  if (!header) return;
  // Escapes may lengthen the line beyond the limit of a header.
  const auto line =
      unless_error({ErrorKind::kInvalid}, [&] { return encode_object_header(*header); });
  if (!line) return;
  const ObjectHeader again = decode_object_header(*line);
  require(again.name == header->name && again.client == header->client &&
              again.raw_size == header->raw_size && again.digest == header->digest &&
              again.system_identifier == header->system_identifier &&
              again.segment_size == header->segment_size && again.time == header->time,
          "a header is read as it is written");
}

// A compressed body: frames up to the end, or up to bytes that are no frame.
void zstd_frames(ByteView input) {
  FuzzInput choices(input);
  const std::uint8_t longest_piece = choices.byte();
  const std::size_t most = choices.number(3) % kMostUnfolded;
  const auto decompressed = [&](std::uint8_t longest) {
    std::string raw;
    return unless_error({ErrorKind::kDamaged}, [&] {
      Decompressor decompressor(most);
      const auto sink = [&](ByteView bytes) {
        raw += as_text(bytes);
        require(raw.size() <= most, "no frame unfolds beyond its bound");
      };
      feed_in_pieces(choices.rest(), longest, [&](ByteView piece) {
        while (!piece.empty()) {
          const std::size_t taken = decompressor.write(piece, sink);
          require(taken > 0 && taken <= piece.size(), "some of a piece is taken");
          piece = piece.subspan(taken);
        }
      });
      return decompressor.at_frame_end() ? raw : std::string();
    });
  };
  require(decompressed(255) == decompressed(longest_piece), "pieces of any size give the same");
}

constexpr std::array kCodecTargets = {
    FuzzTarget{"stored_object", stored_object},
    FuzzTarget{"stored_file", stored_file},
    FuzzTarget{"object_header", object_header},
    FuzzTarget{"zstd_frames", zstd_frames},
};

}  // namespace

std::span<const FuzzTarget> codec_targets() {
  return kCodecTargets;
}

}  // namespace walstow
