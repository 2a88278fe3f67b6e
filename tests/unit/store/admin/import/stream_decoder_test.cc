#include "store/admin/import/stream_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "proto/base/error.h"
#include "tests/support/compressed.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

struct Form {
  const char* name;
  Compression compression;
  std::string (*compress)(std::string_view);
};

constexpr Form kForms[] = {{"gzip", Compression::kGzip, gzip},
                           {"lz4", Compression::kLz4, lz4},
                           {"zstd", Compression::kZstd, zstd}};

std::string pattern(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i)
    text += std::to_string(i * i) + " ";
  text.resize(size);
  return text;
}

// Gives out `encoded` in pieces of at most `piece` bytes, and reads in such pieces.
std::string decoded(Compression compression, std::string_view encoded, std::size_t piece) {
  StreamDecoder decoder(compression, [&](MutableByteView out) {
    const std::size_t size = std::min({out.size(), piece, encoded.size()});
    std::ranges::copy(as_bytes(encoded.substr(0, size)), out.begin());
    encoded.remove_prefix(size);
    return size;
  });
  std::string text;
  std::string buffer(piece, '\0');
  for (;;) {
    const std::size_t size = decoder.read(std::as_writable_bytes(std::span(buffer)));
    text.append(buffer, 0, size);
    if (size < buffer.size()) return text;
  }
}

std::string problem_of(Compression compression, std::string_view encoded) {
  const Error error = error_thrown([&] { decoded(compression, encoded, 4096); });
  EXPECT_EQ(error.kind(), ErrorKind::kDamaged);
  return error.what();
}

TEST(StreamDecoder, DecompressesInPiecesOfAnySize) {
  const std::string text = pattern(300000);
  for (const Form& form : kForms) {
    const std::string encoded = form.compress(text);
    EXPECT_EQ(recognize(as_bytes(encoded)).compression, form.compression);
    for (const std::size_t piece : {std::size_t{7}, std::size_t{4096}, std::size_t{1} << 20})
      EXPECT_TRUE(decoded(form.compression, encoded, piece) == text) << form.name << piece;
  }
}

TEST(StreamDecoder, DecompressesSeveralMembersOrFrames) {
  for (const Form& form : kForms) {
    const std::string encoded =
        form.compress(pattern(100000)) + form.compress("") + form.compress("the end");
    EXPECT_TRUE(decoded(form.compression, encoded, 1000) == pattern(100000) + "the end")
        << form.name;
  }
}

// As dd and tapes leave them, and gzip(1) accepts them.
TEST(StreamDecoder, SkipsZerosBehindGzip) {
  const Form& form = kForms[0];
  const std::string zeros(10000, '\0');
  EXPECT_EQ(decoded(form.compression, form.compress("text") + zeros, 7), "text");
  EXPECT_EQ(decoded(form.compression, form.compress("text") + zeros, 1 << 20), "text");
  problem_of(form.compression, form.compress("text") + zeros + "x");
}

TEST(StreamDecoder, SkipsSkippableFrames) {
  const std::string skippable("\x50\x2A\x4D\x18\x03\0\0\0abc", 11);
  EXPECT_EQ(recognize(as_bytes(skippable)).compression, Compression::kZstd);
  for (const Form& form : {kForms[1], kForms[2]}) {
    EXPECT_EQ(decoded(form.compression, skippable + form.compress("text") + skippable, 5), "text")
        << form.name;
  }
}

// A file that ends between two members looks whole; the caller knows its size.
TEST(StreamDecoder, ACutIsAnError) {
  for (const Form& form : kForms) {
    const std::string encoded = form.compress(pattern(20000));
    for (std::size_t size = 0; size < encoded.size(); size += 1 + size / 50) {
      EXPECT_EQ(problem_of(form.compression, std::string_view(encoded).substr(0, size)),
                std::string("its ") + form.name + " data is damaged: it ends early")
          << size;
    }
    problem_of(form.compression, std::string_view(encoded).substr(0, encoded.size() - 1));
    problem_of(form.compression, encoded + "\1");
  }
}

TEST(StreamDecoder, AWrongChecksumIsAnError) {
  for (const Form& form : {kForms[0], kForms[1]}) {
    std::string encoded = form.compress(pattern(20000));
    encoded[encoded.size() - (form.compression == Compression::kGzip ? 5 : 1)] ^= 1;
    EXPECT_NE(problem_of(form.compression, encoded).find("damaged"), std::string::npos);
  }
}

TEST(StreamDecoder, OtherBytesAreAnError) {
  for (const Form& form : kForms) {
    problem_of(form.compression, "this is no compressed file at all");
    problem_of(form.compression, form.compress("text") + "and what does not belong there");
  }
}

TEST(StreamDecoder, RecognizesFormsByTheirFirstBytes) {
  EXPECT_EQ(recognize(as_bytes("BZh91AY")).unsupported, "bzip2");
  EXPECT_EQ(recognize(as_bytes(std::string_view("\xFD"
                                                "7zXZ\0\0\4",
                                                8)))
                .unsupported,
            "xz");
  for (const std::string_view plain :
       {"", "1\t0/A00000\tno recovery target specified\n", "START WAL LOCATION: 0/2", "\x1F"}) {
    EXPECT_EQ(recognize(as_bytes(plain)).compression, Compression::kNone) << plain;
    EXPECT_EQ(recognize(as_bytes(plain)).unsupported, "") << plain;
  }
}

}  // namespace
}  // namespace walstow
