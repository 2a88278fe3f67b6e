// No Debian library has this as a static archive; isa-l and leveldb have it inside a shared one.
// Loading that would count, since a store that is reached by a path starts once per file. So this
// uses the processor's own instruction, which computes this polynomial, and Boost's table where
// there is none.
#include "proto/wal/crc32c.h"

#include <boost/crc.hpp>

#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace walstow {
namespace {

using Table = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

bool has_instruction() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("sse4.2") != 0;
#else
  return false;
#endif
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t add_by_instruction(std::uint32_t state,
                                                                   ByteView bytes) {
  std::uint64_t wide = state;
  while (bytes.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    wide = _mm_crc32_u64(wide, word);
    bytes = bytes.subspan(sizeof word);
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (const std::byte byte : bytes)
    narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(byte));
  return narrow;
}
#endif

// Polynomials modulo the checksum's, over the field of two elements. The highest bit is the
// coefficient of 1, as in the checksum itself.
constexpr std::uint32_t kPolynomial = 0x82F63B78;
constexpr std::uint32_t kOne = 0x80000000;

std::uint32_t multiplied(std::uint32_t one, std::uint32_t other) {
  std::uint32_t product = 0;
  for (std::uint32_t bit = kOne; bit != 0; bit >>= 1) {
    if ((one & bit) != 0) product ^= other;
    other = (other & 1) != 0 ? (other >> 1) ^ kPolynomial : other >> 1;
  }
  return product;
}

// Returns x to the power of 8 * bytes: the effect of that many following bytes on a checksum.
std::uint32_t shift_by(std::uint64_t bytes) {
  std::uint32_t result = kOne;
  std::uint32_t power = kOne >> 8;  // of one byte, squared each time
  for (; bytes != 0; bytes >>= 1) {
    if ((bytes & 1) != 0) result = multiplied(result, power);
    power = multiplied(power, power);
  }
  return result;
}

std::uint32_t reversed(std::uint32_t bits) {
  std::uint32_t result = 0;
  for (int i = 0; i < 32; ++i) {
    result = result << 1 | (bits & 1);
    bits >>= 1;
  }
  return result;
}

}  // namespace

std::uint32_t crc32c_of_both(std::uint32_t first, std::uint32_t second, std::uint64_t second_size) {
  return multiplied(shift_by(second_size), first) ^ second;
}

Crc32c::Crc32c(std::uint32_t before) : state_(~before) {
  if (!has_instruction()) state_ = reversed(state_);  // the form that the table uses
}

void Crc32c::add(ByteView bytes) {
#if defined(__x86_64__)
  if (has_instruction()) {
    state_ = add_by_instruction(state_, bytes);
    return;
  }
#endif
  Table table(state_);
  table.process_bytes(bytes.data(), bytes.size());
  state_ = table.get_interim_remainder();
}

std::uint32_t Crc32c::value() const {
  return has_instruction() ? ~state_ : Table(state_).checksum();
}

}  // namespace walstow
