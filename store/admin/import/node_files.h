// Finds what a PostgreSQL server has in its pg_wal and an archive should have: the whole segments,
// histories and .backup files, whatever the server's archive_status says about them. The server may
// be running or dead, a primary or a standby.
#pragma once

#include <span>

#include "store/admin/import/archive_scan.h"
#include "store/admin/import/import_file.h"

namespace walstow {

// Lists the WAL files of a server's pg_wal, in the order of the log. Findings: those of
// leave_out_renamed() (own_segments.h), and
//   kInUse        a .partial
//   kOtherSystem  a segment of another system than `server`, whose system identifier is set
//   kLink         a name of a WAL file that is not a file
// Throws Error{kStorage}.
ArchiveScan scan_node(FileSystem& wal_folder, const ServerIdentity& server);

// Reads and checks the only file of a unit. Selects it if it is a whole segment, a history or a
// .backup file of `target`. A segment that is not certain to be whole is left out: another server
// may have it undamaged, and the archive keeps the first content that it gets. `files` are all
// files of the scan, in its order.
Selection select_of_node(FileSystem& wal_folder, const ImportUnit& unit, const ImportTarget& target,
                         std::span<const FoundFile> files);

}  // namespace walstow
