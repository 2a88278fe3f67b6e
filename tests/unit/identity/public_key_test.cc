#include "proto/identity/public_key.h"

#include <gtest/gtest.h>

#include <string>

namespace walstow {
namespace {

TEST(Base64Test, IsWrittenAndReadBack) {
  // RFC 4648, section 10; and all bits set, for the last two characters of the alphabet.
  const std::pair<std::string_view, const char*> table[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xff\xef\xff", "/+//"},
      {{"\0\0\0\0", 4}, "AAAAAA=="},
  };
  for (const auto& [bytes, text] : table) {
    EXPECT_EQ(to_base64(as_bytes(bytes)), text);
    const auto decoded = from_base64(text);
    ASSERT_TRUE(decoded) << text;
    EXPECT_EQ(as_text(*decoded), bytes) << text;
  }
}

TEST(Base64Test, OtherFormsAreRefused) {
  for (const char* text :
       {"=", "==", "====", "Z", "Zg", "Zg=", "Zg===", "Zm9vYg", "Zm9v\n", " Zm9v", "Zm9v ", "Zm=v",
        "Zh==", "Zm9=", "Zm-v", "Zm_v", "Zm9v====", "\xff\xff\xff\xff"}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

TEST(KeyFingerprintTest, IsTheSha256OfTheBytes) {
  EXPECT_EQ(key_fingerprint(as_bytes("abc")),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace walstow
