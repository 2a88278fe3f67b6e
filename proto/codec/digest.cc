#include "proto/codec/digest.h"

#include <openssl/evp.h>

#include <cstring>
#include <new>
#include <xxhash.h>

#include "proto/base/error.h"
#include "proto/codec/xxh3_avx2.h"

namespace walstow {

std::string to_string(const Digest& digest) {
  return to_hex(digest.bytes);
}

std::optional<Digest> parse_digest(std::string_view hex) {
  Digest digest;
  if (!from_hex(hex, digest.bytes)) return std::nullopt;
  return digest;
}

namespace {

struct FreeXxhState {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

void update_xxh3(XXH3_state_t* state, ByteView bytes) {
#if defined(__x86_64__)
  // Another version's state may have a different layout.
  static const bool kWide =
      __builtin_cpu_supports("avx2") && XXH_versionNumber() == XXH_VERSION_NUMBER;
  if (kWide) return xxh3_update_avx2(state, bytes.data(), bytes.size());
#endif
  XXH3_128bits_update(state, bytes.data(), bytes.size());
}

struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

struct Hasher::State {
  std::unique_ptr<XXH3_state_t, FreeXxhState> xxh{XXH3_createState()};
};

Hasher::Hasher() : state_(std::make_unique<State>()) {
  if (!state_->xxh) throw std::bad_alloc();
  XXH3_128bits_reset(state_->xxh.get());
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(ByteView bytes) {
  update_xxh3(state_->xxh.get(), bytes);
}

Digest Hasher::digest() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_->xxh.get()));
  Digest digest;
  static_assert(sizeof canonical.digest == sizeof digest.bytes);
  std::memcpy(digest.bytes.data(), canonical.digest, digest.bytes.size());
  return digest;
}

namespace {

// OpenSSL fails here only when it lacks memory or its own implementation of the digest.
void require(int openssl_result) {
  if (openssl_result != 1) throw Error(ErrorKind::kUnavailable, "could not compute a digest");
}

const EVP_MD* method_of(std::size_t size) {
  return size == Sha1::Result().size() ? EVP_sha1() : EVP_sha256();
}

}  // namespace

template <std::size_t kSize>
struct OpensslDigest<kSize>::State {
  std::unique_ptr<EVP_MD_CTX, FreeDigestContext> context{EVP_MD_CTX_new()};
};

template <std::size_t kSize>
OpensslDigest<kSize>::OpensslDigest() : state_(std::make_unique<State>()) {
  if (!state_->context) throw std::bad_alloc();
  require(EVP_DigestInit_ex(state_->context.get(), method_of(kSize), nullptr));
}
template <std::size_t kSize>
OpensslDigest<kSize>::OpensslDigest(OpensslDigest&&) noexcept = default;
template <std::size_t kSize>
OpensslDigest<kSize>& OpensslDigest<kSize>::operator=(OpensslDigest&&) noexcept = default;
template <std::size_t kSize>
OpensslDigest<kSize>::~OpensslDigest() = default;

template <std::size_t kSize>
void OpensslDigest<kSize>::update(ByteView bytes) {
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
}

template <std::size_t kSize>
typename OpensslDigest<kSize>::Result OpensslDigest<kSize>::finish() {
  Result digest;
  require(EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(digest.data()),
                             nullptr));
  return digest;
}

template class OpensslDigest<32>;
template class OpensslDigest<20>;

}  // namespace walstow
