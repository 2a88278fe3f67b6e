// XXH3 with AVX2 instructions, for processors that support them. Internal to proto/codec.
//
// Debian's static libxxhash uses only the instructions that every x86-64 processor has (SSE2), and
// takes three times as long. The digest is the same: XXH3 defines it independently of the
// instructions.
#pragma once

#include <cstddef>

namespace walstow {

#if defined(__x86_64__)
// Does the same as XXH3_128bits_update(). `state` is an XXH3_state_t after XXH3_128bits_reset(), of
// the xxHash version with whose header this file was compiled. Call it only if
// __builtin_cpu_supports("avx2").
void xxh3_update_avx2(void* state, const void* bytes, std::size_t size);
#endif

}  // namespace walstow
