#include "store/files/put_bounds.h"

#include <fmt/format.h>
#include <vector>

#include "proto/base/suggestion.h"
#include "store/archive/layout.h"
#include "store/backend/entries.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

// The number of objects below `prefix` that `counts` accepts, if `client` may not add one more.
// Reads the objects' clients only if all clients together have reached the bound.
template <class Counts>
std::optional<std::size_t> too_many_of(BackendReader& backend, const std::string& cluster,
                                       const std::string& prefix, const PutBound& bound,
                                       const std::string& client, Counts counts) {
  std::vector<std::string> keys;
  for_each_entry(backend, prefix, [&](const Entry& entry) {
    const auto stored = layout::parse_object_key(cluster, entry.key);
    if (stored && counts(*stored)) keys.push_back(entry.key);
  });
  if (keys.size() < bound.most) return std::nullopt;
  std::size_t of_client = 0;
  for (const std::string& key : keys) {
    const auto header = readable_header(backend, key);
    if (header && header->client == client) ++of_client;
    if (of_client >= bound.of_one_client) return keys.size();
  }
  return std::nullopt;
}

Refusal too_many(const PutFile& put, const std::string& client, std::size_t count,
                 std::string_view of_what) {
  return make_refusal(
      Code::kOverQuota,
      fmt::format(
          "cluster \"{}\" has {} {}, and accepts no more from client \"{}\": \"{}\" is refused",
          put.cluster, count, of_what, client, put.file.text()),
      fmt::format(
          "No server makes so many of these files. {} shows them. Revoke the right of the client "
          "that put them: {}. Each file that you withdraw makes room for another one: {}.",
          suggestion({"list", put.cluster}),
          suggestion({"client", "revoke", "CLIENT", "--cluster", put.cluster}),
          suggestion({"withdraw", put.cluster, "FILE", "--reason", "TEXT"})));
}

bool exists(BackendReader& backend, const std::string& key) {
  return backend.open_object(key) != nullptr;
}

bool is_piece(const layout::StoredName& stored) {
  return stored.form == layout::StoredName::Form::kIncomplete;
}

}  // namespace

std::optional<Refusal> refuse_too_many(BackendReader& backend, const EraName& era,
                                       const PutFile& put, const std::string& client) {
  std::string prefix, of_what;
  PutBound bound{};
  switch (put.file.kind()) {
    case FileKind::kSegment:
      return std::nullopt;
    case FileKind::kHistory:
      prefix = layout::history_prefix(put.cluster, era);
      bound = kHistories;
      of_what = "history files";
      break;
    case FileKind::kPartial:
      prefix = layout::partial_prefix(put.cluster, era, put.file);
      bound = kPartialsOfSegment;
      of_what = fmt::format("versions of \"{}\"", put.file.text());
      break;
    case FileKind::kBackup:
      prefix = layout::beside_prefix(put.cluster, era, put.file);
      bound = kBackupsOfSegment;
      of_what = "backup history files of its segment";
      break;
  }
  const auto is_of_kind = [&](const layout::StoredName& stored) {
    return stored.file.kind() == put.file.kind() && !is_piece(stored);
  };
  const auto count = too_many_of(backend, put.cluster, prefix, bound, client, is_of_kind);
  if (!count || exists(backend, layout::object_key(put.cluster, era, put.file, put.digest)))
    return std::nullopt;
  return too_many(put, client, *count, of_what);
}

std::optional<Refusal> refuse_too_many_pieces(BackendReader& backend, const EraName& era,
                                              const PutFile& put, const std::string& client) {
  for (const std::string& key : layout::incomplete_keys(put.cluster, era, put.file, put.digest)) {
    if (exists(backend, key)) return std::nullopt;
  }
  const auto refuse = [&](const std::string& prefix, const PutBound& bound,
                          std::string_view of_what) -> std::optional<Refusal> {
    const auto count = too_many_of(backend, put.cluster, prefix, bound, client, is_piece);
    if (!count) return std::nullopt;
    return too_many(put, client, *count, of_what);
  };
  auto refusal = refuse(layout::incomplete_prefix(put.cluster, era, put.file), kPiecesOfSegment,
                        "incomplete versions of this segment");
  if (refusal) return refusal;
  return refuse(layout::segment_folder(put.cluster, era, put.file), kPiecesOfFolder,
                "incomplete segments in this part of its log");
}

}  // namespace walstow
