#include "proto/link/tls/certificate.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <fstream>
#include <unistd.h>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

// Made by `openssl ca -selfsign -startdate 20260101000000Z -enddate 20280101000000Z` with the
// subject /CN=primary1.
constexpr std::string_view kCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBDjCBtAIBATAKBggqhkjOPQQDAjATMREwDwYDVQQDDAhwcmltYXJ5MTAeFw0y
NjAxMDEwMDAwMDBaFw0yODAxMDEwMDAwMDBaMBMxETAPBgNVBAMMCHByaW1hcnkx
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQ4kvMt9ksOW8bz0EWflO9tegYiF4
pZnVKeXdRZA2Zq6JGXcqBifG3wV+1SF7x4WJliIrEoYFZ6UfsEeWc5yWLTAKBggq
hkjOPQQDAgNJADBGAiEA833PIIPwspOY9Q+1Bc63SxsK9gPygqpsp2CwQYNuBscC
IQCI/YXtsm0vr5j7JzpvbDy61E4kwYi99IC+k2oqaSIrOw==
-----END CERTIFICATE-----
)";

constexpr std::string_view kKey = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgo1k6bQDW/Nz24RJX
AztrOGTMyluAJ7NIU/OVHr719YmhRANCAARDiS8y32Sw5bxvPQRZ+U7216BiIXil
mdUp5d1FkDZmrokZdyoGJ8bfBX7VIXvHhYmWIisShgVnpR+wR5ZznJYt
-----END PRIVATE KEY-----
)";

constexpr std::string_view kOtherKey = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQge/uxkBsj5Ug03tEE
gi2g4OZG5JIlgdkrZTMUmebyErahRANCAAT1KrhcdAOtTyi1UCCG4Njm0kaz3gXd
sPsbivZPCsZe/A2uXXzEh8te2Nn1nRG4u2j+UbeIAydsITrppmqAudP4
-----END PRIVATE KEY-----
)";

// kKey under the passphrase "x".
constexpr std::string_view kEncryptedKey = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj04Yl/T10PjwICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEG9G6NKDf/Gnc3wgm8hwCQIEgZBF
R48O4vG0CYPB+YB77i6Gvw+Dyt7QY4zllHyFe0WG2Bk80VnJZ73Bd2RR4oa6U0s2
QtN5Buws1f2P0cocCP7/GQrjIHCxDOOpUCNTXWtff7lzwP8XORfRxkmUY8LYQ185
zUMqhI1MPTJEadGi+4Gi/iE5wht3Bw8DkJINbWA4B0aKmhEAzNw+sgoYIIpjERA=
-----END ENCRYPTED PRIVATE KEY-----
)";

// As `openssl x509 -pubkey -noout | openssl pkey -pubin -outform DER | sha256sum` has it.
constexpr std::string_view kFingerprint =
    "sha256:1025e006fad45a96314238bef9e49851e9a0b5521d48c47979b28e18963c26f4";

std::string operator+(std::string_view a, std::string_view b) {
  return std::string(a) + std::string(b);
}

class CertificateTest : public testing::Test {
 protected:
  std::string write(const std::string& name, std::string_view content) {
    const std::string path = (folder_.path() / name).string();
    std::ofstream(path) << content;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    return path;
  }

  TemporaryFolder folder_;
};

// What `call` throws, hint included; "" when it does not.
template <class Call>
std::string failure_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(error.hint(), "");
    return error.what() + ("\nHINT: " + error.hint());
  }
  return "";
}

// A certificate of nothing but a subject.
CertificateHandle certificate_of(const std::vector<std::string>& common_names) {
  CertificateHandle certificate(X509_new());
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  for (const std::string& name : common_names) {
    X509_NAME_add_entry_by_NID(subject, NID_commonName, V_ASN1_UTF8STRING,
                               reinterpret_cast<const unsigned char*>(name.data()),
                               static_cast<int>(name.size()), -1, 0);
  }
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 0);
  const KeyHandle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  X509_set_pubkey(certificate.get(), key.get());
  return certificate;
}

TEST_F(CertificateTest, SaysItsNameItsValidityAndItsKey) {
  const auto certificates = read_certificates(write("client.crt", kCertificate));
  ASSERT_EQ(certificates.size(), 1U);
  const CertificateFacts facts = facts_of(*certificates[0]);
  EXPECT_EQ(facts.common_name, "primary1");
  EXPECT_EQ(to_iso8601(facts.not_before), "2026-01-01T00:00:00Z");
  EXPECT_EQ(to_iso8601(facts.not_after), "2028-01-01T00:00:00Z");
  EXPECT_EQ(facts.public_key.size(), 91U);
  EXPECT_EQ(facts.fingerprint, kFingerprint);
}

TEST_F(CertificateTest, TimesThatNoTimeHoldsAreTheNearestOnes) {
  const CertificateHandle certificate = certificate_of({"primary1"});
  ASN1_TIME_set_string(X509_getm_notBefore(certificate.get()), "00010101000000Z");
  ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), "99991231235959Z");
  const CertificateFacts facts = facts_of(*certificate);
  EXPECT_EQ(to_iso8601(facts.not_before), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_iso8601(facts.not_after), "2262-04-11T23:47:16Z");
}

TEST_F(CertificateTest, ACommonNameThatCouldMisleadIsNone) {
  using namespace std::string_literals;
  struct {
    std::vector<std::string> names;
    std::string found;
  } const cases[] = {
      {{"primary1"}, "primary1"}, {{"a b"}, "a b"},  {{}, ""},           {{"one", "two"}, ""},
      {{"admin\0.example"s}, ""}, {{"admin\n"}, ""}, {{"\xC3\xBC"}, ""},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(facts_of(*certificate_of(test.names)).common_name, test.found)
        << testing::PrintToString(test.names);
  }
}

TEST_F(CertificateTest, AChainIsReadInItsOrderAndOtherBlocksAreSkipped) {
  const std::string text = "bag attributes\n" + (kKey + kCertificate) + kCertificate;
  EXPECT_EQ(read_certificates(write("chain.crt", text)).size(), 2U);
}

TEST_F(CertificateTest, ACertificateFileThatIsNoneIsNamed) {
  const std::string garbled(kCertificate.substr(0, 200));
  for (const std::string& text : {std::string(), std::string("x"), std::string(kKey), garbled,
                                  kCertificate + garbled, std::string(1'000'000, '\n')}) {
    const std::string path = write("bad.crt", text);
    const std::string failure = failure_of([&] { read_certificates(path); });
    EXPECT_TRUE(failure.starts_with("certificate file \"" + path + "\" is not in PEM format"))
        << failure;
    EXPECT_NE(failure.find("-----BEGIN CERTIFICATE-----"), std::string::npos) << failure;
  }
}

TEST_F(CertificateTest, AFileThatIsNotThereIsNamed) {
  const std::string path = (folder_.path() / "nowhere").string();
  EXPECT_TRUE(failure_of([&] { read_certificates(path); })
                  .starts_with("could not open certificate file \"" + path +
                               "\": No such file or directory\nHINT: Correct its path"));
  EXPECT_TRUE(failure_of([&] { read_private_key(path); })
                  .starts_with("could not open private key file \"" + path +
                               "\": No such file or directory\nHINT: Correct its path"));
}

TEST_F(CertificateTest, AFolderIsNoFile) {
  EXPECT_NE(failure_of([&] { read_certificates(folder_.path().string()); }), "");
}

TEST_F(CertificateTest, SymbolicLinksAreFollowed) {
  fs::create_symlink(write("real.crt", kCertificate), folder_.path() / "link.crt");
  EXPECT_EQ(read_certificates((folder_.path() / "link.crt").string()).size(), 1U);
}

TEST_F(CertificateTest, AKeyThatOthersMayReadIsRefused) {
  const std::string path = write("client.key", kKey);
  // Root's file may have a group that reads it, as with libpq's sslkey.
  const int root = ::geteuid() == 0 ? 1 : 0;
  struct {
    int mode;
    int refused;
  } const cases[] = {{0600, 0}, {0400, 0}, {0640, 1 - root}, {0440, 1 - root},
                     {0660, 1}, {0604, 1}, {0601, 1},        {0644, 1}};
  for (const auto& test : cases) {
    fs::permissions(path, static_cast<fs::perms>(test.mode));
    const std::string failure = failure_of([&] { read_private_key(path); });
    EXPECT_EQ(failure.empty() ? 0 : 1, test.refused) << std::oct << test.mode;
    if (!failure.empty()) {
      EXPECT_NE(failure.find("chmod 600 " + path), std::string::npos) << failure;
    }
  }
}

TEST_F(CertificateTest, AKeyThatIsNoneIsNamed) {
  for (const std::string_view text : {std::string_view(), std::string_view("x"), kCertificate}) {
    const std::string path = write("client.key", text);
    EXPECT_TRUE(failure_of([&] {
                  read_private_key(path);
                }).starts_with("private key file \"" + path + "\" is not in PEM format"));
  }
}

TEST_F(CertificateTest, NobodyIsAskedForAPassphrase) {
  const std::string path = write("client.key", kEncryptedKey);
  EXPECT_TRUE(failure_of([&] {
                read_private_key(path);
              }).starts_with("private key file \"" + path + "\" is protected by a passphrase"));
}

TEST_F(CertificateTest, AnIdentityIsACertificateWithItsOwnKey) {
  const std::string certificate = write("client.crt", kCertificate);
  EXPECT_EQ(read_identity(certificate, write("client.key", kKey)).chain.size(), 1U);
  const std::string other = write("other.key", kOtherKey);
  EXPECT_TRUE(failure_of([&] { read_identity(certificate, other); })
                  .starts_with("private key file \"" + other +
                               "\" does not belong to certificate file \"" + certificate + "\""));
}

TEST_F(CertificateTest, LeavesNothingInTheErrorQueue) {
  ERR_clear_error();  // what other tests have left
  failure_of([&] { read_certificates(write("bad.crt", "x")); });
  failure_of([&] { read_private_key(write("client.key", kEncryptedKey)); });
  read_certificates(write("client.crt", kCertificate));
  failure_of(
      [&] { read_identity(write("client.crt", kCertificate), write("other.key", kOtherKey)); });
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace walstow
