#include "store/files/put_bounds.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>

#include "proto/base/suggestion.h"
#include "store/archive/layout.h"

namespace walstow {
namespace {

// Of the keys that begin with `prefix`, those with `part` in what follows; counted up to `most`.
std::size_t count_keys(BackendReader& backend, const std::string& prefix, std::string_view part,
                       std::size_t most) {
  constexpr std::size_t kPage = 1000;
  std::size_t count = 0;
  std::string after;
  for (;;) {
    const auto page = backend.list_after(prefix, after, kPage);
    count += static_cast<std::size_t>(std::ranges::count_if(page, [&](const Entry& entry) {
      return entry.key.find(part, prefix.size()) != std::string::npos;
    }));
    if (count >= most || page.size() < kPage) return count;
    after = page.back().key;
  }
}

Refusal too_many(const PutFile& put, std::size_t count, std::string_view of_what) {
  return make_refusal(Code::kOverQuota,
                      fmt::format("cluster \"{}\" has {} {}, and takes no more: \"{}\" is refused",
                                  put.cluster, count, of_what, put.file.text()),
                      fmt::format("No server makes so many. {} shows them; who has put them?",
                                  suggestion({"list", put.cluster})));
}

bool stands(BackendReader& backend, const std::string& key) {
  return backend.open_object(key) != nullptr;
}

}  // namespace

std::optional<Refusal> refuse_too_many(BackendReader& backend, const EraName& era,
                                       const PutFile& put) {
  std::string prefix;
  std::string_view part, of_what;
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
      of_what = "contents of it";
      break;
    case FileKind::kBackup: {
      const SegmentSize size = SegmentSize::from_bytes(era.segment_size).value();
      const auto segment = WalFileName::segment(put.file.timeline(), put.file.number(size), size);
      const auto key = layout::object_key(put.cluster, era, segment);
      prefix = fmt::format("{}.", key->substr(0, key->size() - layout::kObjectSuffix.size()));
      part = ".backup.";
      most = kMostBackupsOfSegment;
      of_what = "backup history files of its segment";
      break;
    }
  }
  const std::size_t count = count_keys(backend, prefix, part, most);
  if (count < most) return std::nullopt;
  if (stands(backend, layout::object_key(put.cluster, era, put.file, put.digest)))
    return std::nullopt;
  return too_many(put, count, of_what);
}

std::optional<Refusal> refuse_too_many_pieces(BackendReader& backend, const EraName& era,
                                              const PutFile& put) {
  if (stands(backend, layout::incomplete_key(put.cluster, era, put.file, put.digest)))
    return std::nullopt;
  const std::string of_segment = layout::incomplete_prefix(put.cluster, era, put.file);
  const std::string of_folder = of_segment.substr(0, of_segment.rfind('/') + 1);
  std::size_t count = count_keys(backend, of_segment, "", kMostPiecesOfSegment);
  if (count >= kMostPiecesOfSegment) return too_many(put, count, "pieces of this segment");
  count = count_keys(backend, of_folder, ".incomplete.", kMostPiecesOfFolder);
  if (count >= kMostPiecesOfFolder) {
    return too_many(put, count, "pieces of segments in this part of its log");
  }
  return std::nullopt;
}

}  // namespace walstow
