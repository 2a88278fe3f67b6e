#include "deploy/documents/manual_texts.h"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

namespace walstow {

std::span<const ManualText> manual_texts() {
  static const std::vector<ManualText> kAll{
      {.name = "walstow",
       .section = 1,
       .summary = "administer an archive store of PostgreSQL's write-ahead log",
       .description =
           {"walstow makes archives, clusters and clients, shows what an archive holds, verifies "
            "it, and deletes WAL that nothing needs.",
            "Most commands ask the store that the setting \"store\" names, over the same links as "
            "walstow-archive and walstow-restore. init, server renew and copy work on the archive "
            "itself, on the store's host."}},
      {.name = "walstow-archive",
       .section = 1,
       .summary = "archive a finished WAL file of PostgreSQL",
       .description =
           {"PostgreSQL runs walstow-archive as archive_command, once for each finished file. The "
            "program sends the file to the store. It exits with 0 only after the store has written "
            "the file durably and has read it back.",
            "A file whose name is already in the archive with the same content is a success. With "
            "other content the store refuses the file, and keeps the existing one.",
            "While PostgreSQL has more finished files, one call archives several of them. The next "
            "calls then find their files already archived."}},
      {.name = "walstow-restore",
       .section = 1,
       .summary = "restore a WAL file of PostgreSQL",
       .description =
           {"PostgreSQL runs walstow-restore as restore_command, once for each file that it needs. "
            "The program gets the file from the store, checks it, and gives it its name only once "
            "it is complete.",
            "The exit code is the answer. PostgreSQL takes 1 for the proof that there is no such "
            "file, so walstow-restore never exits with 1 because of an error.",
            "During a catch-up a process in the background fetches the next segments into a folder "
            "in pg_wal. It ends when the server ends, or needs no more segments.",
            "With --restartpoint, as archive_cleanup_command, the program reports which segments "
            "the standby no longer needs. It deletes nothing."}},
      {.name = "walstow.toml",
       .section = 5,
       .summary = "settings of walstow-archive, walstow-restore and walstow",
       .description = {}},
      {.name = "walstowd.toml", .section = 5, .summary = "settings of walstowd", .description = {}},
      {.name = "walstowd",
       .section = 8,
       .summary = "keep the write-ahead log of PostgreSQL clusters, and serve it",
       .description =
           {"walstowd keeps the WAL files of any number of PostgreSQL clusters in an archive, "
            "which "
            "is a folder or a bucket of S3. It serves clients over TLS. \"walstow client add\" "
            "makes the certificate of a client.",
            "With --stdio it serves one connection on its standard streams instead. The other "
            "programs start it so if the store is a folder or a bucket, and sshd does if the store "
            "is reached over SSH."}},
  };
  return kAll;
}

const ManualText& manual_text_of(std::string_view name) {
  const auto texts = manual_texts();
  const auto found = std::ranges::find(texts, name, &ManualText::name);
  if (found == texts.end())
    throw std::out_of_range(fmt::format("there is no manual page \"{}\"", name));
  return *found;
}

}  // namespace walstow
