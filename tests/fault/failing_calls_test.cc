// Each call that a request makes of the file system fails, once, with each error that a full,
// broken or busy one has, with its effect and without. Then:
//
//   the request       -> fails, with a line that says why; or did not need the call and is right
//   a success         -> is one, also when the power goes now
//   a get             -> never says "absent" of an existing file, and never delivers anything else
//   an earlier file   -> is served as before
//   the next try      -> succeeds, by the same process, unless that had to end (a folder's fsync)
//
// A failed fsync is never tried again: on this disk the second one would report success, and the
// power cut would show it.
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <iostream>
#include <vector>

#include "store/archive/client_registry.h"
#include "store/archive/standby_positions.h"
#include "store/backend/directory_backend.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;

const std::vector<int> kAllErrors = {ENOSPC, EIO, EDQUOT, EMFILE, EROFS};
constexpr std::string_view kEarlier = "00000003.history";
constexpr std::string_view kHistory = "00000002.history";
constexpr std::string_view kHistoryText = "1\t0/400000\tno recovery target specified\n";
constexpr std::string_view kSegment = "000000010000000000000002";

std::string content_of(std::string_view name) {
  return name == kSegment ? segment_content(name) : std::string(kHistoryText);
}

// One store process on the disk. Without a plan nothing fails.
class Store {
 public:
  explicit Store(ForgetfulDisk& disk, const std::shared_ptr<FaultPlan>& plan = nullptr)
      : handler_(
            [&disk, plan] {
              auto files = disk.mount();
              if (plan) files = with_faults(std::move(files), plan);
              return std::make_unique<Archive>(make_directory_backend(std::move(files)));
            },
            1) {}

  // nullopt: the connection was cut, or the process has ended.
  std::optional<Response> ask(const Command& command, std::string_view body = {}) {
    try {
      HandlerResult answer = handler_.handle(to_request(command), owner_);
      if (auto* reply = std::get_if<Reply>(&answer)) return take(*reply);
      Reply reply = feed(*std::get<std::unique_ptr<Upload>>(answer), body);
      return take(reply);
    } catch (const Error& error) {
      ended_ = error.kind() == ErrorKind::kFatal;
      return std::nullopt;
    }
  }
  bool has_ended() const { return ended_; }

 private:
  // As the session does it.
  static Reply feed(Upload& upload, std::string_view body) {
    try {
      upload.write(as_bytes(body));
      return upload.finish();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kFatal) throw;
      return to_reply(to_refusal(error));
    }
  }
  static Response take(Reply& reply) {
    Response response{reply.head.status, reply.head.fields, reply.body};
    if (!reply.download) return response;
    std::string chunk(kChunkSize, '\0');
    while (const auto size = reply.download->read(std::as_writable_bytes(std::span(chunk)))) {
      response.body.append(chunk, 0, size);
    }
    return response;
  }

  Handler handler_;
  Caller owner_{.kind = Caller::Kind::kOwner, .name = "tester"};
  bool ended_ = false;
};

using Work = std::function<std::optional<Response>(Store&)>;

struct Scenario {
  std::function<void(Store&)> setup;  // the cluster is there, with kEarlier in it
  Work work;
  // Whether it is a success, for one that never failed and one that is tried again.
  std::function<bool(const Response&)> success;
  // After a success and a power cut.
  std::function<void(ForgetfulDisk&)> check;
  std::vector<int> errors = kAllErrors;
};

struct Fault {
  std::size_t call;  // from 1
  int error;
  FaultMoment moment;
};

std::string describe(const Fault& fault, const FaultPlan& plan) {
  return "call " + std::to_string(fault.call) + " (" + plan.journal().at(fault.call - 1) + "), " +
         system_message(fault.error) +
         (fault.moment == FaultMoment::kAfter ? ", after its effect" : ", without effect");
}

class FailingCallsTest : public ServiceTest {
 protected:
  static std::optional<Response> put(Store& store, std::string_view name) {
    return put(store, name, content_of(name));
  }
  static std::optional<Response> put(Store& store, std::string_view name,
                                     const std::string& content) {
    PutFile put = put_of(name, content);
    if (name != kSegment) put.segment_size.reset();
    return store.ask(put, content);
  }
  static std::optional<Response> get(Store& store, std::string_view name) {
    return store.ask(get_of(name));
  }
  static void check_stands(ForgetfulDisk& disk, std::string_view name) {
    Store fresh(disk);
    const auto response = get(fresh, name);
    ASSERT_TRUE(response && response->status == 200) << name << " is lost";
    EXPECT_TRUE(response->body == content_of(name)) << name << " is not whole";
  }
  static bool is_done(const Response& response) {
    return response.status == 200 || response.status == 201;
  }
  static Scenario put_of_new(std::string_view name) {
    return {.setup = [](Store&) {},
            .work = [name](Store& store) { return put(store, name); },
            .success = is_done,
            .check = [name](ForgetfulDisk& disk) { check_stands(disk, name); }};
  }

  // Returns false when there is no such call.
  static bool run(const Scenario& scenario, const Fault& fault) {
    ForgetfulDisk disk;
    initialize_archive(*make_directory_backend(disk.mount()));
    {
      Store before(disk);
      before.ask(CreateCluster{"main"});
      before.ask(OpenEra{
          .cluster = "main", .system_identifier = samples::kSystem1Mb, .segment_size = 1U << 20});
      put(before, kEarlier);
      scenario.setup(before);
    }
    const auto plan = std::make_shared<FaultPlan>();
    Store store(disk, plan);
    plan->fail_call(fault.call, fault.error, fault.moment);
    const auto response = scenario.work(store);
    if (plan->failures() == 0) {
      EXPECT_TRUE(response && scenario.success(*response));
      return false;
    }
    plan->stop_failing();
    SCOPED_TRACE(describe(fault, *plan));

    if (!response || !scenario.success(*response)) {
      if (response) check_refusal(*response, fault.error);
      Store fresh(disk);
      Store& next = store.has_ended() ? fresh : store;
      const auto earlier = get(next, kEarlier);
      EXPECT_TRUE(earlier && earlier->body == content_of(kEarlier))
          << "the earlier file is not served";
      const auto again = scenario.work(next);
      EXPECT_TRUE(again && scenario.success(*again)) << (again ? again->body : "no answer");
    }
    disk.power_cut(CutMode::only_durable());
    scenario.check(disk);
    return true;
  }

  static void for_each_call(const Scenario& scenario) {
    std::size_t calls = 0;
    for (const int error : scenario.errors) {
      for (const FaultMoment moment : {FaultMoment::kBefore, FaultMoment::kAfter}) {
        std::size_t call = 1;
        while (run(scenario, {.call = call, .error = error, .moment = moment}))
          ++call;
        calls = call - 1;
      }
    }
    EXPECT_GT(calls, 0U);
    std::cout << "[  FAULT   ] " << calls << " calls, each failed with " << scenario.errors.size()
              << " errors, before and after its effect" << std::endl;
  }

 private:
  static void check_refusal(const Response& response, int error) {
    EXPECT_EQ(code_of(response), "storage") << response.body;
    EXPECT_NE(response.body.find(system_message(error)), std::string::npos) << response.body;
  }
};

// --- put ---

TEST_F(FailingCallsTest, PutOfASegmentIntoANewFolder) {
  Scenario scenario = put_of_new(kSegment);
  scenario.errors = {ENOSPC, EIO};  // each run takes its time
  for_each_call(scenario);
}

TEST_F(FailingCallsTest, PutOfAHistory) {
  for_each_call(put_of_new(kHistory));
}

TEST_F(FailingCallsTest, PutOfWhatStands) {
  Scenario scenario = put_of_new(kHistory);
  scenario.setup = [](Store& store) { put(store, kHistory); };
  for_each_call(scenario);
}

// The two below are told a success for what another try has left, under another name or with other
// bytes: that must be durable by then, whatever stopped the one who wrote it.

std::string older() {
  return WalWriter("000000010000000000000001").fill().content();
}

TEST_F(FailingCallsTest, PutOfAPieceOfASegment) {
  const std::string piece = WalWriter(kSegment, older()).records(3, 400).content();
  for_each_call({.setup = [](Store&) {},
                 .work = [&](Store& store) { return put(store, kSegment, piece); },
                 .success = is_done,
                 .check =
                     [](ForgetfulDisk& disk) {
                       Store fresh(disk);
                       const auto files = fresh.ask(ListFiles{.cluster = "main"});
                       ASSERT_TRUE(files);
                       EXPECT_NE(files->body.find(".incomplete."), std::string::npos)
                           << files->body;
                     },
                 .errors = {EIO}});
}

TEST_F(FailingCallsTest, PutOfASegmentThatStandsWithOtherRemains) {
  const std::string zeros = WalWriter(kSegment).records(3, 400).switch_wal().content();
  const std::string remains =
      WalWriter(kSegment, older()).records(3, 400).switch_record().content();
  std::size_t tries = 0;
  for_each_call({.setup = [&](Store&) { tries = 0; },
                 .work =
                     [&](Store& store) {
                       ++tries;
                       return put(store, kSegment, tries == 1 ? zeros : remains);
                     },
                 .success = is_done,
                 .check =
                     [&](ForgetfulDisk& disk) {
                       Store fresh(disk);
                       const auto found = get(fresh, kSegment);
                       ASSERT_TRUE(found && found->status == 200) << "it is lost";
                       EXPECT_TRUE(found->body == zeros || found->body == remains);
                     },
                 .errors = {EIO}});
}

// --- get ---

TEST_F(FailingCallsTest, GetOfWhatStands) {
  for_each_call({.setup = [](Store& store) { put(store, kHistory); },
                 .work = [](Store& store) { return get(store, kHistory); },
                 .success =
                     [](const Response& response) {
                       EXPECT_NE(response.status, 404) << response.body;
                       return response.status == 200 && response.body == kHistoryText;
                     },
                 .check = [](ForgetfulDisk& disk) { check_stands(disk, kHistory); }});
}

TEST_F(FailingCallsTest, GetOfWhatIsAbsentByAStandbyThatIsNoted) {
  for_each_call(
      {.setup = [](Store&) {},
       .work =
           [](Store& store) {
             // Behind the place where the timelines of kEarlier left timeline 1.
             GetFile get = get_of("00000001000000000000000F");
             get.instance = Instance{.id = std::string(32, 'a'), .sequence = 1, .host = "db2"};
             get.restartpoint = file_named(kSegment);
             return store.ask(get);
           },
       .success = [](const Response& response) { return code_of(response) == "absent-end"; },
       .check = [](ForgetfulDisk& disk) { check_stands(disk, kEarlier); }});
}

// --- registry and positions ---

AddClient db2() {
  return {.client = "db2",
          .public_key = to_base64(as_bytes("a key")),
          .grants = {{.cluster = "main", .rights = {Right::kArchive}}}};
}

std::optional<ClientReport> find_db2(ForgetfulDisk& disk) {
  return find_client(*make_directory_backend(disk.mount()), "db2");
}

TEST_F(FailingCallsTest, AddAClient) {
  for_each_call({.setup = [](Store&) {},
                 .work = [](Store& store) { return store.ask(db2()); },
                 .success = is_done,
                 .check = [](ForgetfulDisk& disk) { EXPECT_TRUE(find_db2(disk)); }});
}

TEST_F(FailingCallsTest, ChangeAClient) {
  const Grants more = {{.cluster = "main", .rights = {Right::kArchive, Right::kRestore}}};
  for_each_call(
      {.setup = [](Store& store) { store.ask(db2()); },
       .work =
           [&](Store& store) { return store.ask(ChangeClient{.client = "db2", .grants = more}); },
       .success = is_done,
       .check = [&](ForgetfulDisk& disk) { EXPECT_EQ(find_db2(disk)->grants, more); }});
}

TEST_F(FailingCallsTest, RemoveAClient) {
  for_each_call({.setup = [](Store& store) { store.ask(db2()); },
                 .work = [](Store& store) { return store.ask(RemoveClient{"db2"}); },
                 .success =
                     [](const Response& response) {
                       // Where the first try had its effect.
                       return is_done(response) || code_of(response) == "no-such-client";
                     },
                 .check = [](ForgetfulDisk& disk) { EXPECT_FALSE(find_db2(disk)); }});
}

TEST_F(FailingCallsTest, ReportAPosition) {
  for_each_call({.setup = [](Store&) {},
                 .work =
                     [](Store& store) {
                       return store.ask(ReportPosition{
                           .cluster = "main",
                           .system_identifier = samples::kSystem1Mb,
                           .instance = {.id = std::string(32, 'a'), .sequence = 1, .host = "db2"},
                           .restartpoint = file_named(kSegment)});
                     },
                 .success = is_done,
                 .check =
                     [](ForgetfulDisk& disk) {
                       const auto found =
                           list_positions(*make_directory_backend(disk.mount()), "main");
                       ASSERT_EQ(found.size(), 1U);
                       EXPECT_EQ(found[0].restartpoint, kSegment);
                     }});
}

}  // namespace
}  // namespace walstow
