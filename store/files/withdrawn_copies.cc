#include "store/files/withdrawn_copies.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/suggestion.h"
#include "store/backend/attempts.h"
#include "store/backend/key_rules.h"
#include "store/files/side_content.h"
#include "store/inventory/withdrawn_records.h"
#include "store/object/compare_segments.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

// After this many attempts, the request is given up: other requests keep changing the name.
constexpr int kWithdrawAttempts = 3;
// How many copies of one key below "_aside" are examined.
constexpr std::size_t kMostCopies = 1000;

// A copy of the object below "_aside", proven and durable; an existing copy if there is one.
void copy_aside(Backend& backend, ObjectSource& object, const std::string& key,
                const std::string& copy_key, const Digest& digest) {
  const auto copy = proven_copy_of(backend, object, digest);
  if (keep(backend, *copy, copy_key) != KeepResult::kOther) return;
  throw Error(
      ErrorKind::kRefused,
      fmt::format("another version of \"{}\" with digest {} was withdrawn already", key,
                  to_string(digest)),
      fmt::format(
          "Two versions with one digest do not arise by accident: find out which client put them. "
          "To make room for this one, permanently delete the one that was withdrawn: {}.",
          suggestion({"withdraw", "CLUSTER", "FILE", "--digest", to_string(digest), "--purge"})));
}

// The whole object with that content under a key of "_aside"; nullptr: it has other content, or is
// damaged. A damaged one proves nothing about other objects.
std::unique_ptr<ObjectSource> open_copy(BackendReader& backend, const Entry& entry,
                                        const Digest& digest) {
  auto object = open_content(backend, entry.key, digest);
  return object && examine_object(*object).whole ? std::move(object) : nullptr;
}

std::vector<Entry> entries_aside(BackendReader& backend, const std::string& key) {
  return backend.list_after(aside_key(key, ""), "", kMostCopies);
}

// The object that set_aside() moved there is a second copy.
void remove_twins(Backend& backend, const std::string& key, const Digest& digest) {
  const std::string copy_key = aside_key(key, to_string(digest));
  for (const Entry& entry : entries_aside(backend, key)) {
    if (entry.key == copy_key) continue;
    const auto twin = open_copy(backend, entry, digest);
    const auto copy = backend.open_object(copy_key);
    if (!twin || !copy || !examine_object(*copy).whole) continue;
    if (same_content(*twin, *copy)) backend.remove_object(entry.key);
  }
}

}  // namespace

// A move between two folders is not a single step on every disk, so a crash might lose both names:
// the copy is durable first.
bool take_away(Backend& backend, const std::string& key, const Digest& digest,
               ObjectSource& object) {
  copy_aside(backend, object, key, aside_key(key, to_string(digest)), digest);
  return backend.set_aside(key, object);
}

void take_away(Backend& backend, const std::string& key, const Digest& digest) {
  for (int attempt = 0; attempt < kWithdrawAttempts; ++attempt) {
    // If another object gets the name in the meantime, nothing is taken. If there is none, it was
    // taken before; a crash may have come between that and the removal of its twin.
    const auto object = open_content(backend, key, digest);
    if (object == nullptr || take_away(backend, key, digest, *object)) {
      remove_twins(backend, key, digest);
      return;
    }
  }
  throw_gave_up(key);
}

std::unique_ptr<ObjectSource> find_copy(BackendReader& backend, const std::string& key,
                                        const Digest& digest) {
  for (const Entry& entry : entries_aside(backend, key)) {
    if (auto copy = open_copy(backend, entry, digest)) return copy;
  }
  return nullptr;
}

bool has_copy_of(BackendReader& backend, const std::string& key, const Digest& digest,
                 ObjectSource& existing) {
  return std::ranges::any_of(entries_aside(backend, key), [&](const Entry& entry) {
    const auto copy = open_copy(backend, entry, digest);
    return copy && same_content(*copy, existing);
  });
}

void remove_copies(Backend& backend, const std::string& key, const Digest& digest) {
  const std::string own_key = aside_key(key, to_string(digest));
  for (const Entry& entry : entries_aside(backend, key)) {
    if (entry.key == own_key || open_content(backend, entry.key, digest) != nullptr)
      backend.remove_object(entry.key);
  }
}

}  // namespace walstow
