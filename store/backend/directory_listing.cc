// A folder's keys do not sort in the order of its names. '.' and '-' sort before the '/' that
// follows a folder's name in every key below it. So "a.b" and "a-b" come before "a/c", though the
// name "a" comes before both. Names of folders are therefore ordered with their '/'. Only a status
// tells whether a name is a folder, and a caller may want one name of a folder with thousands. So
// each name first waits as a file. When its turn comes and it turns out to be a folder, it returns
// to the queue with its '/', and finds its right place. The first status is requested alone, then
// two together, then four, and so on. So one wanted name costs one status, and a thousand cost
// little more than their system calls.
#include "store/backend/directory_listing.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <queue>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "proto/base/error.h"
#include "store/backend/key_rules.h"

namespace walstow {
namespace {

constexpr std::size_t kMostAtOnce = 512;  // statuses that are requested together

// The smallest first.
using Queue = std::priority_queue<std::string, std::vector<std::string>, std::greater<>>;

class Listing {
 public:
  Listing(FileSystem& files, const std::string& prefix, const std::string& after, std::size_t limit)
      : files_(files), prefix_(prefix), after_(after), limit_(limit) {}

  // `path` is "" for the root, else it ends with '/'.
  void add_folder(const std::string& path);

  std::vector<Entry> take() { return std::move(entries_); }

 private:
  bool may_be_entry(const std::string& key) const {
    return key > after_ && is_listed(key, prefix_);
  }
  // Whether a key that begins with `folder` (which ends with '/') can be listed.
  bool may_hold_entries(std::string_view folder) const {
    const bool fits_prefix =
        is_listed(folder, prefix_) || std::string_view(prefix_).starts_with(folder);
    return fits_prefix && folder >= std::string_view(after_).substr(0, folder.size());
  }
  Queue candidates(const std::string& path) const;

  FileSystem& files_;
  const std::string& prefix_;
  const std::string& after_;
  const std::size_t limit_;
  std::vector<Entry> entries_;
};

Queue Listing::candidates(const std::string& path) const {
  const std::string folder = path.empty() ? "." : path.substr(0, path.size() - 1);
  std::vector<std::string> keys;
  for (const std::string& name : files_.list(folder).value_or(std::vector<std::string>())) {
    if (!is_key_part(name)) continue;
    std::string key = path + name;
    if (may_be_entry(key) || may_hold_entries(fmt::format("{}/", key)))
      keys.push_back(std::move(key));
  }
  return Queue(std::greater<>(), std::move(keys));
}

// Names of one folder whose statuses are requested together, before their turn comes.
class Statuses {
 public:
  Statuses(FileSystem& files, const std::string& path)
      : files_(files),
        folder_(path.empty() ? "." : path.substr(0, path.size() - 1)),
        prefix_size_(path.size()) {}

  // The status of `key`. Also requests those of some names that come next in `queue`.
  std::optional<FileStatus> take(const std::string& key, Queue& queue) {
    auto found = known_.find(key);
    if (found == known_.end()) {
      ask(key, queue);
      found = known_.find(key);
    }
    std::optional<FileStatus> status = std::move(found->second);
    known_.erase(found);
    return status;
  }

 private:
  void ask(const std::string& key, Queue& queue) {
    std::vector<std::string> keys{key};
    while (keys.size() < at_once_ && !queue.empty() && !queue.top().ends_with('/')) {
      keys.push_back(queue.top());
      queue.pop();
    }
    std::vector<std::string> names;
    names.reserve(keys.size());
    for (const std::string& one : keys)
      names.push_back(one.substr(prefix_size_));
    std::vector<std::optional<FileStatus>> statuses = files_.statuses(folder_, names);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      known_.insert_or_assign(keys[i], statuses[i]);
      if (i > 0) queue.push(std::move(keys[i]));
    }
    at_once_ = std::min(2 * at_once_, kMostAtOnce);
  }

  FileSystem& files_;
  std::string folder_;
  std::size_t prefix_size_;
  std::size_t at_once_ = 1;
  std::unordered_map<std::string, std::optional<FileStatus>> known_;
};

void Listing::add_folder(const std::string& path) {
  Queue queue = candidates(path);
  Statuses statuses(files_, path);
  while (!queue.empty() && entries_.size() < limit_) {
    const std::string key = queue.top();
    queue.pop();
    if (key.ends_with('/')) {
      add_folder(key);
      continue;
    }
    const std::optional<FileStatus> status = statuses.take(key, queue);
    if (!status) continue;
    if (status->type == FileStatus::Type::kFolder) {
      if (may_hold_entries(fmt::format("{}/", key))) queue.push(fmt::format("{}/", key));
    } else if (status->type != FileStatus::Type::kFile) {
      // A symbolic link may lead to a folder full of files: skipping it would leave a gap.
      throw Error(ErrorKind::kStorage,
                  fmt::format("\"{}\" is neither a file nor a folder", files_.describe(key)),
                  "An archive consists of files and folders on one file system. Remove everything "
                  "else from it.");
    } else if (may_be_entry(key)) {
      entries_.push_back({key, status->size, status->modified});
    }
  }
}

}  // namespace

std::vector<Entry> list_directory(FileSystem& files, const std::string& prefix,
                                  const std::string& after, std::size_t limit) {
  Listing listing(files, prefix, after, limit);
  listing.add_folder(prefix.substr(0, prefix.rfind('/') + 1));  // "" when there is no '/'
  return listing.take();
}

// The time of the folder's own last change (ctime), not of its content's (mtime): a copy of an
// archive (rsync -a) sets the latter back. A file system that keeps no such times reports the
// epoch.
std::vector<Folder> list_folders(FileSystem& files, const std::string& prefix) {
  const std::string path = prefix.substr(0, prefix.size() - 1);
  std::vector<std::string> names = files.list(path).value_or(std::vector<std::string>());
  std::erase_if(names, [](const std::string& name) { return !is_key_part(name); });
  std::ranges::sort(names);
  const std::vector<std::optional<FileStatus>> statuses = files.statuses(path, names);
  std::vector<Folder> folders;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!statuses[i] || statuses[i]->type != FileStatus::Type::kFolder) continue;
    Folder folder{.name = std::move(names[i]), .changed = std::nullopt};
    if (statuses[i]->changed > std::chrono::system_clock::time_point()) {
      folder.changed = statuses[i]->changed;
    }
    folders.push_back(std::move(folder));
  }
  return folders;
}

}  // namespace walstow
