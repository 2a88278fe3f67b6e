#include "store/archive/client_registry.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/base/error.h"
#include "proto/identity/public_key.h"
#include "store/archive/layout.h"
#include "store/backend/memory_backend.h"

namespace walstow {
namespace {

constexpr std::string_view kKey = "a public key";

class ClientsTest : public testing::Test {
 protected:
  static AddClient add_of(std::string name) {
    return {.client = std::move(name),
            .public_key = to_base64(as_bytes(kKey)),
            .grants = {{.cluster = "main", .rights = {Right::kArchive, Right::kRestore}}},
            .certificate_until = parse_iso8601("2028-11-22T20:00:00Z")};
  }
  AddedClient add(const AddClient& client) { return add_client(*backend_, client, now_); }
  std::string record(const std::string& name) {
    return backend_->read_record(layout::client_record(name)).value();
  }
  void set_record(const std::string& name, const std::string& content) {
    backend_->update_record(layout::client_record(name), [&](const auto&) { return content; });
  }

  std::unique_ptr<Backend> backend_ = make_memory_backend();
  Time now_ = *parse_iso8601("2026-11-22T20:00:00Z") + std::chrono::milliseconds(123);
};

TEST_F(ClientsTest, ClientThatWasAddedIsFound) {
  const AddedClient added = add(add_of("db1"));
  EXPECT_EQ(added.result, AddedClient::Result::kAdded);
  EXPECT_EQ(added.client.fingerprint, key_fingerprint(as_bytes(kKey)));
  EXPECT_EQ(find_client(*backend_, "db1"), added.client);
  EXPECT_EQ(find_client(*backend_, "db"), std::nullopt);
}

TEST_F(ClientsTest, RecordHasAStableForm) {
  AddClient client = add_of("db1.example");
  client.certificate_until.reset();
  add(client);
  EXPECT_EQ(record("db1.example"),
            "{\"format\":\"1.0\",\"client\":\"db1.example\",\"public_key\":\"YSBwdWJsaWMga2V5\","
            "\"fingerprint\":"
            "\"sha256:0b7348fa038970c48ec07cd73b6257f39ec810f60f16ee73b62e3c6e2610abc6\","
            "\"grants\":[{\"cluster\":\"main\",\"rights\":[\"archive\",\"restore\"]}],"
            "\"certificate_until\":null,\"added\":\"2026-11-22T20:00:00Z\"}\n");
}

TEST_F(ClientsTest, NameIsTakenOnce) {
  const ClientReport first = add(add_of("db1")).client;
  const std::string existing = record("db1");
  AddClient others[] = {add_of("db1"), add_of("db1"), add_of("db1")};
  others[0].public_key = to_base64(as_bytes("another key"));
  others[1].grants[0].rights = {Right::kAdmin};
  others[2].certificate_until.reset();
  for (const AddClient& other : others) {
    const AddedClient added = add(other);
    EXPECT_EQ(added.result, AddedClient::Result::kTaken);
    EXPECT_EQ(added.client, first);
    EXPECT_EQ(record("db1"), existing);
  }
}

TEST_F(ClientsTest, SameClientStands) {
  const ClientReport first = add(add_of("db1")).client;
  now_ += std::chrono::minutes(1);
  const AddedClient again = add(add_of("db1"));
  EXPECT_EQ(again.result, AddedClient::Result::kExisted);
  EXPECT_EQ(again.client, first);
}

TEST_F(ClientsTest, OnlyWhatIsGivenChanges) {
  ClientReport client = add(add_of("db1")).client;
  client.grants = {{.cluster = "*", .rights = {Right::kAdmin}}};
  EXPECT_EQ(change_client(*backend_, {.client = "db1", .grants = client.grants}), client);
  client.certificate_until = parse_iso8601("2030-11-22T20:00:00Z");
  EXPECT_EQ(
      change_client(*backend_, {.client = "db1", .certificate_until = client.certificate_until}),
      client);
  EXPECT_EQ(find_client(*backend_, "db1"), client);
}

TEST_F(ClientsTest, RightsThatAnotherHasChangedStay) {
  const ClientReport client = add(add_of("db1")).client;
  const Grants less = {{.cluster = "main", .rights = {Right::kRestore}}};
  const Grants more = {{.cluster = "main", .rights = {Right::kRestore}},
                       {.cluster = "other", .rights = {Right::kArchive}}};
  const auto changed =
      change_client(*backend_, {.client = "db1", .grants = less, .if_grants = client.grants});
  EXPECT_EQ(changed->grants, less);
  const std::string existing = record("db1");
  const auto refused = change_client(
      *backend_,
      {.client = "db1", .grants = more, .certificate_until = Time(), .if_grants = client.grants});
  EXPECT_EQ(refused, changed);
  EXPECT_EQ(record("db1"), existing);
  // The client takes it for its own change: it has repeated the request after a lost answer.
  EXPECT_EQ(change_client(*backend_, {.client = "db1", .grants = less, .if_grants = client.grants}),
            changed);
}

TEST_F(ClientsTest, NobodyIsNeitherChangedNorRemoved) {
  EXPECT_EQ(change_client(*backend_, {.client = "db1", .grants = Grants{}}), std::nullopt);
  EXPECT_FALSE(remove_client(*backend_, "db1"));
  EXPECT_EQ(find_client(*backend_, "db1"), std::nullopt);
}

TEST_F(ClientsTest, ClientThatWasRemovedIsGoneAndItsNameFree) {
  add(add_of("db1"));
  EXPECT_TRUE(remove_client(*backend_, "db1"));
  EXPECT_EQ(find_client(*backend_, "db1"), std::nullopt);
  AddClient other = add_of("db1");
  other.public_key = to_base64(as_bytes("another key"));
  EXPECT_EQ(add(other).result, AddedClient::Result::kAdded);
}

TEST_F(ClientsTest, ListIsByName) {
  std::vector<std::string> names;
  for (const char* name : {"b", "a-b", "a", "a.b", "B"})
    add(add_of(name));
  for (const ClientReport& client : list_clients(*backend_))
    names.push_back(client.client);
  EXPECT_EQ(names, (std::vector<std::string>{"B", "a", "a-b", "a.b", "b"}));
}

TEST_F(ClientsTest, ListGoesBeyondAPage) {
  for (int i = 0; i < 1001; ++i)
    add(add_of("c" + std::to_string(i)));
  EXPECT_EQ(list_clients(*backend_).size(), 1001U);
}

TEST_F(ClientsTest, RecordThatContradictsItselfIsDamaged) {
  add(add_of("db1"));
  const std::string good = record("db1");
  const std::pair<const char*, const char*> replacements[] = {
      {"\"format\":\"1.0\"", "\"format\":\"one\""},
      {"\"client\":\"db1\"", "\"client\":\"db2\""},
      {"\"public_key\":\"YSBw", "\"public_key\":\"YSBx"},
      {"\"public_key\":\"YSBw", "\"public_key\":\"YSB"},
      {"\"fingerprint\":\"sha256:0", "\"fingerprint\":\"sha256:1"},
      {"\"fingerprint\"", "\"fingerprints\""},
      {"\"rights\":[", "\"rights\":[1,"},
      {"\"added\":\"2026", "\"added\":\"20260"},
      {"{\"format\"", "{{\"format\""},
  };
  for (const auto& [from, to] : replacements) {
    std::string bad = good;
    const std::size_t position = bad.find(from);
    ASSERT_NE(position, std::string::npos) << from;
    bad.replace(position, std::string(from).size(), to);
    set_record("db1", bad);
    try {
      find_client(*backend_, "db1");
      ADD_FAILURE() << to;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kDamaged) << to;
      EXPECT_NE(std::string(error.what()).find("_clients/db1.json"), std::string::npos);
    }
  }
  set_record("db1", good);
  EXPECT_TRUE(find_client(*backend_, "db1"));
}

TEST_F(ClientsTest, RecordOfALaterReleaseIsRead) {
  add(add_of("db1"));
  std::string record_1_7 = record("db1");
  record_1_7.replace(record_1_7.find("1.0"), 3, "1.7");
  record_1_7.insert(1, "\"later\":[null],");
  set_record("db1", record_1_7);
  EXPECT_EQ(find_client(*backend_, "db1")->grants, add_of("db1").grants);
}

}  // namespace
}  // namespace walstow
