// The way of a put, from its head to its promise:
//
//   begin_put    rights are checked already. Which era? Was this content withdrawn? Does the file
//                stand already? Has the cluster room, and may the client open timelines?
//   write        each chunk is hashed, compressed and written to a staged object nobody can see
//   work_along   meanwhile, what lies there already is read back and unfolded
//   finish       when all of it was, its digest must be the client's, its first page must belong to
//                its name (store/object/put_proof.h); only then the era is opened (when it is the
//                first file of a new cluster) and the object published, durably, never replacing
//
// What becomes of it when its name is taken: store/files/placement.h.
#include "store/files/put_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/wire/report.h"
#include "store/files/placement.h"
#include "store/files/put_bounds.h"
#include "store/files/withdrawal.h"
#include "store/inventory/break_marks.h"
#include "store/inventory/history_doubt.h"
#include "store/inventory/withdrawn_records.h"
#include "store/object/compare_segments.h"
#include "store/object/examine_object.h"
#include "store/object/put_proof.h"
#include "store/retention/quota.h"
#include "store/retention/tombstones.h"

namespace walstow {
namespace {

// Bytes of a body, after each of which there must still be room; a fraction of the reserve.
constexpr std::uint64_t kRoomChecked = std::uint64_t{1} << 20;

// The server has no better file, so it is kept; but whoever relies on the log should know.
std::string warn_of_break(const PutFile& put, const std::string& broken) {
  std::string warning = fmt::format(
      "\"{}\" was archived as it is, but {}; check the server's memory and disks, and take a new "
      "base backup",
      put.file.text(), broken);
  log_line(LogLevel::kWarning, fmt::format("cluster \"{}\": {}", put.cluster, warning));
  return warning;
}

// Why a file that is stored may be of no use, or lead others astray; nullopt: nothing is wrong. A
// backup that begins below what was pruned is stored all the same, for PostgreSQL must get rid of
// its file; but who has taken it should know at once. The object stands before the floors are read,
// as with everybody who registers a need (store/retention/holds_and_backups.cc).
std::optional<std::string> doubts_about(const PutContext& context, const EraName& era,
                                        const std::optional<TimelineHistory>& opened) {
  const PutFile& put = context.put;
  Backend& backend = context.archive->backend();
  if (put.file.kind() == FileKind::kBackup)
    return warn_of_backup_below_floor(backend, put.cluster, era, put.file);
  const std::string doubt = opened ? describe_doubt(backend, put.cluster, era, *opened) : "";
  if (doubt.empty()) return std::nullopt;
  return fmt::format("history \"{}\" was accepted, though {}; is this server part of the cluster?",
                     put.file.text(), doubt);
}

// `opened`: a history that is new.
std::string warning_of(const PutContext& context, const EraName& era, const std::string& broken,
                       const std::optional<TimelineHistory>& opened) {
  const PutFile& put = context.put;
  if (!broken.empty()) return warn_of_break(put, broken);
  try {
    auto warning = doubts_about(context, era, opened);
    if (!warning) return {};
    log_line(LogLevel::kWarning, fmt::format("cluster \"{}\": {}", put.cluster, *warning));
    return *std::move(warning);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning,
             fmt::format("could not compare file \"{}\" with what the archive has: {}",
                         put.file.text(), error.what()),
             error.hint());
    return {};
  }
}

Reply reply_to(const PutContext& context, const EraName& era, const Placement& placement,
               const std::string& broken = {}, const std::optional<TimelineHistory>& opened = {}) {
  if (!placement) return to_reply(placement.error());
  const auto& placed = placement.value();
  Reply reply;
  reply.head.status = placed.result == PlacedFile::Result::kNew ? 201 : 200;
  reply.head.fields.set(field::kContentType, std::string(kJsonType));
  reply.head.fields.set(field::kArchive, context.archive->id());
  reply.head.fields.set(field::kEra, to_string(era));
  reply.body = to_json(PutReport{.archive = context.archive->id(),
                                 .era = to_string(era),
                                 .name = placed.name,
                                 .digest = to_string(context.put.digest),
                                 .raw_size = context.put.raw_size,
                                 .stored_size = placed.stored_size,
                                 .warning = warning_of(context, era, broken, opened)});
  return reply;
}

Refusal other_system(const PutFile& put, const EraName& newest) {
  std::string owner = fmt::format("system identifier {}", put.system_identifier);
  if (put.segment_size) owner += fmt::format(" with segments of {}", to_string(*put.segment_size));
  Words upgrade{"cluster", "upgrade", put.cluster, "--system",
                std::to_string(put.system_identifier)};
  if (put.segment_size) {
    upgrade.insert(upgrade.end(), {"--segment-size", to_string(*put.segment_size)});
  }
  return make_refusal(
      Code::kOtherSystem,
      fmt::format("\"{}\" is of {}, cluster \"{}\" belongs to {} with segments of {}",
                  put.file.text(), owner, put.cluster, newest.system_identifier,
                  to_string(segment_size_of(newest))),
      fmt::format("Is this the right cluster name? After pg_upgrade or a new segment size, run {}; "
                  "for another server, make a cluster of its own.",
                  suggestion(upgrade)));
}

// The era that a put belongs to. Empty optional: the cluster's first file, which will open era 1.
OrRefusal<std::optional<EraName>> choose_era(const PutFile& put, const std::vector<EraName>& eras) {
  if (eras.empty()) {
    if (put.segment_size) return std::optional<EraName>();
    return make_refusal(
        Code::kBadRequest,
        fmt::format("the first file of cluster \"{}\" must give the segment size", put.cluster),
        "Archive a segment first, or give --pgdata.");
  }
  const auto era = newest_era_of(eras, put.system_identifier);
  if (!era || (put.segment_size && put.segment_size->bytes() != era->segment_size)) {
    return other_system(put, eras.back());
  }
  return era;
}

// Another content answers for the put's own: equal up to its end. One that is being withdrawn is
// about to go, and the put's own was not kept.
void refuse_to_rely_on_withdrawn(const PutContext& context, const EraName& era,
                                 const Placement& placement) {
  const PutFile& put = context.put;
  if (!placement || placement->digest == put.digest) return;
  if (!refuse_withdrawn(context.archive->backend(), put.cluster, era, put.file, placement->digest))
    return;
  throw Error(
      ErrorKind::kUnavailable,
      fmt::format("\"{}\" exists with another content, which is being withdrawn", placement->name),
      fmt::format("PostgreSQL tries again. If the error persists, {} completes the withdrawal.",
                  suggestion({"withdraw", put.cluster, put.file.text()})));
}

class PutUpload : public Upload {
 public:
  PutUpload(PutContext context, std::optional<EraName> era, QuotaUse quota)
      : context_(std::move(context)),
        era_(era),
        quota_(std::move(quota)),
        staged_(context_.archive->backend().stage()),
        encoder_(header(), input(), context_.compression_level,
                 [staged = staged_.get()](ByteView bytes) { staged->write(bytes); }),
        proof_(*staged_, context_.put.file) {}

  void write(ByteView bytes) override;
  void work_along() override { proof_.examine(); }
  Reply finish() override;

 private:
  ObjectHeader header() const;
  ObjectEncoder::Input input() const {
    return context_.put.encoding == Encoding::kZstd ? ObjectEncoder::Input::kZstd
                                                    : ObjectEncoder::Input::kRaw;
  }
  std::optional<Refusal> prove();
  std::optional<Refusal> open_first_era();
  std::string mark_break_found();
  Placing place_counted();
  Reply place_marked();
  Reply answer_for(const Placement& placement, const std::string& broken);
  void watch_timelines(const PlacedFile& placed);
  std::optional<LogBreak> find_break(const SegmentContent& content);
  std::string describe(const LogBreak& found) const;
  std::string look_again(const PlacedFile& placed, const std::string& broken);

  PutContext context_;
  std::optional<EraName> era_;
  QuotaUse quota_;
  std::unique_ptr<StagedObject> staged_;
  ObjectEncoder encoder_;
  PutProof proof_;
  Hasher hasher_;  // of a raw body, so that damage on the way is told apart from damage here
  std::uint64_t received_ = 0;
  std::optional<SegmentEnd> end_;  // of a segment, once it is proven
};

ObjectHeader PutUpload::header() const {
  const PutFile& put = context_.put;
  return {.name = put.file.text(),
          .raw_size = put.raw_size,
          .digest = put.digest,
          .system_identifier = put.system_identifier,
          .segment_size = era_ ? era_->segment_size : put.segment_size->bytes(),
          .client = context_.client,
          .time = std::chrono::system_clock::now(),
          .instance = put.instance ? put.instance->id : ""};
}

void PutUpload::write(ByteView bytes) {
  // Not at the head alone: what is given up for an administrator is not for puts under way.
  const bool is_due = (received_ + bytes.size()) / kRoomChecked != received_ / kRoomChecked;
  if (is_due) context_.archive->backend().check_room();
  received_ += bytes.size();
  if (context_.put.encoding == Encoding::kIdentity) hasher_.update(bytes);
  encoder_.write(bytes);
  proof_.read_back();
}

// What was written was read back: only this says that what is kept is what the client has.
std::optional<Refusal> PutUpload::prove() {
  const PutFile& put = context_.put;
  const std::string file = fmt::format("\"{}\"", put.file.text());
  const bool raw_arrived_whole = put.encoding == Encoding::kIdentity && received_ == put.raw_size &&
                                 hasher_.digest() == put.digest;
  if (put.encoding == Encoding::kIdentity && !raw_arrived_whole) {
    return make_refusal(Code::kDigestMismatch,
                        fmt::format("the body of {} has {} bytes with digest {}, its head "
                                    "announces {} bytes with digest {}",
                                    file, received_, to_string(hasher_.digest()), put.raw_size,
                                    to_string(put.digest)),
                        "Was the file changed while it was sent?");
  }
  const Examined examined = proof_.finish();
  if (!examined.whole && raw_arrived_whole) {
    return make_refusal(
        Code::kStorage,
        fmt::format("{} could not be read back as written: {}", file, examined.problem),
        "Check the memory and the disks of the store.");
  }
  if (!examined.whole) {
    return make_refusal(
        Code::kDigestMismatch,
        fmt::format("the compressed body of {} does not decompress to what its head announces: {}",
                    file, examined.problem));
  }
  const auto segment_size = era_ ? std::optional(segment_size_of(*era_)) : put.segment_size;
  const std::string problem =
      proof_.content().problem(put.system_identifier, put.raw_size, segment_size);
  if (!problem.empty()) {
    return make_refusal(Code::kBadContent, fmt::format("{}: {}", file, problem),
                        "Only files of pg_wal, under their own names, can be archived.");
  }
  if (put.file.kind() == FileKind::kSegment) end_ = proof_.end();
  return std::nullopt;
}

std::optional<Refusal> PutUpload::open_first_era() {
  const PutFile& put = context_.put;
  if (!context_.archive->open_era(put.cluster, put.system_identifier, put.segment_size->bytes(),
                                  1)) {
    log_line(LogLevel::kDebug,
             fmt::format("another put opened the first era of cluster \"{}\" at the same time",
                         put.cluster));
  }
  const auto chosen = choose_era(put, context_.archive->eras(put.cluster));
  if (!chosen) return chosen.error();
  era_ = chosen.value();
  return std::nullopt;
}

Reply PutUpload::finish() {
  encoder_.finish();
  if (auto refusal = prove()) return to_reply(*refusal);
  if (!era_) {
    if (auto refusal = open_first_era()) return to_reply(*refusal);
  }
  context_.archive->make_era_durable(context_.put.cluster, *era_);
  return place_marked();
}

// Its name for the file. Others may have used up the quota since the head.
Placing PutUpload::place_counted() {
  const PutFile& put = context_.put;
  Archive& archive = *context_.archive;
  if (quota_.is_limited()) {
    // A content that another server has put in the meantime stores nothing, and counts nothing.
    auto known = find_placement(archive.backend(), *era_, put, context_.client, staged_.get());
    if (known) return {.answer = *std::move(known), .is_stored = false};
    if (auto refusal = quota_.add(staged_->size()))
      return {.answer = *std::move(refusal), .is_stored = false};
  }
  try {
    Placing placing = place(archive, *era_, put, context_.client, *staged_, end_);
    if (!placing.is_stored) quota_.give_back();
    return placing;
  } catch (const Error&) {
    quota_.give_back();
    throw;
  }
}

// Marks the break that this segment shows, and describes it; "" where there is none.
std::string PutUpload::mark_break_found() {
  const PutFile& put = context_.put;
  const SegmentContent content{put.file, put.digest};
  const auto found = end_ ? find_break(content) : std::nullopt;
  if (!found) return {};
  mark_break(context_.archive->backend(), put.cluster, *era_, content, *found);
  return describe(*found);
}

// The mark comes first: once the segment stands, nobody looks into it again.
Reply PutUpload::place_marked() {
  const PutFile& put = context_.put;
  const std::string broken = mark_break_found();
  Reply reply = answer_for(place_counted().answer, broken);
  // Of a content that came to stand nowhere, no mark stays.
  if (!broken.empty())
    forget_break(context_.archive->backend(), put.cluster, *era_, {put.file, put.digest});
  return reply;
}

Reply PutUpload::answer_for(const Placement& placement, const std::string& broken) {
  const PutFile& put = context_.put;
  refuse_to_rely_on_withdrawn(context_, *era_, placement);
  if (placement) {
    const auto withdrawn = take_back_withdrawn(*context_.archive, *era_, put, placement->name);
    if (withdrawn) return to_reply(*withdrawn);
    watch_timelines(*placement);
  }
  const std::string told = placement && end_ ? look_again(*placement, broken) : broken;
  const bool is_new = placement && placement->result == PlacedFile::Result::kNew;
  return reply_to(context_, *era_, placement, told,
                  is_new ? proof_.content().history() : std::nullopt);
}

// Of a copy that was started by mistake nobody else would know.
void PutUpload::watch_timelines(const PlacedFile& placed) {
  const PutFile& put = context_.put;
  if (context_.timelines == nullptr || placed.result != PlacedFile::Result::kNew) return;
  if (const auto history = proof_.content().history()) {
    context_.timelines->opened(put, *era_, context_.client, history->ancestry.back());
    return;
  }
  const auto told = context_.timelines->went_on(put, *era_, context_.client);
  if (!told) return;
  log_line(LogLevel::kWarning, fmt::format("cluster \"{}\": {}", put.cluster, *told),
           fmt::format("One of the two may be a copy that was started by mistake: standbys follow "
                       "the highest timeline. {} shows both, and {} withdraws a history.",
                       suggestion({"status", put.cluster}),
                       suggestion({"withdraw", put.cluster, "FILE", "--reason", "TEXT"})));
}

// Inside the segment; or where it joins others that were put before and still stand.
std::optional<LogBreak> PutUpload::find_break(const SegmentContent& content) {
  const PutFile& put = context_.put;
  if (end_->broken) {
    const SegmentSize size = segment_size_of(*era_);
    const Lsn start = start_of(put.file.number(size), size);
    return LogBreak{.at = Lsn{start.value + *end_->broken}, .segment = put.file, .before = {}};
  }
  for (;;) {
    auto found = context_.recent_edges.find_break(put.cluster, *era_, content, proof_.edges());
    if (!found) return std::nullopt;
    const auto gone = std::ranges::find_if(found->contents, [&](const SegmentContent& other) {
      return other != content &&
             !has_content(context_.archive->backend(), put.cluster, *era_, other);
    });
    if (gone == found->contents.end()) return found;
    context_.recent_edges.forget(put.cluster, *era_, *gone);
  }
}

std::string PutUpload::describe(const LogBreak& found) const {
  const SegmentSize size = segment_size_of(*era_);
  return found.before ? describe_joint(*found.before, found.segment, size, found.at)
                      : describe_break(found.segment, size, *end_->broken);
}

// Now that the segment stands, whoever is put next to it sees it; and it sees what came to stand
// meanwhile. Where what stands differs behind its end, that content needs a mark of its own.
std::string PutUpload::look_again(const PlacedFile& placed, const std::string& broken) {
  const PutFile& put = context_.put;
  if (placed.name != put.file.text()) return broken;  // kept under another name
  const SegmentContent standing{put.file, placed.digest};
  context_.recent_edges.add(put.cluster, *era_, standing, proof_.edges());
  if (!broken.empty() && placed.digest == put.digest) return broken;
  const auto found = find_break(standing);
  if (!found) return {};
  try {
    mark_break(context_.archive->backend(), put.cluster, *era_, standing, *found);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning,
             fmt::format("could not mark where the log breaks off: {}", error.what()),
             error.hint());
  }
  return describe(*found);
}

}  // namespace

HandlerResult begin_put(PutContext context) {
  const PutFile& put = context.put;
  auto chosen = choose_era(put, context.archive->eras(put.cluster));
  if (!chosen) return to_reply(chosen.error());
  const auto era = chosen.value();
  if (era && context.once_known) context.once_known();
  if (era) {
    if (const auto bad_name = refuse_name(put.file, *era)) return to_reply(*bad_name);
    const auto placement =
        find_placement(context.archive->backend(), *era, put, context.client, nullptr);
    // Behind the look, so that nothing is acknowledged that was withdrawn before the answer.
    if (const auto withdrawn =
            refuse_withdrawn(context.archive->backend(), put.cluster, *era, put.file, put.digest))
      return to_reply(*withdrawn);
    if (placement) {
      refuse_to_rely_on_withdrawn(context, *era, *placement);
      return reply_to(context, *era, *placement);
    }
    if (const auto refusal = refuse_too_many(context.archive->backend(), *era, put, context.client))
      return to_reply(*refusal);
  }
  // Not before: what was acknowledged is acknowledged again.
  QuotaUse quota(context.archive->backend(), put.cluster);
  if (const auto refusal = quota.refuse(std::chrono::system_clock::now()))
    return to_reply(*refusal);
  if (const auto refusal = context.permits.refuse(*context.archive, era, put, context.client))
    return to_reply(*refusal);
  context.archive->backend().check_room();
  return std::make_unique<PutUpload>(std::move(context), era, std::move(quota));
}

}  // namespace walstow
