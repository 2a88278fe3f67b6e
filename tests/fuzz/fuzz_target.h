// A fuzz target: a function of the program that takes bytes from outside, and the properties of its
// result. libFuzzer calls it with inputs that it makes up (libfuzzer_main.cc), and a unit test with
// the inputs of the corpus (corpus_test.cc).
//
// A target throws for any forbidden result: PropertyFailed, or an exception of the function that
// its contract does not name. It keeps no state between calls that would change the result for an
// input.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "proto/base/bytes.h"
#include "proto/base/error.h"

namespace walstow {

struct FuzzTarget {
  std::string_view name;  // also the name of its folder in tests/fuzz/corpus
  void (*run)(ByteView input);
};

// All targets, group after group.
std::span<const FuzzTarget> wal_targets();
std::span<const FuzzTarget> codec_targets();
std::span<const FuzzTarget> wire_targets();
std::span<const FuzzTarget> http_targets();
std::span<const FuzzTarget> link_targets();
std::span<const FuzzTarget> file_targets();
std::span<const FuzzTarget> store_targets();

class PropertyFailed : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// `property` states what must hold.
inline void require(bool holds, const std::string& property) {
  if (!holds) throw PropertyFailed(property);
}

// The result of `call`. nullopt: it threw an Error of one of the kinds that its contract names.
// Other exceptions pass through.
template <class Call>
std::optional<std::invoke_result_t<Call>> unless_error(std::initializer_list<ErrorKind> allowed,
                                                       Call call) {
  try {
    return call();
  } catch (const Error& error) {
    if (std::find(allowed.begin(), allowed.end(), error.kind()) == allowed.end()) throw;
    return std::nullopt;
  }
}

// Takes an input apart: choices first, then the text or bytes to which they apply.
class FuzzInput {
 public:
  explicit FuzzInput(ByteView bytes) : rest_(bytes) {}

  // 0 at the end.
  std::uint8_t byte() {
    const ByteView taken = bytes(1);
    return taken.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(taken.front());
  }
  std::uint32_t number(int size) {
    std::uint32_t number = 0;
    for (int i = 0; i < size; ++i)
      number = number << 8U | byte();
    return number;
  }
  // Returns fewer bytes at the end.
  ByteView bytes(std::size_t size) {
    const ByteView taken = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  ByteView rest() const { return rest_; }
  std::string text() const { return std::string(as_text(rest_)); }
  bool is_empty() const { return rest_.empty(); }

 private:
  ByteView rest_;
};

// Passes `bytes` to `feed` in pieces of up to `longest` + 1 bytes, of changing sizes.
template <class Feed>
void feed_in_pieces(ByteView bytes, std::size_t longest, Feed feed) {
  for (std::size_t step = longest; !bytes.empty(); ++step) {
    const std::size_t size = std::min(bytes.size(), step * 181 % (longest + 1) + 1);
    feed(bytes.first(size));
    bytes = bytes.subspan(size);
  }
}

}  // namespace walstow
