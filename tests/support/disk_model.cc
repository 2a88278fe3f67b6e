#include "tests/support/disk_model.h"

#include <algorithm>
#include <array>
#include <set>

namespace walstow {
namespace {

// The unit in which a disk writes.
constexpr std::size_t kPageSize = 4096;

// The part of `content` on the page at `offset`, with zeros where it has none.
Content page_of(const Content& content, std::size_t offset) {
  Content page(kPageSize);
  if (offset < content.size()) {
    const std::size_t size = std::min(kPageSize, content.size() - offset);
    std::copy_n(content.data() + offset, size, page.data());
  }
  return page;
}

void apply_to(DiskFolder::Entries& entries, const std::vector<DiskFolder::Change>& operation) {
  for (const auto& change : operation) {
    if (change.entry) {
      entries.insert_or_assign(change.name, *change.entry);
    } else {
      entries.erase(change.name);
    }
  }
}

}  // namespace

std::string to_string(CutMode mode) {
  switch (mode.kind) {
    case CutMode::Kind::kOnlyDurable:
      return "only durable";
    case CutMode::Kind::kEverything:
      return "everything";
    case CutMode::Kind::kRandom:
      break;
  }
  return "random " + std::to_string(mode.seed);
}

std::string to_string(CutMoment moment) {
  return moment == CutMoment::kBefore ? "before" : "after";
}

bool Survival::operation() {
  if (mode_ == CutMode::Kind::kRandom) return throw_die(2) == 0;
  return mode_ == CutMode::Kind::kEverything;
}

Content Survival::content(const Content& old, const Content& now) {
  if (mode_ == CutMode::Kind::kOnlyDurable) return old;
  if (mode_ == CutMode::Kind::kEverything) return now;
  switch (throw_die(4)) {
    case 0:
      return old;
    case 1:
      return now;
    default:
      return torn(old, now);
  }
}

Content Survival::torn(const Content& old, const Content& now) {
  const std::size_t shorter = std::min(old.size(), now.size());
  const std::size_t longer = std::max(old.size(), now.size());
  const std::array sizes = {old.size(), now.size(), shorter + throw_die(longer - shorter + 1)};
  Content found(sizes.at(throw_die(sizes.size())));
  for (std::size_t offset = 0; offset < found.size(); offset += kPageSize) {
    const Content old_page = page_of(old, offset);
    const Content new_page = page_of(now, offset);
    Content page = old_page;
    if (old_page != new_page) {
      const std::array outcomes = {old_page, new_page, Content(kPageSize)};
      page = outcomes.at(throw_die(outcomes.size()));
    }
    std::copy_n(page.data(), std::min(kPageSize, found.size() - offset), found.data() + offset);
  }
  return found;
}

std::size_t DiskFile::read_at(std::uint64_t offset, MutableByteView out) const {
  if (offset >= now_.size()) return 0;
  const std::size_t size = std::min(out.size(), now_.size() - offset);
  std::copy_n(now_.data() + offset, size, out.data());
  return size;
}

void DiskFile::write_at(std::uint64_t offset, ByteView bytes) {
  now_.resize(std::max(now_.size(), offset + bytes.size()));
  std::copy_n(bytes.data(), bytes.size(), now_.data() + offset);
  modified_ = std::chrono::system_clock::now();
}

void DiskFile::lose_unsynced(Survival& survival) {
  if (now_ != durable_) now_ = survival.content(durable_, now_);
  durable_ = now_;
}

std::optional<DiskEntry> DiskFolder::find(const std::string& name) const {
  const auto found = now_.find(name);
  if (found == now_.end()) return std::nullopt;
  return found->second;
}

void DiskFolder::apply(std::vector<Change> operation) {
  apply_to(now_, operation);
  unsynced_.push_back(std::move(operation));
}

void DiskFolder::sync(std::uint64_t operations) {
  while (synced_ < operations) {
    apply_to(durable_, unsynced_.front());
    unsynced_.erase(unsynced_.begin());
    ++synced_;
  }
}

// A file may have several names, and each of them finds the same content. A folder has one name: if
// a rename has left two, the first one counts.
struct DiskFolder::Seen {
  std::set<const DiskFile*> files;
  std::set<const DiskFolder*> folders;
};

void DiskFolder::lose_unsynced(Survival& survival) {
  Seen seen;
  lose_unsynced(survival, seen);
}

void DiskFolder::lose_unsynced(Survival& survival, Seen& seen) {
  for (const auto& operation : unsynced_) {
    if (survival.operation()) apply_to(durable_, operation);
  }
  synced_ += unsynced_.size();
  unsynced_.clear();

  for (auto entry = durable_.begin(); entry != durable_.end();) {
    bool exists = true;
    if (const auto* file = std::get_if<std::shared_ptr<DiskFile>>(&entry->second)) {
      if (seen.files.insert(file->get()).second) (*file)->lose_unsynced(survival);
    } else {
      const auto& folder = std::get<std::shared_ptr<DiskFolder>>(entry->second);
      exists = seen.folders.insert(folder.get()).second;
      if (exists) folder->lose_unsynced(survival, seen);
    }
    entry = exists ? std::next(entry) : durable_.erase(entry);
  }
  now_ = durable_;
}

}  // namespace walstow
