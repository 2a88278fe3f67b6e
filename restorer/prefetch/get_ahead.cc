#include "restorer/prefetch/get_ahead.h"

namespace walstow {

Fetched get_ahead(const AheadJob& job, StoreClient& store, const Patience& patience,
                  const std::function<void()>& progress) {
  const Question question{
      .get = job.get, .known_archive = job.archive, .progress = progress, .ahead = true};
  return fetch_file(question, *job.entries, store, patience);
}

}  // namespace walstow
