#include "store/files/put_bounds.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>

#include "proto/base/suggestion.h"
#include "store/archive/layout.h"

namespace walstow {
namespace {

// The objects whose keys begin with `prefix` and that `counts` of; counted up to `most`.
template <class Counts>
std::size_t count_objects(BackendReader& backend, const std::string& cluster,
                          const std::string& prefix, std::size_t most, Counts counts) {
  constexpr std::size_t kPage = 1000;
  std::size_t count = 0;
  std::string after;
  for (;;) {
    const auto page = backend.list_after(prefix, after, kPage);
    count += static_cast<std::size_t>(std::ranges::count_if(page, [&](const Entry& entry) {
      const auto stored = layout::parse_object_key(cluster, entry.key);
      return stored && counts(*stored);
    }));
    if (count >= most || page.size() < kPage) return count;
    after = page.back().key;
  }
}

Refusal too_many(const PutFile& put, std::size_t count, std::string_view of_what) {
  return make_refusal(
      Code::kOverQuota,
      fmt::format("cluster \"{}\" has {} {}, and takes no more: \"{}\" is refused", put.cluster,
                  count, of_what, put.file.text()),
      fmt::format("No server makes so many. {} shows them. Whoever has put them "
                  "should lose the right to: {}; each that is taken away with {} "
                  "makes room.",
                  suggestion({"list", put.cluster}),
                  suggestion({"client", "revoke", "CLIENT", "--cluster", put.cluster}),
                  suggestion({"withdraw", put.cluster, "FILE", "--reason", "TEXT"})));
}

bool stands(BackendReader& backend, const std::string& key) {
  return backend.open_object(key) != nullptr;
}

bool is_piece(const layout::StoredName& stored) {
  return stored.form == layout::StoredName::Form::kIncomplete;
}

}  // namespace

std::optional<Refusal> refuse_too_many(BackendReader& backend, const EraName& era,
                                       const PutFile& put) {
  std::string prefix, of_what;
  std::size_t most = 0;
  switch (put.file.kind()) {
    case FileKind::kSegment:
      return std::nullopt;
    case FileKind::kHistory:
      prefix = layout::history_prefix(put.cluster, era);
      most = kMostHistories;
      of_what = "history files";
      break;
    case FileKind::kPartial:
      prefix = layout::partial_prefix(put.cluster, era, put.file);
      most = kMostPartialsOfSegment;
      of_what = fmt::format("contents of \"{}\"", put.file.text());
      break;
    case FileKind::kBackup:
      prefix = layout::beside_prefix(put.cluster, era, put.file);
      most = kMostBackupsOfSegment;
      of_what = "backup history files of its segment";
      break;
  }
  const auto is_of_kind = [&](const layout::StoredName& stored) {
    return stored.file.kind() == put.file.kind() && !is_piece(stored);
  };
  const std::size_t count = count_objects(backend, put.cluster, prefix, most, is_of_kind);
  if (count < most) return std::nullopt;
  if (stands(backend, layout::object_key(put.cluster, era, put.file, put.digest)))
    return std::nullopt;
  return too_many(put, count, of_what);
}

std::optional<Refusal> refuse_too_many_pieces(BackendReader& backend, const EraName& era,
                                              const PutFile& put) {
  for (const std::string& key : layout::incomplete_keys(put.cluster, era, put.file, put.digest)) {
    if (stands(backend, key)) return std::nullopt;
  }
  const auto count_below = [&](const std::string& prefix, std::size_t most) {
    return count_objects(backend, put.cluster, prefix, most, is_piece);
  };
  std::size_t count =
      count_below(layout::incomplete_prefix(put.cluster, era, put.file), kMostPiecesOfSegment);
  if (count >= kMostPiecesOfSegment) return too_many(put, count, "pieces of this segment");
  count = count_below(layout::segment_folder(put.cluster, era, put.file), kMostPiecesOfFolder);
  if (count >= kMostPiecesOfFolder) {
    return too_many(put, count, "pieces of segments in this part of its log");
  }
  return std::nullopt;
}

}  // namespace walstow
