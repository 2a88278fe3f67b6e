// The one file that is compiled for AVX2. It includes nothing that another file could share an
// inline function with: the linker might keep the one compiled here for all.
#include "proto/codec/xxh3_avx2.h"

#if defined(__x86_64__)

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace walstow {

void xxh3_update_avx2(void* state, const void* bytes, std::size_t size) {
  XXH3_128bits_update(static_cast<XXH3_state_t*>(state), bytes, size);
}

}  // namespace walstow

#endif
