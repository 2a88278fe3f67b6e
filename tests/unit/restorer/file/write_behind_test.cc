#include "restorer/file/write_behind.h"

#include <gtest/gtest.h>

#include <future>
#include <string>

#include "proto/base/error.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

TEST(WriteBehindTest, WritesAllBytesInOrder) {
  for (const std::size_t piece : {std::size_t{7}, kChunkSize / 3, kChunkSize, 5 * kChunkSize}) {
    std::string written;
    std::string given;
    WriteBehind file([&written](ByteView bytes) { written += as_text(bytes); });
    for (char letter = 'a'; letter <= 'z'; ++letter) {
      given.append(piece, letter);
      file.write(as_bytes(std::string(piece, letter)));
    }
    file.finish();
    EXPECT_EQ(written, given) << piece;
  }
}

TEST(WriteBehindTest, AFailureReachesTheWriter) {
  for (const int failing : {1, 2, 3}) {
    int calls = 0;
    WriteBehind file([&](ByteView) {
      if (++calls == failing) throw Error(ErrorKind::kStorage, "no space");
    });
    const std::string chunk(kChunkSize, 'x');
    EXPECT_EQ(kind_thrown([&] {
                for (int i = 0; i < 20; ++i)
                  file.write(as_bytes(chunk));
                file.finish();
              }),
              ErrorKind::kStorage);
    EXPECT_EQ(calls, failing);
  }
}

TEST(WriteBehindTest, AFailureOfTheLastBytesIsToldAtTheEnd) {
  std::promise<void> gate;
  int calls = 0;
  WriteBehind file([&](ByteView) {
    if (++calls < 2) return;
    gate.get_future().wait();
    throw Error(ErrorKind::kStorage, "no space");
  });
  const std::string chunk(kChunkSize, 'x');
  file.write(as_bytes(chunk));
  file.write(as_bytes(chunk));
  gate.set_value();
  EXPECT_EQ(kind_thrown([&] { file.finish(); }), ErrorKind::kStorage);
}

TEST(WriteBehindTest, WhatIsNotFinishedMayBeDropped) {
  int calls = 0;
  {
    WriteBehind file([&calls](ByteView) { ++calls; });
    const std::string chunk(kChunkSize, 'x');
    for (int i = 0; i < 4; ++i)
      file.write(as_bytes(chunk));
  }
  EXPECT_GE(calls, 1);
  EXPECT_LE(calls, 4);
}

}  // namespace
}  // namespace walstow
