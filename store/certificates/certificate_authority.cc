#include "store/certificates/certificate_authority.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/link/pem_file.h"
#include "store/certificates/host_names.h"

namespace walstow {
namespace {

constexpr std::chrono::hours kClockTolerance{1};
constexpr int kSerialBits = 128;
constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 8192;  // longer keys only make each handshake slow

// A server's name in its subject. The space prevents confusion with a host name.
constexpr const char* kServerName = "walstow store";

struct FreeParts {
  void operator()(X509_REQ* request) const noexcept { X509_REQ_free(request); }
  void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
  void operator()(BIGNUM* number) const noexcept { BN_free(number); }
};
template <class Part>
using Handle = std::unique_ptr<Part, FreeParts>;

// For calls that fail only for lack of memory or random numbers, or by a defect in this program.
void require(int openssl_result, const char* what) {
  if (openssl_result > 0) return;
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  throw Error(ErrorKind::kUnavailable,
              fmt::format("could not create {}: {}", what, reason != nullptr ? reason : "unknown"));
}

template <class Owner>
Owner required(Owner owner, const char* what) {
  require(owner ? 1 : 0, what);
  return owner;
}

// --- keys ---

bool is_curve(const EVP_PKEY& key) {
  std::array<char, 32> text{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(&key, text.data(), text.size(), &size) != 1) return false;
  const std::string_view curve(text.data(), size);
  if (curve != "prime256v1" && curve != "secp384r1") return false;
  // A curve with explicit parameters claims the name of another one, and no verifier accepts it.
  if (EVP_PKEY_get_utf8_string_param(&key, OSSL_PKEY_PARAM_EC_ENCODING, text.data(), text.size(),
                                     &size) != 1) {
    return false;
  }
  return std::string_view(text.data(), size) == OSSL_PKEY_EC_ENCODING_GROUP;
}

bool is_strong(const EVP_PKEY& key) {
  if (EVP_PKEY_is_a(&key, "EC") == 1) return is_curve(key);
  if (EVP_PKEY_is_a(&key, "ED25519") == 1) return true;
  if (EVP_PKEY_is_a(&key, "RSA") != 1) return false;
  const int bits = EVP_PKEY_get_bits(&key);
  return bits >= kLeastRsaBits && bits <= kMostRsaBits;
}

void refuse_weak(const EVP_PKEY& key, const std::string& what) {
  if (is_strong(key)) return;
  throw Error(
      ErrorKind::kInvalid,
      fmt::format("the key in {} is of a kind that walstow does not accept", what),
      fmt::format(
          "Create a key of another kind: EC P-256 or P-384, Ed25519, or RSA with {} to {} bits.",
          kLeastRsaBits, kMostRsaBits));
}

std::string text_of(const BioHandle& memory) {
  const char* data = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

BioHandle memory_writer() {
  return required(BioHandle(BIO_new(BIO_s_mem())), "a buffer");
}

// --- certificates ---

struct Extension {
  int nid;
  std::string value;  // in the notation of x509v3_config(5)
};

// The content of a new certificate.
struct Content {
  EVP_PKEY& public_key;
  std::string common_name;
  Lifetime lifetime;
  std::vector<Extension> extensions;
};

void set_serial(X509& certificate) {
  const auto serial = required(Handle<BIGNUM>(BN_new()), "a serial number");
  require(BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY),
          "a serial number");
  require(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(&certificate)) != nullptr ? 1 : 0,
          "a serial number");
}

void set_time(ASN1_TIME* field, Time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  require(ASN1_TIME_set(field, seconds) != nullptr ? 1 : 0, "a certificate's validity");
}

void set_common_name(X509& certificate, const std::string& name) {
  require(X509_NAME_add_entry_by_NID(X509_get_subject_name(&certificate), NID_commonName,
                                     V_ASN1_UTF8STRING,
                                     reinterpret_cast<const unsigned char*>(name.data()),
                                     static_cast<int>(name.size()), -1, 0),
          "a certificate's subject");
}

void add_extension(X509& certificate, const X509& issuer, const Extension& extension) {
  X509V3_CTX context{};
  // The function takes a non-const pointer, but only reads from it.
  X509V3_set_ctx(&context, const_cast<X509*>(&issuer), &certificate, nullptr, nullptr, 0);
  const auto made = required(Handle<X509_EXTENSION>(X509V3_EXT_nconf_nid(
                                 nullptr, &context, extension.nid, extension.value.c_str())),
                             "a certificate's extension");
  require(X509_add_ext(&certificate, made.get(), -1), "a certificate's extension");
}

// `issuer`: nullptr for a self-signed certificate.
CertificateHandle make_certificate(const Content& content, const X509* issuer,
                                   EVP_PKEY& issuer_key) {
  auto certificate = required(CertificateHandle(X509_new()), "a certificate");
  require(X509_set_version(certificate.get(), X509_VERSION_3), "a certificate");
  set_serial(*certificate);
  set_time(X509_getm_notBefore(certificate.get()), content.lifetime.from);
  set_time(X509_getm_notAfter(certificate.get()), content.lifetime.until);
  set_common_name(*certificate, content.common_name);
  require(X509_set_pubkey(certificate.get(), &content.public_key), "a certificate");
  const X509& signer = *(issuer != nullptr ? issuer : certificate.get());
  require(X509_set_issuer_name(certificate.get(), X509_get_subject_name(&signer)), "a certificate");
  add_extension(*certificate, signer, {NID_subject_key_identifier, "hash"});
  add_extension(*certificate, signer, {NID_authority_key_identifier, "keyid:always"});
  for (const Extension& extension : content.extensions) {
    add_extension(*certificate, signer, extension);
  }
  require(X509_sign(certificate.get(), &issuer_key, EVP_sha256()), "a certificate's signature");
  return certificate;
}

}  // namespace

Lifetime lifetime_of(Time now, std::chrono::days days) {
  return {.from = now - kClockTolerance, .until = now + days};
}

KeyHandle make_key() {
  const OpenSslErrorGuard guard;
  return required(KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")), "a key");
}

std::string private_key_text(const EVP_PKEY& key) {
  const OpenSslErrorGuard guard;
  const BioHandle memory = memory_writer();
  require(PEM_write_bio_PKCS8PrivateKey(memory.get(), &key, nullptr, nullptr, 0, nullptr, nullptr),
          "a key's file");
  return text_of(memory);
}

KeyHandle read_signing_request(const std::string& path) {
  const OpenSslErrorGuard guard;
  constexpr PemKind kRequest{.name = "certificate request file",
                             .label = "CERTIFICATE REQUEST",
                             .missing = "Give the file that \"openssl req -new\" wrote."};
  const PemFile file = read_pem_file(kRequest, path);
  const Handle<X509_REQ> request(
      PEM_read_bio_X509_REQ(pem_reader(file.text).get(), nullptr, nullptr, nullptr));
  if (!request) throw_no_pem(kRequest, path);
  const std::string what = fmt::format("certificate request file \"{}\"", path);
  KeyHandle key(X509_REQ_get_pubkey(request.get()));
  if (!key || X509_REQ_verify(request.get(), key.get()) != 1) {
    throw Error(ErrorKind::kInvalid,
                fmt::format("the signature of {} does not match its key", what),
                "The request was damaged or changed during the transfer: fetch it again from the "
                "client's host.");
  }
  refuse_weak(*key, what);
  return key;
}

KeyHandle parse_public_key(ByteView der) {
  const OpenSslErrorGuard guard;
  const auto* next = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* const end = next + der.size();
  // NOLINTNEXTLINE(google-runtime-int): OpenSSL's type
  KeyHandle key(d2i_PUBKEY(nullptr, &next, static_cast<long>(der.size())));
  if (!key || next != end) throw Error(ErrorKind::kInvalid, "could not read a public key");
  refuse_weak(*key, "a certificate");
  return key;
}

std::string certificate_text(const X509& certificate) {
  const OpenSslErrorGuard guard;
  const BioHandle memory = memory_writer();
  require(PEM_write_bio_X509(memory.get(), &certificate), "a certificate's file");
  return text_of(memory);
}

CertificateHandle make_authority_certificate(EVP_PKEY& key, const std::string& name,
                                             const Lifetime& lifetime) {
  const OpenSslErrorGuard guard;
  return make_certificate({.public_key = key,
                           .common_name = name,
                           .lifetime = lifetime,
                           .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                          {NID_key_usage, "critical,keyCertSign"}}},
                          nullptr, key);
}

Authority::Authority(Identity identity) : identity_(std::move(identity)) {
  const OpenSslErrorGuard guard;
  X509* const own = identity_.chain.front().get();
  if (X509_check_ca(own) == 1 && (X509_get_key_usage(own) & KU_KEY_CERT_SIGN) != 0) return;
  throw Error(
      ErrorKind::kUsage, "the authority's certificate may not sign other certificates",
      "Give the file \"ca.crt\" that \"walstow init\" created, next to its key \"ca.key\".");
}

Lifetime Authority::within_own(const Lifetime& lifetime) const {
  const Time end = facts_of(certificate()).not_after;
  if (end > lifetime.from + kClockTolerance) {
    return {.from = lifetime.from, .until = std::min(lifetime.until, end)};
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("the authority's own certificate expired on {}", to_iso8601(end)));
}

CertificateHandle Authority::issue_server(EVP_PKEY& public_key,
                                          const std::vector<std::string>& hosts,
                                          const Lifetime& lifetime) const {
  const OpenSslErrorGuard guard;
  return make_certificate({.public_key = public_key,
                           .common_name = kServerName,
                           .lifetime = within_own(lifetime),
                           .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                                          {NID_key_usage, "critical,digitalSignature"},
                                          {NID_ext_key_usage, "serverAuth"},
                                          {NID_subject_alt_name, alternative_names(hosts)}}},
                          &certificate(), *identity_.key);
}

CertificateHandle Authority::issue_client(EVP_PKEY& public_key, const std::string& name,
                                          const Lifetime& lifetime) const {
  const OpenSslErrorGuard guard;
  return make_certificate({.public_key = public_key,
                           .common_name = name,
                           .lifetime = within_own(lifetime),
                           .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                                          {NID_key_usage, "critical,digitalSignature"},
                                          {NID_ext_key_usage, "clientAuth"}}},
                          &certificate(), *identity_.key);
}

}  // namespace walstow
