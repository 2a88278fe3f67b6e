#include "proto/link/tls/tls_errors.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <cstdint>
#include <fmt/format.h>

namespace walstow {
namespace {

struct Explanation {
  int cause;
  const char* message;  // the fault, of the store's certificate or of the client's
  const char* hint;
};

constexpr const char* kForeignAuthority =
    "The setting \"tls.ca\" must name the ca.crt of this archive. Is the address right?";
constexpr const char* kRenewServer =
    "On the store's host, run \"walstow server renew DIR\", and then reload walstowd (SIGHUP). Is "
    "this machine's clock right?";

// X509_V_ERR_...: the faults that this end found in the other's certificate.
constexpr std::array kServerFaults{
    Explanation{X509_V_ERR_CERT_HAS_EXPIRED, "its certificate has expired", kRenewServer},
    Explanation{X509_V_ERR_CERT_NOT_YET_VALID, "its certificate is not valid yet",
                "Are the clocks of this machine and of the store right?"},
    Explanation{X509_V_ERR_HOSTNAME_MISMATCH, "its certificate is for another host name",
                "Use a name that is in the certificate. Or add this name on the store's host: "
                "\"walstow server renew DIR --host NAME\"."},
    Explanation{X509_V_ERR_IP_ADDRESS_MISMATCH, "its certificate is not for this address",
                "Use the store's host name. Or add the address on the store's host: \"walstow "
                "server renew DIR --host ADDRESS\"."},
    Explanation{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                "its certificate was issued by an authority that is not trusted",
                kForeignAuthority},
    Explanation{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
                "its certificate was issued by an authority that is not trusted",
                kForeignAuthority},
    Explanation{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
                "its certificate was issued by an authority that is not trusted",
                kForeignAuthority},
    Explanation{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
                "its certificate was issued by an authority that is not trusted",
                kForeignAuthority},
    Explanation{X509_V_ERR_CERT_SIGNATURE_FAILURE,
                "its certificate was issued by an authority that is not trusted",
                kForeignAuthority},
    Explanation{X509_V_ERR_INVALID_PURPOSE, "its certificate is not a server's",
                "Is there another program behind that address?"},
};

// SSL_R_...: alerts of the store, which report the faults that it found in the client's
// certificate.
constexpr std::array kAlerts{
    Explanation{SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "it asks for a client certificate",
                "Set \"tls.cert\" and \"tls.key\" to files created by \"walstow client add\"."},
    Explanation{SSL_R_TLSV1_ALERT_UNKNOWN_CA,
                "it does not trust the authority of this client's certificate",
                "The setting \"tls.cert\" must name a certificate that \"walstow client add\" "
                "created for this archive."},
    Explanation{SSL_R_TLSV1_ALERT_DECRYPT_ERROR,
                "it does not trust the authority of this client's certificate",
                "The setting \"tls.cert\" must name a certificate that \"walstow client add\" "
                "created for this archive."},
    Explanation{SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "this client's certificate has expired",
                "Renew it with \"walstow client renew\". Are the clocks of this machine and of the "
                "store right?"},
    Explanation{SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "it does not accept this client's certificate",
                "Is the certificate valid already, and is the store's clock right? The store's log "
                "contains the reason."},
    Explanation{
        SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
        "it does not accept this certificate as a client's",
        "The setting \"tls.cert\" must name a certificate that \"walstow client add\" created."},
    Explanation{SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "it does not speak TLS 1.3",
                "Check that a walstowd answers at that address, and not a proxy."},
    Explanation{SSL_R_UNSUPPORTED_PROTOCOL, "it does not speak TLS 1.3",
                "Check that a walstowd answers at that address, and not a proxy."},
    Explanation{SSL_R_WRONG_VERSION_NUMBER, "it does not speak TLS",
                "Is the port right? A walstowd listens on 7432 by default."},
    Explanation{SSL_R_HTTP_REQUEST, "it received an HTTP request without TLS", ""},
};

template <std::size_t N>
const Explanation* find(const std::array<Explanation, N>& table, int cause) {
  for (const Explanation& entry : table) {
    if (entry.cause == cause) return &entry;
  }
  return nullptr;
}

bool is_tls(boost::system::error_code error) {
  return error.category() == boost::asio::error::get_ssl_category();
}

// Returns the reason part of an OpenSSL error code.
int reason_of(boost::system::error_code error) {
  return ERR_GET_REASON(static_cast<std::uint64_t>(error.value()));
}

Error failure(const std::string& store, const std::string& why, std::string hint = {}) {
  return {ErrorKind::kUnavailable,
          fmt::format("no TLS connection with the store \"{}\": {}", store, why), std::move(hint)};
}

Error failure(const std::string& store, const Explanation& why) {
  return failure(store, why.message, why.hint);
}

}  // namespace

Error explain_handshake(const std::string& store, boost::system::error_code error,
                        int verify_result) {
  if (verify_result != X509_V_OK) {
    if (const Explanation* why = find(kServerFaults, verify_result)) return failure(store, *why);
    const char* const text = X509_verify_cert_error_string(verify_result);
    return failure(store, fmt::format("its certificate: {}", text));
  }
  if (auto explained = explain_tls_failure(store, error)) return *explained;
  return failure(store, error.message(),
                 "Check that a walstowd answers at that address, and not a proxy.");
}

std::optional<Error> explain_tls_failure(const std::string& store,
                                         boost::system::error_code error) {
  if (!is_tls(error)) return std::nullopt;
  if (const Explanation* why = find(kAlerts, reason_of(error))) return failure(store, *why);
  return failure(
      store, error.message(),
      "Check that a walstowd answers at that address, and not a proxy. Its log may say more.");
}

std::string handshake_failure_text(boost::system::error_code error, int verify_result) {
  if (verify_result != X509_V_OK) {
    return fmt::format("its certificate: {}", X509_verify_cert_error_string(verify_result));
  }
  if (is_tls(error) && reason_of(error) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
    return "it presented no client certificate";
  }
  return error.message();
}

}  // namespace walstow
