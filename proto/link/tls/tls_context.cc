#include "proto/link/tls/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/link/tls/certificate.h"

namespace walstow {
namespace {

// Reads several records at once, instead of each one's head and body with a call of their own.
constexpr std::size_t kReadAtOnce = std::size_t{64} * 1024;

// AES-128 first: it is as safe here as the longer key, and the fastest with hardware support.
constexpr const char* kTlsCiphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

// For calls that fail only for lack of memory or by a defect.
void must(std::int64_t result, const char* what) {
  if (result == 1) return;
  const std::uint64_t code = ERR_get_error();
  const char* reason = ERR_reason_error_string(code);
  throw Error(ErrorKind::kUsage,
              fmt::format("could not {}: {}", what, reason != nullptr ? reason : "unknown"));
}

void check_time(const TlsFiles& files, const CertificateFacts& facts) {
  const Time now = std::chrono::system_clock::now();
  if (now > facts.not_after) {
    throw Error(ErrorKind::kUsage,
                fmt::format("certificate \"{}\" expired on {}", files.certificate,
                            to_iso8601(facts.not_after)),
                "Renew it: \"walstow client renew\" for a client's certificate, \"walstow server "
                "renew\" for a store's. Is this machine's clock right?");
  }
  if (now < facts.not_before) {
    throw Error(ErrorKind::kUsage,
                fmt::format("certificate \"{}\" is not valid before {}", files.certificate,
                            to_iso8601(facts.not_before)),
                "Is this machine's clock right?");
  }
}

}  // namespace

boost::asio::ssl::context make_tls_context(boost::asio::ssl::context::method method,
                                           const TlsFiles& files) {
  boost::asio::ssl::context context(method);
  SSL_CTX* native = context.native_handle();
  must(SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION), "ask for TLS 1.3");
  must(SSL_CTX_set_ciphersuites(native, kTlsCiphers), "set the TLS ciphers");
  // Many connections of a store are idle: they need not keep their buffers.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(native, 1);
  SSL_CTX_set_default_read_buffer_len(native, kReadAtOnce);

  const auto authorities = read_certificates(files.ca);
  for (const CertificateHandle& authority : authorities) {
    must(X509_STORE_add_cert(SSL_CTX_get_cert_store(native), authority.get()), "trust the CA");
  }
  const Identity identity = read_identity(files.certificate, files.key);
  check_time(files, facts_of(*identity.chain.front()));
  must(SSL_CTX_use_certificate(native, identity.chain.front().get()), "use the certificate");
  for (std::size_t i = 1; i < identity.chain.size(); ++i) {
    must(SSL_CTX_add1_chain_cert(native, identity.chain[i].get()), "use the certificate's chain");
  }
  must(SSL_CTX_use_PrivateKey(native, identity.key.get()), "use the private key");
  return context;
}

}  // namespace walstow
