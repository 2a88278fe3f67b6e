#include "store/admin/log/fetched_file.h"

#include <utility>

namespace walstow {

std::variant<FetchedFile, Absent> fetch_into(FileSystem& folder, StoreClient& store,
                                             const GetFile& question, const Patience& patience) {
  FetchedFile fetched{.file = folder.create_temporary(), .size = 0, .archive = {}};
  const GetSink sink{.raw =
                         [&](ByteView bytes) {
                           fetched.file->write_at(fetched.size, bytes);
                           fetched.size += bytes.size();
                         },
                     .restart =
                         [&] {
                           fetched.file = folder.create_temporary();
                           fetched.size = 0;
                         },
                     .object = {}};
  GetDone done = store.get(question, sink, patience);
  if (auto* const absent = std::get_if<Absent>(&done)) return std::move(*absent);
  fetched.archive = std::get<Got>(done).archive;
  return fetched;
}

LinkResult publish(FileSystem& folder, FetchedFile& fetched, const std::string& name) {
  fetched.file->sync();
  const LinkResult result = folder.link_temporary(*fetched.file, name);
  if (result == LinkResult::kLinked) fetched.file->close();
  return result;
}

}  // namespace walstow
