#include "deploy/documents/programs.h"

#include "archiver/program.h"
#include "restorer/program.h"
#include "store/admin/commands.h"
#include "store/server/program.h"

namespace walstow {

std::vector<ProgramSpec> all_programs() {
  return {archive_program(), restore_program(), admin_program(), walstowd_program()};
}

}  // namespace walstow
