// XXH3 sums the words of each lane of a block: sum(word), and sum(low half of (word xor secret)
// times its high half). 16 stripes of eight lanes make a block of 1024 bytes. So after ten freely
// chosen stripes, the last five of a lane can restore both sums. Source: xxhash.h
// (XXH3_accumulate_512_scalar, XXH3_hashLong_internal_loop).
#include "tests/support/colliding_content.h"

#define XXH_INLINE_ALL
#include <array>
#include <cstdint>
#include <span>
#include <xxhash.h>

#include "proto/base/little_endian.h"

namespace walstow::samples {
namespace {

constexpr std::size_t kBlock = 1024;
constexpr std::size_t kStripe = 64;
constexpr std::size_t kStripes = kBlock / kStripe;
constexpr std::size_t kLanes = 8;
constexpr std::size_t kChosen = 10;     // stripes with other bytes
constexpr std::size_t kBalancing = 11;  // the first of the five that restore the sums
constexpr std::uint64_t kLow = 0xFFFFFFFF;

std::uint64_t secret(std::size_t stripe, std::size_t lane) {
  return load_little_endian<std::uint64_t>(std::as_bytes(std::span(XXH3_kSecret)),
                                           8 * (stripe + lane));
}
std::uint64_t product(std::uint64_t keyed) {
  return (keyed & kLow) * (keyed >> 32);
}

// One lane's word in each stripe of a block.
class Lane {
 public:
  Lane(MutableByteView block, std::size_t lane) : block_(block), lane_(lane) {}
  std::uint64_t word(std::size_t stripe) const {
    return load_little_endian<std::uint64_t>(block_, at(stripe));
  }
  void set(std::size_t stripe, std::uint64_t word) {
    store_little_endian(word, block_, at(stripe));
  }
  std::uint64_t key(std::size_t stripe) const { return secret(stripe, lane_); }

 private:
  std::size_t at(std::size_t stripe) const { return kStripe * stripe + 8 * lane_; }
  MutableByteView block_;
  std::size_t lane_;
};

void balance(Lane lane, std::uint64_t sum, std::uint64_t products) {
  for (std::size_t stripe = 0; stripe < kBalancing; ++stripe) {
    sum -= lane.word(stripe);
    products -= product(lane.word(stripe) ^ lane.key(stripe));
  }
  // Three keyed words for the missing products, each with a low and a high half.
  std::array<std::uint64_t, 3> keyed{};
  const std::uint64_t quotient = products / kLow;
  if (quotient <= kLow) {
    keyed[0] = quotient << 32 | kLow;
    keyed[1] = (products % kLow) << 32 | 1;
  } else {
    const std::uint64_t rest = products - kLow * kLow;
    keyed[0] = kLow << 32 | kLow;
    keyed[1] = (rest / 2) << 32 | 2;
    keyed[2] = (rest % 2) << 32 | 1;
  }
  for (std::size_t i = 0; i < keyed.size(); ++i) {
    lane.set(kBalancing + i, keyed[i] ^ lane.key(kBalancing + i));
    sum -= lane.word(kBalancing + i);
  }
  // Two words for the sum whose products are zero: one has a zero low half, the other a zero high
  // half.
  const std::uint64_t low_key = lane.key(14) & kLow;
  const std::uint64_t high_key = lane.key(15) >> 32;
  const std::uint64_t low = (sum - low_key) & kLow;
  const std::uint64_t carry = (low_key + low) >> 32;
  const std::uint64_t high = ((sum >> 32) - high_key - carry) & kLow;
  lane.set(14, high << 32 | low_key);
  lane.set(15, high_key << 32 | low);
}

}  // namespace

std::string with_same_digest(std::string content, std::size_t offset) {
  const MutableByteView block =
      std::as_writable_bytes(std::span(content)).subspan(offset / kBlock * kBlock, kBlock);
  for (std::size_t number = 0; number < kLanes; ++number) {
    Lane lane(block, number);
    std::uint64_t sum = 0;
    std::uint64_t products = 0;
    for (std::size_t stripe = 0; stripe < kStripes; ++stripe) {
      sum += lane.word(stripe);
      products += product(lane.word(stripe) ^ lane.key(stripe));
    }
    for (std::size_t stripe = 0; stripe < kChosen; ++stripe)
      lane.set(stripe, lane.word(stripe) ^ 0x5555555555555555U);
    balance(lane, sum, products);
  }
  return content;
}

}  // namespace walstow::samples
