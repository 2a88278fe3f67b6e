// The only file compiled for AVX2. It uses no inline function that another file could use, too: the
// linker might keep the copy compiled here for all files.
#include "proto/codec/xxh3_avx2.h"

#if defined(__x86_64__)

#ifndef __AVX2__
#error "to be compiled with -mavx2: see CMakeLists.txt"
#endif
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace walstow {

void xxh3_update_avx2(void* state, const void* bytes, std::size_t size) {
  XXH3_128bits_update(static_cast<XXH3_state_t*>(state), bytes, size);
}

}  // namespace walstow

#endif
