#include "store/certificates/tls_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

const Time kToday = *parse_iso8601("2026-11-22T19:40:00Z");

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

unsigned mode_of(const std::string& path) {
  return static_cast<unsigned>(fs::status(path).permissions());
}

std::string failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what() + ("\nHINT: " + error.hint());
  }
  return "";
}

class TlsFolderTest : public testing::Test {
 protected:
  CertificateFacts renew(std::vector<std::string> hosts) const {
    return renew_server_certificate(
        archive_, read_authority(tls_.authority_certificate, tls_.authority_key),
        {.hosts = std::move(hosts), .lifetime = lifetime_of(kToday, kCertificateDays)});
  }
  void make_all() const {
    make_authority(archive_, "00112233", kToday);
    renew({"archive1.example"});
  }

  const TemporaryFolder folder_;
  const std::string archive_ = folder_.path().string();
  const TlsFolder tls_ = tls_folder_of(archive_);
};

TEST_F(TlsFolderTest, HoldsAnAuthorityAndAServer) {
  make_all();
  EXPECT_EQ(facts_of(*read_certificates(tls_.authority_certificate).front()).common_name,
            "walstow archive 00112233");
  EXPECT_EQ(read_identity(tls_.certificate, tls_.key).chain.size(), 1U);
  EXPECT_EQ(server_hosts(archive_), std::vector<std::string>{"archive1.example"});
}

TEST_F(TlsFolderTest, KeysAreTheirOwnersAlone) {
  make_all();
  EXPECT_EQ(mode_of(tls_.authority_key), 0600U);
  EXPECT_EQ(mode_of(tls_.key), 0600U);
  EXPECT_EQ(mode_of(tls_.certificate) & 0007U, 0U);
}

TEST_F(TlsFolderTest, TheAuthorityThatStandsStays) {
  make_all();
  const std::string certificate = content(tls_.authority_certificate);
  const std::string key = content(tls_.authority_key);
  make_authority(archive_, "00112233", kToday);
  EXPECT_EQ(content(tls_.authority_certificate), certificate);
  EXPECT_EQ(content(tls_.authority_key), key);
}

TEST_F(TlsFolderTest, RenewingKeepsTheKey) {
  make_all();
  const std::string key = content(tls_.key);
  const std::string certificate = content(tls_.certificate);
  renew(server_hosts(archive_));
  EXPECT_EQ(content(tls_.key), key);
  EXPECT_NE(content(tls_.certificate), certificate);
  EXPECT_EQ(server_hosts(archive_), std::vector<std::string>{"archive1.example"});
  renew({"archive2.example", "::1"});
  EXPECT_EQ(server_hosts(archive_), (std::vector<std::string>{"archive2.example", "::1"}));
}

TEST_F(TlsFolderTest, WhatACrashLeftHalfMadeIsCompleted) {
  make_all();
  const std::string authority_key = content(tls_.authority_key);
  const std::string key = content(tls_.key);
  fs::remove(tls_.certificate);
  fs::remove(tls_.authority_certificate);
  make_all();
  EXPECT_EQ(content(tls_.authority_key), authority_key);
  EXPECT_EQ(content(tls_.key), key);
}

TEST_F(TlsFolderTest, AnAuthorityThatIsInUseIsNotMadeAnew) {
  make_all();
  fs::remove(tls_.authority_certificate);
  fs::remove(tls_.authority_key);
  EXPECT_TRUE(failure_of([&] { make_authority(archive_, "00112233", kToday); })
                  .starts_with("could not find the authority's certificate: \"" +
                               tls_.authority_certificate + "\"\nHINT: Copy it back"));
  EXPECT_FALSE(fs::exists(tls_.authority_key));
}

TEST_F(TlsFolderTest, AKeyThatWasMovedOffTheHostCanBeGiven) {
  make_all();
  const std::string moved = archive_ + "/moved.key";
  fs::rename(tls_.authority_key, moved);
  EXPECT_EQ(failure_of([&] { renew({"archive1.example"}); }),
            "could not find the authority's key: \"" + tls_.authority_key +
                "\"\nHINT: If it was moved, give the file with --ca-key.");
  EXPECT_NO_THROW(read_authority(tls_.authority_certificate, moved));
}

TEST_F(TlsFolderTest, AnAbsentArchiveIsNamed) {
  const std::string nowhere = archive_ + "/nowhere";
  EXPECT_TRUE(failure_of([&] {
                make_authority(nowhere, "00112233", kToday);
              }).starts_with("archive folder \"" + nowhere + "\" does not exist"));
}

}  // namespace
}  // namespace walstow
