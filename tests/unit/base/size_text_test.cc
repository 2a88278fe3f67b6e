#include "proto/base/size_text.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

TEST(SizeText, HasThreeOrFourDigitsAndAUnit) {
  const struct {
    std::uint64_t bytes;
    const char* text;
  } cases[] = {{0, "0 B"},
               {1023, "1023 B"},
               {1024, "1.0 kB"},
               {16U << 20, "16.0 MB"},
               {std::uint64_t{5} << 40, "5.0 TB"}};
  for (const auto& one : cases)
    EXPECT_EQ(size_text(one.bytes), one.text);
}

}  // namespace
}  // namespace walstow
