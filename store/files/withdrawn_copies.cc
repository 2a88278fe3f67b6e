#include "store/files/withdrawn_copies.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/suggestion.h"
#include "store/backend/key_rules.h"
#include "store/files/side_content.h"
#include "store/inventory/withdrawn_records.h"
#include "store/object/compare_segments.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

// Beyond this, somebody is fighting over the name.
constexpr int kWithdrawAttempts = 3;
// Copies of one key below "_aside" that are looked into.
constexpr std::size_t kMostCopies = 1000;

// A copy of the object below "_aside", proven and durable; where it was made before, that one.
void copy_aside(Backend& backend, ObjectSource& object, const std::string& key,
                const std::string& copy_key, const Digest& digest) {
  const auto copy = proven_copy_of(backend, object, digest);
  if (keep(backend, *copy, copy_key) != KeepResult::kOther) return;
  throw Error(ErrorKind::kRefused,
              fmt::format("another content of \"{}\" with digest {} was withdrawn already", key,
                          to_string(digest)),
              fmt::format("No accident makes two such contents: find out who has put them. The one "
                          "that was withdrawn makes room for this one when it is removed for good: "
                          "{}.",
                          suggestion({"withdraw", "CLUSTER", "FILE", "--digest", to_string(digest),
                                      "--purge"})));
}

// What set_aside() moved there is a second copy.
void remove_twins(Backend& backend, const std::string& key, const std::string& copy_key,
                  const Digest& digest) {
  for (const Entry& entry : backend.list_after(aside_key(key, ""), "", kMostCopies)) {
    if (entry.key == copy_key) continue;
    const auto twin = open_content(backend, entry.key, digest);
    const auto copy = backend.open_object(copy_key);
    if (twin && copy && same_content(*twin, *copy)) backend.remove_object(entry.key);
  }
}

}  // namespace

// A move between two folders is no single step on every disk, so that a crash might lose both
// names: the copy is durable before.
bool take_away(Backend& backend, const std::string& key, const Digest& digest,
               ObjectSource& object) {
  const std::string copy_key = aside_key(key, to_string(digest));
  copy_aside(backend, object, key, copy_key, digest);
  const bool taken = backend.set_aside(key, object);
  remove_twins(backend, key, copy_key, digest);
  return taken;
}

void take_away(Backend& backend, const std::string& key, const Digest& digest) {
  for (int attempt = 0; attempt < kWithdrawAttempts; ++attempt) {
    // Where another one gets the name meanwhile, nothing is taken.
    const auto object = open_content(backend, key, digest);
    if (object == nullptr) {
      // It was taken before; a crash may have come between that and this.
      remove_twins(backend, key, aside_key(key, to_string(digest)), digest);
      return;
    }
    if (take_away(backend, key, digest, *object)) return;
  }
  throw Error(ErrorKind::kUnavailable, fmt::format("\"{}\" is being put by others", key),
              "Withdraw it once more.");
}

std::unique_ptr<ObjectSource> find_copy(BackendReader& backend, const std::string& key,
                                        const Digest& digest) {
  for (const Entry& entry : backend.list_after(aside_key(key, ""), "", kMostCopies)) {
    auto object = open_content(backend, entry.key, digest);
    if (object && examine_object(*object).whole) return object;
  }
  return nullptr;
}

void remove_copies_of_standing(Backend& backend, const std::string& key, const Digest& digest) {
  for (const Entry& entry : backend.list_after(aside_key(key, ""), "", kMostCopies)) {
    const auto copy = open_content(backend, entry.key, digest);
    const auto standing = open_content(backend, key, digest);
    if (copy && standing && same_content(*copy, *standing)) backend.remove_object(entry.key);
  }
}

void remove_copies(Backend& backend, const std::string& key, const Digest& digest) {
  const std::string own_key = aside_key(key, to_string(digest));
  for (const Entry& entry : backend.list_after(aside_key(key, ""), "", kMostCopies)) {
    if (entry.key == own_key || open_content(backend, entry.key, digest) != nullptr)
      backend.remove_object(entry.key);
  }
}

}  // namespace walstow
