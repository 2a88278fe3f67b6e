#include "proto/codec/object_scrub.h"

#include <gtest/gtest.h>

#include "tests/unit/codec/object_fixture.h"

namespace walstow {
namespace {

using namespace fixture;  // NOLINT(google-build-using-namespace): test vocabulary

ObjectHeader scrub(ByteView object, std::size_t piece, std::uint64_t size) {
  ObjectScrub scrub(size);
  in_pieces(object, piece, [&scrub](ByteView bytes) { scrub.write(bytes); });
  return scrub.finish();
}

std::string damage_found(ByteView object, std::size_t piece = 0) {
  return error_of(ErrorKind::kDamaged, [&] { scrub(object, piece, object.size()); });
}

TEST(ObjectScrubTest, AWholeObjectPassesInPiecesOfAnySize) {
  const Bytes raw = wal_like(20000);
  const Bytes object = object_of(raw);
  for (const std::size_t piece : {0UL, 1UL, 7UL, 40UL, 4096UL}) {
    const ObjectHeader header = scrub(object, piece, object.size());
    EXPECT_EQ(header.name, header_for(raw).name);
    EXPECT_EQ(header.digest, header_for(raw).digest);
  }
}

TEST(ObjectScrubTest, EveryChangedByteIsFound) {
  const Bytes object = object_of(wal_like(300));
  for (std::size_t i = 0; i < object.size(); ++i) {
    Bytes changed = object;
    changed[i] ^= std::byte{0x10};
    EXPECT_NE(damage_found(changed), "no error") << "byte " << i;
  }
}

TEST(ObjectScrubTest, EveryOtherLengthIsFound) {
  const Bytes object = object_of(wal_like(300));
  for (std::size_t size = 0; size < object.size(); ++size)
    EXPECT_NE(damage_found(ByteView(object).first(size)), "no error") << size << " bytes";
  Bytes longer = object;
  longer.push_back(std::byte{0});
  EXPECT_NE(damage_found(longer), "no error");
}

// The file may change its length between the look at its size and the end of its bytes.
TEST(ObjectScrubTest, OtherBytesThanAnnouncedAreFound) {
  const Bytes object = object_of(wal_like(300));
  for (const std::uint64_t size : {object.size() - 1, object.size() + 1}) {
    EXPECT_NE(error_of(ErrorKind::kDamaged, [&] { scrub(object, 64, size); }), "no error");
  }
}

TEST(ObjectScrubTest, AnUnknownFormatIsNoDamage) {
  Bytes object = object_of(wal_like(300));
  const std::string_view text = as_text(object);
  object[text.find("\"1.0\"") + 1] = std::byte{'2'};
  EXPECT_NE(error_of(ErrorKind::kUsage, [&] { scrub(object, 0, object.size()); }), "no error");
}

}  // namespace
}  // namespace walstow
