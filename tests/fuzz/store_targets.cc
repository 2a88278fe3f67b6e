// The inputs of a store from its archive, and from the S3 service that holds one: records, keys,
// answers; and the files of an archive that is imported.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/admin/import/archived_name.h"
#include "store/admin/import/stream_decoder.h"
#include "store/archive/archive.h"
#include "store/archive/layout.h"
#include "store/archive/standby_positions.h"
#include "store/backend/key_rules.h"
#include "store/backend/memory_backend.h"
#include "store/backend/s3/s3_options.h"
#include "store/backend/s3/s3_responses.h"
#include "store/inventory/break_marks.h"
#include "store/inventory/times_index.h"
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
      layout::times_record("main", kEra, *WalFileName::parse("000000010000000000000007")),
  };
  backend.update_record(keys.at(which % keys.size()), [content](const std::optional<std::string>&) {
    return std::optional(std::string(content));
  });
}

// Whatever a record contains, each request gets an answer.
void ask_everything(Handler& handler) {
  const std::string cluster = "main";
  const Caller owner{.kind = Caller::Kind::kOwner, .name = "tester"};
  const std::array<Command, 17> commands = {
      ListClusters{},
      ClusterStatus{cluster},
      ListFiles{.cluster = cluster, .after = {}, .range = {}},
      ListHoles{.cluster = cluster, .after = {}, .range = {}},
      ListTimes{.cluster = cluster, .after = {}, .range = {}},
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

// A record of the index has no say in what is added to it.
void keep_times(const Archive& archive) {
  const auto segment = *WalFileName::parse("000000010000000000000007");
  TimesIndex index;
  index.remember("main", kEra, segment, {.digest = {}, .times = {.commits = 1, .known = true}});
  unless_error(kDamaged, [&] { return index.write(archive), true; });
  const auto entries = TimesIndex().entries_near(archive.backend(), "main", kEra, segment);
  const auto found = entries.find(segment.text());
  require(found == entries.end() || found->second.times.known, "an entry has what was written");
}

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
  keep_times(*archive);
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

// --- the archives of other programs ---

void archived_name(ByteView input) {
  const std::string name(as_text(input));
  const auto parsed = parse_archived_name(name);
  if (!parsed) return;
  const std::string& file = parsed->file.text();
  require(name.starts_with(file.substr(0, file.find(".partial"))), "a name begins with its file's");
  require(name.ends_with(parsed->unknown_suffix), "a suffix is the end of a name");
  require(parsed->sha1.empty() || parsed->sha1.size() == 40, "a SHA-1 has 40 digits");
  const auto own = parse_archived_name(file);
  require(own && own->file == parsed->file && own->sha1.empty() && own->unknown_suffix.empty(),
          "a WAL file has its own name");
}

// nullopt: damaged.
std::optional<std::string> decompressed(Compression compression, ByteView bytes,
                                        std::size_t piece) {
  StreamDecoder decoder(compression, [&](MutableByteView out) {
    const std::size_t size = std::min({out.size(), piece, bytes.size()});
    std::ranges::copy(bytes.first(size), out.begin());
    bytes = bytes.subspan(size);
    return size;
  });
  constexpr std::size_t kMost = std::size_t{1} << 20;
  return unless_error({ErrorKind::kDamaged}, [&] {
    std::string text;
    std::vector<std::byte> buffer(piece);
    for (std::size_t size = piece; size == piece && text.size() < kMost;) {
      size = decoder.read(buffer);
      text += as_text(ByteView(buffer).first(size));
    }
    text.resize(std::min(text.size(), kMost));
    return text;
  });
}

void compressed_file(ByteView input) {
  FuzzInput choices(input);
  constexpr std::array kForms = {Compression::kGzip, Compression::kLz4, Compression::kZstd};
  const Compression compression = kForms.at(choices.byte() % kForms.size());
  const std::size_t piece = choices.byte() + std::size_t{1};
  recognize(choices.rest().first(std::min(kRecognizable, choices.rest().size())));
  const auto in_pieces = decompressed(compression, choices.rest(), piece);
  const auto at_once = decompressed(compression, choices.rest(), kChunkSize);
  require(!in_pieces || !at_once || *in_pieces == *at_once, "pieces of any size give the same");
}

constexpr std::array kStoreTargets = {
    FuzzTarget{"archive_record", archive_record}, FuzzTarget{"object_key", object_key},
    FuzzTarget{"s3_answer", s3_answer},           FuzzTarget{"backup_label", backup_label},
    FuzzTarget{"archived_name", archived_name},   FuzzTarget{"compressed_file", compressed_file},
};

}  // namespace

std::span<const FuzzTarget> store_targets() {
  return kStoreTargets;
}

}  // namespace walstow
