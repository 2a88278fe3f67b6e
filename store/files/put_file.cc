// The steps of a put, from its head to its promise:
//
//   begin_put    the rights are checked already. Determines the era, and whether this content was
//                withdrawn or the file exists already. Checks that the cluster has room, and that
//                the client may open timelines.
//   write        each chunk is hashed, compressed and written to a staged object nobody can see
//   work_along   meanwhile, bytes that were written earlier are read back and decompressed
//   finish       after the last chunk, these steps:
//                1. writes the SHA-256 of the bytes that were read back as the object's trailer
//                2. checks that the digest is the client's, and that the first page belongs to the
//                   name (store/object/put_proof.h)
//                3. opens the era, if this is the first file of a new cluster
//                4. checks that the timeline of a segment's first page can begin the segment
//                   (store/files/first_page.h)
//                5. if the segment's log breaks off, writes a durable mark of the break
//                   (store/files/put_breaks.h)
//                6. publishes the object, durably, and without replacing another one
//
// store/files/placement.h describes a put whose name is taken.
#include "store/files/put_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/wire/report.h"
#include "store/files/first_page.h"
#include "store/files/placement.h"
#include "store/files/put_bounds.h"
#include "store/files/put_breaks.h"
#include "store/files/put_reply.h"
#include "store/files/withdrawal.h"
#include "store/inventory/withdrawn_records.h"
#include "store/object/examine_object.h"
#include "store/object/put_proof.h"
#include "store/retention/quota.h"

namespace walstow {
namespace {

// Bytes of a body after which there must still be room; a fraction of the reserve.
constexpr std::uint64_t kRoomChecked = std::uint64_t{1} << 20;

// `body`: nullptr if it has not arrived.
ClaimedContent claimed_of(const PutContext& context, StagedObject* body) {
  return {.digest = context.put.digest,
          .client = context.client,
          .body = body,
          .sha256 = context.sha256};
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
      fmt::format("\"{}\" comes from {}, but cluster \"{}\" belongs to {} with segments of {}",
                  put.file.text(), owner, put.cluster, newest.system_identifier,
                  to_string(segment_size_of(newest))),
      fmt::format("Is this the right cluster name? After pg_upgrade or a new segment size, run {}; "
                  "for another server, create a cluster of its own.",
                  suggestion(upgrade)));
}

// The era of a put. Empty optional: this is the cluster's first file, which will open era 1.
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

// Other content answers for the put's own, because it is equal up to its end. If it is being
// withdrawn, it is about to be removed, and the put's own content was not kept.
void refuse_to_rely_on_withdrawn(const PutContext& context, const EraName& era,
                                 const Placement& placement) {
  const PutFile& put = context.put;
  if (!placement || placement->digest == put.digest) return;
  if (!refuse_withdrawn(context.archive->backend(), put.cluster, era, put.file, placement->digest))
    return;
  throw Error(
      ErrorKind::kUnavailable,
      fmt::format("\"{}\" exists with other content, which is being withdrawn", placement->name),
      fmt::format("PostgreSQL tries again. If the error persists, {} completes the withdrawal.",
                  suggestion({"withdraw", put.cluster, put.file.text()})));
}

// What the archive answers to a put before its body has arrived. nullopt: the body is needed.
std::optional<Placement> find_known(const PutContext& context, const EraName& era) {
  const PutFile& put = context.put;
  Backend& backend = context.archive->backend();
  if (auto bad_name = refuse_name(put.file, era)) return *std::move(bad_name);
  auto placement = find_placement(backend, era, put, claimed_of(context, nullptr));
  // After the look, so that nothing is acknowledged that was withdrawn before the answer.
  if (auto withdrawn = refuse_withdrawn(backend, put.cluster, era, put.file, put.digest))
    return *std::move(withdrawn);
  if (placement) refuse_to_rely_on_withdrawn(context, era, *placement);
  return placement;
}

class PutUpload : public Upload {
 public:
  PutUpload(PutContext context, std::optional<EraName> era, QuotaUse quota)
      : context_(std::move(context)),
        era_(era),
        quota_(std::move(quota)),
        staged_(context_.archive->backend().stage()),
        header_(header()),
        encoder_(header_, input(), context_.compression_level,
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
  Placing place_counted();
  Reply place_marked();
  Reply answer_for(const Placement& placement, PutBreaks* breaks, const std::string& broken);
  void watch_timelines(const PlacedFile& placed);
  void remember_times(const PlacedFile& placed);

  PutContext context_;
  std::optional<EraName> era_;
  QuotaUse quota_;
  std::unique_ptr<StagedObject> staged_;
  ObjectHeader header_;  // as it was written
  ObjectEncoder encoder_;
  PutProof proof_;
  Hasher hasher_;  // of a raw body, to distinguish damage during the transfer from damage here
  std::uint64_t received_ = 0;
  std::optional<SegmentEnd> end_;  // for a segment, once it is proven
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
  // Not only at the head: space that is freed for an administrator is not for puts in progress.
  const bool is_due = (received_ + bytes.size()) / kRoomChecked != received_ / kRoomChecked;
  if (is_due) context_.archive->backend().check_room();
  received_ += bytes.size();
  if (context_.put.encoding == Encoding::kIdentity) hasher_.update(bytes);
  encoder_.write(bytes);
  proof_.read_back();
}

// The written bytes are read back: only this proves that the kept bytes are the client's.
std::optional<Refusal> PutUpload::prove() {
  const PutFile& put = context_.put;
  const std::string file = fmt::format("\"{}\"", put.file.text());
  const bool raw_arrived_whole = put.encoding == Encoding::kIdentity && received_ == put.raw_size &&
                                 hasher_.digest() == put.digest;
  if (put.encoding == Encoding::kIdentity && !raw_arrived_whole) {
    return make_refusal(Code::kDigestMismatch,
                        fmt::format("the body of {} has {} bytes with digest {}, but its head "
                                    "announces {} bytes with digest {}",
                                    file, received_, to_string(hasher_.digest()), put.raw_size,
                                    to_string(put.digest)),
                        "Was the file changed while it was sent?");
  }
  const Examined examined = proof_.finish();
  const bool header_changed =
      examined.whole && encode_object_header(examined.header) != encode_object_header(header_);
  if (header_changed || (!examined.whole && raw_arrived_whole)) {
    return make_refusal(Code::kStorage,
                        fmt::format("{} could not be read back as written: {}", file,
                                    header_changed ? "its header is different" : examined.problem),
                        "Check the memory and the disks of the store.");
  }
  if (!examined.whole) {
    return make_refusal(Code::kDigestMismatch,
                        fmt::format("the compressed body of {} does not decompress to the content "
                                    "that its head announces: {}",
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
  encoder_.finish_frames();
  encoder_.finish(proof_.finish_frames());
  if (auto refusal = prove()) return to_reply(*refusal);
  if (!era_) {
    if (auto refusal = open_first_era()) return to_reply(*refusal);
  }
  if (const auto page = proof_.content().page_timeline()) {
    if (const auto refusal = refuse_first_page(*context_.archive, *era_, context_.put, *page))
      return to_reply(*refusal);
  }
  context_.archive->make_era_durable(context_.put.cluster, *era_);
  return place_marked();
}

// The file's name in messages. Others may have used up the quota since the head.
Placing PutUpload::place_counted() {
  const PutFile& put = context_.put;
  Archive& archive = *context_.archive;
  if (quota_.is_limited()) {
    // If another server has put the same content meanwhile, nothing is stored, and nothing is
    // counted.
    auto known = find_placement(archive.backend(), *era_, put, claimed_of(context_, staged_.get()));
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

Reply PutUpload::place_marked() {
  if (!end_) return answer_for(place_counted().answer, nullptr, {});
  PutBreaks breaks(context_.archive->backend(), context_.recent_edges, context_.put, *era_, *end_,
                   proof_.edges());
  const auto broken = breaks.mark();
  Reply reply = answer_for(place_counted().answer, &breaks, broken.value_or(""));
  if (broken) breaks.forget_unplaced();
  return reply;
}

// `breaks`: nullptr for other files than segments.
Reply PutUpload::answer_for(const Placement& placement, PutBreaks* breaks,
                            const std::string& broken) {
  const PutFile& put = context_.put;
  refuse_to_rely_on_withdrawn(context_, *era_, placement);
  if (placement) {
    const auto withdrawn = take_back_withdrawn(*context_.archive, *era_, put, placement->name);
    if (withdrawn) return to_reply(*withdrawn);
    watch_timelines(*placement);
    remember_times(*placement);
  }
  const std::string told =
      placement && breaks != nullptr ? breaks->look_again(*placement, broken) : broken;
  const bool is_new = placement && placement->result == PlacedFile::Result::kNew;
  return reply_to(context_, *era_, placement, told,
                  is_new ? proof_.content().history() : std::nullopt);
}

// Otherwise nobody would notice a copy that was started by mistake.
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
           fmt::format("One of the two servers may be a copy that was started by mistake: standbys "
                       "follow the highest timeline. {} shows both, and {} withdraws a history.",
                       suggestion({"status", put.cluster}),
                       suggestion({"withdraw", put.cluster, "FILE", "--reason", "TEXT"})));
}

// The index is not part of the promise, so this writes nothing.
void PutUpload::remember_times(const PlacedFile& placed) {
  const PutFile& put = context_.put;
  const bool has_name = placed.name == put.file.text() && placed.digest == put.digest;
  if (!end_ || !has_name) return;
  context_.times.remember(put.cluster, *era_, put.file,
                          {.digest = put.digest, .times = proof_.times()});
}

}  // namespace

HandlerResult begin_put(PutContext context) {
  const PutFile& put = context.put;
  auto chosen = choose_era(put, context.archive->eras(put.cluster));
  if (!chosen) return to_reply(chosen.error());
  const auto era = chosen.value();
  if (era && context.once_known) context.once_known();
  if (era) {
    if (const auto placement = find_known(context, *era))
      return reply_to(context, *era, *placement);
    if (const auto refusal = refuse_too_many(context.archive->backend(), *era, put, context.client))
      return to_reply(*refusal);
  }
  // Not before: content that was acknowledged is acknowledged again.
  QuotaUse quota(context.archive->backend(), put.cluster);
  if (const auto refusal = quota.refuse(std::chrono::system_clock::now()))
    return to_reply(*refusal);
  if (const auto refusal = context.permits.refuse(*context.archive, era, put, context.client))
    return to_reply(*refusal);
  context.archive->backend().check_room();
  return std::make_unique<PutUpload>(std::move(context), era, std::move(quota));
}

Reply confirm_file(const PutContext& context) {
  const auto era = choose_era(context.put, context.archive->eras(context.put.cluster));
  if (!era) return to_reply(era.error());
  const auto placement = era.value() ? find_known(context, *era.value()) : std::nullopt;
  if (!placement) {
    const bool other_content =
        era.value() && has_name(context.archive->backend(), *era.value(), context.put);
    return json_reply(200, to_json(ConfirmReport{.archived = {}, .other_content = other_content}));
  }
  if (!*placement) return to_reply(placement->error());
  return json_reply(200,
                    to_json(ConfirmReport{report_of(context, *era.value(), placement->value())}));
}

}  // namespace walstow
