#include "proto/link/ssh/ssh_rsa_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "proto/base/error.h"
#include "proto/link/pem_file.h"
#include "proto/link/ssh/openssh_key.h"

namespace walstow {
namespace {

constexpr std::string_view kRsa = "ssh-rsa";

struct FreeNumber {
  void operator()(BIGNUM* number) const noexcept { BN_clear_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

struct FreeBuilder {
  void operator()(OSSL_PARAM_BLD* builder) const noexcept { OSSL_PARAM_BLD_free(builder); }
};
struct FreeParameters {
  void operator()(OSSL_PARAM* parameters) const noexcept { OSSL_PARAM_free(parameters); }
};
struct FreeKeyContext {
  void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
};
struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

Number number_of(const std::optional<ByteView>& bytes) {
  if (!bytes) return nullptr;
  return Number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes->data()),
                          static_cast<int>(bytes->size()), nullptr));
}

// Appends RFC 4251's mpint of a positive number: a first byte of 0x80 or more would make it
// negative.
void append_number(std::vector<std::byte>& blob, const BIGNUM& number) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(BN_num_bytes(&number)) + 1);
  BN_bn2bin(&number, reinterpret_cast<unsigned char*>(bytes.data()) + 1);
  const bool high = bytes.size() > 1 && (bytes[1] & std::byte{0x80}) != std::byte{0};
  append_ssh_string(blob, ByteView(bytes).subspan(high ? 0 : 1));
}

Number part_of(const EVP_PKEY& key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(&key, name, &number);
  return Number(number);
}

// Replaces OpenSSL's own callback, which asks at the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

}  // namespace

void SshRsaKey::FreeKey::operator()(EVP_PKEY* key) const noexcept {
  EVP_PKEY_free(key);
}

SshRsaKey::SshRsaKey(Key key, SshPublicKey public_key)
    : key_(std::move(key)), public_key_(std::move(public_key)) {}

// Without the primes, signing takes some milliseconds more, once per connection.
SshRsaKey::Key SshRsaKey::parse_openssh(const std::string& text) {
  const auto file = parse_openssh_key(text);
  if (!file || file->cipher != "none") return nullptr;
  SshFields fields(file->private_part);
  if (!fields.number() || !fields.number()) return nullptr;  // the same random number twice
  const auto type = fields.string();
  if (!type || as_text(*type) != kRsa) return nullptr;
  const Number modulus = number_of(fields.string());
  const Number public_exponent = number_of(fields.string());
  const Number private_exponent = number_of(fields.string());
  if (!modulus || !public_exponent || !private_exponent) return nullptr;

  const std::unique_ptr<OSSL_PARAM_BLD, FreeBuilder> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, public_exponent.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_D, private_exponent.get());
  const std::unique_ptr<OSSL_PARAM, FreeParameters> parameters(
      OSSL_PARAM_BLD_to_param(builder.get()));
  const std::unique_ptr<EVP_PKEY_CTX, FreeKeyContext> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
    return nullptr;
  }
  return Key(key);
}

std::optional<SshRsaKey> SshRsaKey::parse(const std::string& text) {
  const OpenSslErrorGuard guard;
  Key key = parse_openssh(text);
  if (!key) {
    key.reset(PEM_read_bio_PrivateKey(pem_reader(text).get(), nullptr, no_passphrase, nullptr));
  }
  if (!key || EVP_PKEY_is_a(key.get(), "RSA") != 1) return std::nullopt;
  const Number modulus = part_of(*key, OSSL_PKEY_PARAM_RSA_N);
  const Number exponent = part_of(*key, OSSL_PKEY_PARAM_RSA_E);
  if (!modulus || !exponent) return std::nullopt;
  SshPublicKey public_key{.type = std::string(kRsa), .blob = {}};
  append_ssh_string(public_key.blob, as_bytes(kRsa));
  append_number(public_key.blob, *exponent);
  append_number(public_key.blob, *modulus);
  return SshRsaKey(std::move(key), std::move(public_key));
}

std::vector<std::byte> SshRsaKey::sign(ByteView data) const {
  const OpenSslErrorGuard guard;
  const std::unique_ptr<EVP_MD_CTX, FreeDigestContext> context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(data.data());
  std::size_t size = 0;
  std::vector<std::byte> signature;
  if (context &&
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha512(), nullptr, key_.get()) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &size, bytes, data.size()) == 1) {
    signature.resize(size);
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       bytes, data.size()) == 1) {
      signature.resize(size);
      return signature;
    }
  }
  throw Error(ErrorKind::kUsage, "could not sign with the RSA key",
              "Is the key's file damaged? \"ssh-keygen -y -f FILE\" checks it.");
}

}  // namespace walstow
