// XXH3 with the instructions of AVX2, for processors that have them. Internal to proto/codec.
//
// Debian's static libxxhash knows only what every x86-64 has (SSE2), and takes three times as long.
// The digest is the same: XXH3 defines it without regard to the instructions.
#pragma once

#include <cstddef>

namespace walstow {

#if defined(__x86_64__)
// As XXH3_128bits_update(); `state` is an XXH3_state_t of the xxHash whose header this was compiled
// with, begun by its reset. Only where __builtin_cpu_supports("avx2").
void xxh3_update_avx2(void* state, const void* bytes, std::size_t size);
#endif

}  // namespace walstow
