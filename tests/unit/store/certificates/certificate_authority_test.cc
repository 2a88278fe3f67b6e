// What the authority makes is judged by OpenSSL's own verification, as both ends of a connection
// will judge it.
#include "store/certificates/certificate_authority.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "proto/base/error.h"
#include "store/certificates/host_names.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

using std::chrono::days;
using std::chrono::hours;

const Time kNow = *parse_iso8601("2026-11-22T19:40:00Z");

Authority new_authority(const std::string& name = "walstow archive test",
                        days lifetime = kAuthorityDays) {
  Identity identity;
  identity.key = make_key();
  identity.chain.push_back(
      make_authority_certificate(*identity.key, name, lifetime_of(kNow, lifetime)));
  return Authority(std::move(identity));
}

// What a peer asks of a certificate.
struct Question {
  int purpose = X509_PURPOSE_SSL_CLIENT;
  std::string host;  // "": any
  Time at = kNow;
};

// OpenSSL's answer, X509_V_OK or a reason.
int verify(const X509& certificate, const X509& trusted, const Question& question) {
  struct Free {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
    void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
  };
  const std::unique_ptr<X509_STORE, Free> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), const_cast<X509*>(&trusted));
  const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), const_cast<X509*>(&certificate), nullptr);
  X509_STORE_CTX_set_purpose(context.get(), question.purpose);
  X509_VERIFY_PARAM* const param = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
  X509_VERIFY_PARAM_set_time(param, std::chrono::system_clock::to_time_t(question.at));
  if (!question.host.empty() && X509_VERIFY_PARAM_set1_ip_asc(param, question.host.c_str()) != 1) {
    X509_VERIFY_PARAM_set1_host(param, question.host.c_str(), 0);
  }
  X509_verify_cert(context.get());
  const int result = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  return result;
}

int verify_server(const X509& certificate, const Authority& authority, const std::string& host) {
  return verify(certificate, authority.certificate(),
                {.purpose = X509_PURPOSE_SSL_SERVER, .host = host});
}

class AuthorityTest : public testing::Test {
 protected:
  ~AuthorityTest() override { EXPECT_EQ(ERR_peek_error(), 0U); }

  CertificateHandle issue_client(days lifetime = kCertificateDays) const {
    return authority_.issue_client(*key_, "primary1", lifetime_of(kNow, lifetime));
  }
  CertificateHandle issue_server(const std::vector<std::string>& hosts) const {
    return authority_.issue_server(*key_, hosts, lifetime_of(kNow, kCertificateDays));
  }

  const Authority authority_ = new_authority();
  const KeyHandle key_ = make_key();
};

TEST_F(AuthorityTest, AClientsCertificateProvesItsNameToAServer) {
  const CertificateHandle certificate = issue_client();
  EXPECT_EQ(verify(*certificate, authority_.certificate(), {}), X509_V_OK);
  EXPECT_EQ(facts_of(*certificate).common_name, "primary1");
  EXPECT_EQ(X509_check_private_key(certificate.get(), key_.get()), 1);
}

TEST_F(AuthorityTest, AClientIsNoServerAndAServerIsNoClient) {
  EXPECT_EQ(verify_server(*issue_client(), authority_, ""), X509_V_ERR_INVALID_PURPOSE);
  EXPECT_EQ(verify(*issue_server({"a.example"}), authority_.certificate(), {}),
            X509_V_ERR_INVALID_PURPOSE);
}

TEST_F(AuthorityTest, AServersCertificateIsForItsHostsAndNoOthers) {
  const CertificateHandle certificate =
      issue_server({"archive1.example", "archive1", "192.0.2.1", "2001:db8::1"});
  struct {
    const char* host;
    int result;
  } const cases[] = {
      {"archive1.example", X509_V_OK},
      {"ARCHIVE1.example", X509_V_OK},
      {"archive1", X509_V_OK},
      {"192.0.2.1", X509_V_OK},
      {"2001:db8:0::1", X509_V_OK},
      {"archive2.example", X509_V_ERR_HOSTNAME_MISMATCH},
      {"sub.archive1.example", X509_V_ERR_HOSTNAME_MISMATCH},
      {"192.0.2.2", X509_V_ERR_IP_ADDRESS_MISMATCH},
      {"::1", X509_V_ERR_IP_ADDRESS_MISMATCH},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(verify_server(*certificate, authority_, test.host), test.result) << test.host;
  }
  EXPECT_EQ(hosts_of(*certificate),
            (std::vector<std::string>{"archive1.example", "archive1", "192.0.2.1", "2001:db8::1"}));
}

// Where a certificate names addresses only, OpenSSL compares a host's name with the subject.
TEST_F(AuthorityTest, TheSubjectOfAServerIsNoHost) {
  EXPECT_THROW(check_host(facts_of(*issue_server({"192.0.2.1"})).common_name), Error);
}

TEST_F(AuthorityTest, AServerNeedsAHostThatIsOne) {
  EXPECT_THROW(issue_server({"*.example"}), Error);
  EXPECT_THROW(issue_server({}), Error);
}

TEST_F(AuthorityTest, CertificatesBeginAnHourBackAndEndAfterTheirDays) {
  const CertificateHandle certificate = issue_client(days(10));
  const X509& ca = authority_.certificate();
  EXPECT_EQ(verify(*certificate, ca, {.at = kNow - hours(2)}), X509_V_ERR_CERT_NOT_YET_VALID);
  EXPECT_EQ(verify(*certificate, ca, {.at = kNow - std::chrono::minutes(59)}), X509_V_OK);
  EXPECT_EQ(verify(*certificate, ca, {.at = kNow + days(10) - hours(1)}), X509_V_OK);
  EXPECT_EQ(verify(*certificate, ca, {.at = kNow + days(10) + hours(1)}),
            X509_V_ERR_CERT_HAS_EXPIRED);
  EXPECT_EQ(facts_of(*certificate).not_after, kNow + days(10));
}

TEST_F(AuthorityTest, TheAuthorityLastsForTwentyYears) {
  const CertificateHandle late = authority_.issue_client(
      *key_, "primary1", lifetime_of(kNow + days(19 * 365), kCertificateDays));
  EXPECT_EQ(verify(*late, authority_.certificate(), {.at = kNow + days(20 * 365)}), X509_V_OK);
}

TEST_F(AuthorityTest, NoCertificateOutlivesTheAuthority) {
  const Authority brief = new_authority("walstow archive brief", days(10));
  const CertificateHandle certificate =
      brief.issue_client(*key_, "primary1", lifetime_of(kNow, kCertificateDays));
  EXPECT_EQ(facts_of(*certificate).not_after, kNow + days(10));
  EXPECT_THROW(brief.issue_client(*key_, "primary1", lifetime_of(kNow + days(11), days(1))), Error);
}

TEST_F(AuthorityTest, AForeignAuthorityProvesNothing) {
  const Authority stranger = new_authority("walstow archive stranger");
  EXPECT_EQ(verify(*issue_client(), stranger.certificate(), {}),
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  const Authority impostor = new_authority();  // of the same name
  EXPECT_NE(verify(*issue_client(), impostor.certificate(), {}), X509_V_OK);
}

TEST_F(AuthorityTest, NoClientCanBeAnAuthority) {
  Identity client;
  client.chain.push_back(issue_client());
  client.key = make_key();
  EXPECT_THROW(Authority{std::move(client)}, Error);
}

TEST_F(AuthorityTest, SerialNumbersAreLargePositiveAndDifferent) {
  std::set<std::string> serials;
  for (int i = 0; i < 100; ++i) {
    const CertificateHandle certificate = issue_client();
    const ASN1_INTEGER* const serial = X509_get0_serialNumber(certificate.get());
    EXPECT_EQ(ASN1_STRING_type(serial), V_ASN1_INTEGER);  // not V_ASN1_NEG_INTEGER
    EXPECT_LE(ASN1_STRING_length(serial), 16);
    serials.emplace(reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)),
                    static_cast<std::size_t>(ASN1_STRING_length(serial)));
  }
  EXPECT_EQ(serials.size(), 100U);
}

TEST_F(AuthorityTest, ARenewedCertificateHasTheRecordedKey) {
  const CertificateFacts facts = facts_of(*issue_client());
  const KeyHandle recorded = parse_public_key(facts.public_key);
  const CertificateHandle renewed = authority_.issue_client(
      *recorded, "primary1", lifetime_of(kNow + days(700), kCertificateDays));
  EXPECT_EQ(facts_of(*renewed).fingerprint, facts.fingerprint);
  EXPECT_GT(facts_of(*renewed).not_after, facts.not_after);
}

TEST_F(AuthorityTest, WhatIsNoPublicKeyIsRefused) {
  std::vector<std::byte> key = facts_of(*issue_client()).public_key;
  EXPECT_THROW(parse_public_key({}), Error);
  EXPECT_THROW(parse_public_key(ByteView(key).first(key.size() - 1)), Error);
  key.push_back(std::byte{0});
  EXPECT_THROW(parse_public_key(key), Error);
  EXPECT_THROW(parse_public_key(as_bytes("ssh-ed25519 AAAA")), Error);
}

TEST_F(AuthorityTest, AKeysFileIsPlainPkcs8) {
  const std::string text = private_key_text(*key_);
  EXPECT_TRUE(text.starts_with("-----BEGIN PRIVATE KEY-----\n")) << text.substr(0, 40);
}

// --- signing requests ---

// What `openssl req -new` would write, of a client that asks for more than it may have: to be
// "admin", and an authority.
std::string request_text(EVP_PKEY& key) {
  const std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)> request(X509_REQ_new(), X509_REQ_free);
  X509_REQ_set_pubkey(request.get(), &key);
  X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("admin"), -1, -1, 0);
  STACK_OF(X509_EXTENSION)* extensions = sk_X509_EXTENSION_new_null();
  sk_X509_EXTENSION_push(extensions, X509V3_EXT_nconf_nid(nullptr, nullptr, NID_basic_constraints,
                                                          "critical,CA:TRUE"));
  X509_REQ_add_extensions(request.get(), extensions);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  const bool hashes_itself =
      EVP_PKEY_is_a(&key, "ED25519") == 1 || EVP_PKEY_is_a(&key, "ED448") == 1;
  X509_REQ_sign(request.get(), &key, hashes_itself ? nullptr : EVP_sha256());
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509_REQ(memory.get(), request.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

KeyHandle rsa(std::size_t bits) {
  return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
}
KeyHandle curve(const char* name) {
  return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", name));
}
KeyHandle key_of(const char* type) {
  return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, type));
}
KeyHandle spelled_out_curve() {
  KeyHandle key = curve("P-256");
  EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_ENCODING,
                                 OSSL_PKEY_EC_ENCODING_EXPLICIT);
  return key;
}

class SigningRequestTest : public AuthorityTest {
 protected:
  std::string write(const std::string& text) const {
    const std::string path = (folder_.path() / "client.csr").string();
    std::ofstream(path) << text;
    return path;
  }

  const TemporaryFolder folder_;
};

TEST_F(SigningRequestTest, OnlyItsKeyCounts) {
  const KeyHandle key = read_signing_request(write(request_text(*key_)));
  const CertificateHandle certificate =
      authority_.issue_client(*key, "primary1", lifetime_of(kNow, kCertificateDays));
  EXPECT_EQ(verify(*certificate, authority_.certificate(), {}), X509_V_OK);
  EXPECT_EQ(facts_of(*certificate).common_name, "primary1");
  EXPECT_EQ(X509_check_ca(certificate.get()), 0);
  EXPECT_EQ(X509_check_private_key(certificate.get(), key_.get()), 1);
}

TEST_F(SigningRequestTest, StrongKeysOfTheUsualKindsAreSigned) {
  const KeyHandle keys[] = {curve("P-256"), curve("P-384"), key_of("ED25519"), rsa(2048)};
  for (const KeyHandle& own : keys) {
    const KeyHandle key = read_signing_request(write(request_text(*own)));
    const CertificateHandle certificate =
        authority_.issue_client(*key, "primary1", lifetime_of(kNow, kCertificateDays));
    EXPECT_EQ(verify(*certificate, authority_.certificate(), {}), X509_V_OK);
    EXPECT_EQ(X509_check_private_key(certificate.get(), own.get()), 1);
    EXPECT_NO_THROW(parse_public_key(facts_of(*certificate).public_key));
  }
}

TEST_F(SigningRequestTest, OtherKeysAreRefused) {
  const KeyHandle keys[] = {curve("P-521"), curve("secp256k1"), spelled_out_curve(),
                            key_of("ED448"), rsa(1024)};
  for (const KeyHandle& own : keys) {
    const std::string path = write(request_text(*own));
    try {
      read_signing_request(path);
      ADD_FAILURE() << EVP_PKEY_get0_type_name(own.get()) << " " << EVP_PKEY_get_bits(own.get());
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), "the key in certificate request file \"" + path +
                                  "\" is of a kind that walstow does not accept");
    }
  }
}

TEST_F(SigningRequestTest, TheAskerMustHaveThePrivateKey) {
  const std::string text = request_text(*key_);
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
  const std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)> request(
      PEM_read_bio_X509_REQ(memory.get(), nullptr, nullptr, nullptr), X509_REQ_free);
  const KeyHandle other = make_key();
  X509_REQ_set_pubkey(request.get(), other.get());
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(
      BIO_new_file((folder_.path() / "client.csr").c_str(), "w"), BIO_free);
  PEM_write_bio_X509_REQ(file.get(), request.get());
  BIO_flush(file.get());
  try {
    read_signing_request((folder_.path() / "client.csr").string());
    ADD_FAILURE() << "signed for a key that the asker does not have";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("does not match its key"), std::string::npos);
  }
}

TEST_F(SigningRequestTest, WhatIsNoRequestIsNamed) {
  EXPECT_THROW(read_signing_request((folder_.path() / "nowhere").string()), Error);
  for (const std::string& text : {std::string(), std::string("x"), private_key_text(*key_),
                                  request_text(*key_).substr(0, 200)}) {
    EXPECT_THROW(read_signing_request(write(text)), Error) << text;
  }
}

// A second opinion, by another program.
TEST_F(SigningRequestTest, TheOpensslCommandAgrees) {
  if (std::system("openssl version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no openssl command";
  const std::string folder = folder_.path().string();
  const Lifetime lifetime = lifetime_of(std::chrono::system_clock::now(), kCertificateDays);
  Identity identity;
  identity.key = make_key();
  identity.chain.push_back(make_authority_certificate(*identity.key, "walstow archive", lifetime));
  const Authority authority(std::move(identity));
  std::ofstream(folder + "/ca.crt") << certificate_text(authority.certificate());
  std::ofstream(folder + "/client.crt")
      << certificate_text(*authority.issue_client(*key_, "primary1", lifetime));
  std::ofstream(folder + "/server.crt")
      << certificate_text(*authority.issue_server(*key_, {"archive1.example", "::1"}, lifetime));
  const auto agrees = [&](const std::string& arguments) {
    const std::string command = "cd '" + folder +
                                "' && openssl verify -x509_strict -CAfile ca.crt " + arguments +
                                " >/dev/null 2>&1";
    return std::system(command.c_str()) == 0;
  };
  EXPECT_TRUE(agrees("-purpose sslclient client.crt"));
  EXPECT_FALSE(agrees("-purpose sslserver client.crt"));
  EXPECT_TRUE(agrees("-purpose sslserver -verify_hostname archive1.example server.crt"));
  EXPECT_TRUE(agrees("-purpose sslserver -verify_ip ::1 server.crt"));
  EXPECT_FALSE(agrees("-purpose sslserver -verify_hostname archive2.example server.crt"));
}

}  // namespace
}  // namespace walstow
