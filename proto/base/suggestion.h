// Commands that messages tell people to run.
//
// Who writes a message knows the command, in double quotes: suggestion({"status", cluster}) is
// `"walstow status main"`. So it goes over the wire, too. Who shows it knows how its reader gets to
// the archive: by which executables, with which options. completed() puts these in, and what is
// shown can be pasted into a shell, in any folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace walstow {

using Words = std::vector<std::string>;

// How the reader of this process's messages calls walstow so that it asks the same archive.
struct Reach {
  std::string folder;   // of the executables, with '/' behind it; "" where the shell finds them
  Words options;        // "--store", "/srv/wal"
  std::string cluster;  // for walstow-archive, which has it as an option; "" where nobody knows
};

// The words of a command line for a POSIX shell, each quoted where it needs it.
std::string command_line(const Words& words);

// `"walstow WORD..."`, for a message.
std::string suggestion(const Words& words);

// The whole line, for a text that is shown by this process: "Next: ...".
std::string complete_command(const Reach& reach, const Words& words);

// `text` with folder and options in each command of walstow or walstow-archive that it has in
// double quotes. Those that name an archive themselves (init, copy, server renew) get the folder
// alone. Once only: where the folder is "", a second time would put the options in again.
std::string completed(std::string_view text, const Reach& reach);

// A text of somebody else's (a standby's name, a label) for a message that is completed: its double
// quotes become single ones, so that nothing in it passes for a command.
std::string foreign_text(std::string text);

// How many bytes of `text`, which starts with a word, belong to the command in double quotes that
// starts there; 0 where none does. Quotes within its words, as command_line() sets them, do not end
// it. For whoever breaks lines, before it is completed().
std::size_t quoted_command_size(std::string_view text);

}  // namespace walstow
