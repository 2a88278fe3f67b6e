// The inputs of a store from its archive, and from the S3 service that holds one: records, keys,
// answers.
#include <array>
#include <fmt/format.h>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"
#include "store/archive/layout.h"
#include "store/archive/standby_positions.h"
#include "store/backend/key_rules.h"
#include "store/backend/memory_backend.h"
#include "store/backend/s3/s3_options.h"
#include "store/backend/s3/s3_responses.h"
#include "store/inventory/break_marks.h"
#include "store/retention/archive_clock.h"
#include "store/retention/label_pattern.h"
#include "store/service/handler.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/borrowed_backend.h"

namespace walstow {
namespace {

constexpr EraName kEra{1, 7711084896406890663U, 1U << 20};
constexpr const char* kInstanceId = "0123456789abcdef0123456789abcdef";

// --- records ---

void put_record(Backend& backend, std::uint8_t which, std::string_view content) {
  const std::array keys = {
      layout::cluster_record("main"),
      layout::era_record("main", 1),
      layout::era_folder_record("main", kEra),
      layout::standby_record("main", "db2", kInstanceId),
      layout::hold_record("main", "0123456789ab"),
      layout::backup_record("main", "0123456789ab"),
      layout::policy_record("main"),
      layout::client_record("db2"),
      layout::prune_record("main", kEra, 1),
      fmt::format("{}000000010000000000000007.0123456789ab.json",
                  layout::break_marks("main", kEra)),
      std::string(layout::kClockRecord),
      std::string(layout::kMarker),
  };
  backend.update_record(keys.at(which % keys.size()), [content](const std::optional<std::string>&) {
    return std::optional(std::string(content));
  });
}

// Whatever a record contains, each request gets an answer.
void ask_everything(Handler& handler) {
  const std::string cluster = "main";
  const Caller owner{.kind = Caller::Kind::kOwner, .name = "tester"};
  const std::array<Command, 16> commands = {
      ListClusters{},
      ClusterStatus{cluster},
      ListFiles{.cluster = cluster, .after = {}, .range = {}},
      ListHoles{.cluster = cluster, .after = {}, .range = {}},
      VerifyFiles{.cluster = cluster, .after = {}, .range = {}, .since = {}, .most_bytes = {}},
      ListConflicts{.cluster = cluster, .file = {}},
      ListClients{},
      ListHolds{cluster},
      ListBackups{cluster},
      ListStandbys{cluster},
      ShowPolicy{cluster},
      PlanPrune{.cluster = cluster, .policy = {.keep_backups = 1, .keep_days = 1}},
      BeginPrune{.cluster = cluster, .policy = {.keep_backups = 1, .keep_days = 1}, .floor = {}},
      ContinuePrune{.cluster = cluster, .number = 1},
      AbandonPrune{.cluster = cluster},
      GetFile{.cluster = cluster,
              .file = *WalFileName::parse("000000010000000000000007"),
              .system_identifier = kEra.system_identifier,
              .segment_size = {},
              .request_id = "1",
              .instance = {},
              .restartpoint = {}},
  };
  for (const Command& command : commands) {
    const auto result = handler.handle(to_request(command), owner);
    require(std::holds_alternative<Reply>(result), "a question is answered");
  }
  const Caller client{.kind = Caller::Kind::kNamed, .name = "db2"};
  handler.handle(to_request(Whoami{}), client);
}

constexpr std::initializer_list<ErrorKind> kDamaged = {ErrorKind::kDamaged, ErrorKind::kUsage,
                                                       ErrorKind::kUnavailable};

void archive_record(ByteView input) {
  FuzzInput choices(input);
  const std::uint8_t which = choices.byte();
  const std::string content(as_text(choices.rest()).substr(0, kLargestRecord));
  const auto backend = make_memory_backend();
  initialize_archive(*backend);
  const auto open = [&backend] {
    return std::make_unique<Archive>(std::make_unique<BorrowedBackend>(*backend));
  };
  const auto archive = open();
  archive->create_cluster("main");
  archive->open_era("main", kEra.system_identifier, kEra.segment_size, 1);
  put_record(*backend, which, content);

  unless_error(kDamaged, [&] { return archive->verify_present(), true; });
  unless_error(kDamaged,
               [&] { return look_at_clock(*archive, read_clock(*archive), Time()), true; });
  unless_error(kDamaged, [&] { return forget_breaks(*backend, "main", kEra), true; });
  unless_error(kDamaged, [&] {
    const PositionChange change{.instance = {.id = kInstanceId, .sequence = 1, .host = "db2"},
                                .system_identifier = kEra.system_identifier,
                                .handed = WalFileName::parse("000000010000000000000007"),
                                .restartpoint = {}};
    update_position(*backend, "main", "db2", change, std::chrono::system_clock::now());
    return list_positions(*backend, "main").size();
  });
  Handler handler(open, 1);
  ask_everything(handler);
}

// --- keys ---

void object_key(ByteView input) {
  const std::string key(as_text(input));
  const auto is_key = unless_error({ErrorKind::kInvalid}, [&] { return check_key(key), true; });
  const auto stored = layout::parse_object_key("main", key);
  if (!stored) return;
  require(is_key.value_or(false), "an object's key is a key");
  require(key.find(layout::to_string(*stored)) != std::string::npos, "a key holds its stored name");
  const auto own = layout::object_key("main", stored->era, stored->file);
  const bool is_file = stored->form == layout::StoredName::Form::kFile;
  require(!is_file || !own || *own == key, "a file has one key");
}

// --- S3 ---

void s3_answer(ByteView input) {
  FuzzInput choices(input);
  const std::uint8_t which = choices.byte();
  const std::string text = choices.text();
  const auto parsed = [&](auto parse) {
    return unless_error({ErrorKind::kUnavailable}, [&] { return parse(text); });
  };
  switch (which % 4) {
    case 0:
      if (const auto list = parsed(parse_s3_list)) {
        require(list->contents.size() + list->folders.size() <= text.size(),
                "a list has no more than was sent");
      }
      break;
    case 1:
      parsed(parse_s3_fault);
      break;
    case 2:
      parsed(parse_s3_versioning);
      break;
    default:
      parsed(parse_s3_removal);
  }
  if (const auto address =
          unless_error({ErrorKind::kUsage}, [&] { return parse_s3_address(text); })) {
    require(!*address || !(*address)->bucket.empty(), "an address names a bucket");
  }
}

// --- labels of backups: the administrator sets the pattern, and the label comes with a backup ---

void backup_label(ByteView input) {
  FuzzInput choices(input);
  const std::string pattern(as_text(choices.bytes(std::min<std::size_t>(choices.byte(), 255))));
  const std::string label(as_text(choices.rest()).substr(0, 1024));
  matches_label(pattern, label);
  require(matches_label("*", label), "a star is any label");
}

constexpr std::array kStoreTargets = {
    FuzzTarget{"archive_record", archive_record},
    FuzzTarget{"object_key", object_key},
    FuzzTarget{"s3_answer", s3_answer},
    FuzzTarget{"backup_label", backup_label},
};

}  // namespace

std::span<const FuzzTarget> store_targets() {
  return kStoreTargets;
}

}  // namespace walstow
