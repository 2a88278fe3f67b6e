// A folder's keys are not in the order of its names: '.' and '-' sort before the '/' that follows a
// folder's name in every key below it, so that "a.b" and "a-b" come before "a/c", though the name
// "a" comes before both. Names are therefore ordered with the '/' that makes them folders. Which
// ones are folders only a status can tell, one system call each, and a folder may have thousands of
// names of which one is asked for. So each name first waits as a file; when its turn comes and it
// turns out to be a folder, it goes back into the queue, now with its '/', and finds its right
// place.
#include "store/directory_listing.h"

#include <fmt/format.h>
#include <functional>
#include <optional>
#include <queue>
#include <string_view>
#include <utility>

#include "proto/base/error.h"
#include "store/backend_checks.h"

namespace walstow {
namespace {

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
  // Whether a key that begins with `folder` (which ends with '/') can be an entry.
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
    if (may_be_entry(key) || may_hold_entries(key + "/")) keys.push_back(std::move(key));
  }
  return Queue(std::greater<>(), std::move(keys));
}

void Listing::add_folder(const std::string& path) {
  Queue queue = candidates(path);
  while (!queue.empty() && entries_.size() < limit_) {
    const std::string key = queue.top();
    queue.pop();
    if (key.ends_with('/')) {
      add_folder(key);
      continue;
    }
    const std::optional<FileStatus> status = files_.status(key);
    if (!status) continue;
    if (status->type == FileStatus::Type::kFolder) {
      if (may_hold_entries(key + "/")) queue.push(key + "/");
    } else if (status->type != FileStatus::Type::kFile) {
      // A symbolic link may lead to a folder full of files: passing over it would make a hole.
      throw Error(ErrorKind::kStorage,
                  fmt::format("\"{}\" is neither a file nor a folder", files_.describe(key)),
                  "An archive is one tree on one file system; nothing else belongs into it.");
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

}  // namespace walstow
