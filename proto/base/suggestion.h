// Commands that messages tell people to run.
//
// The author of a message knows the command and writes it in double quotes:
// suggestion({"status", cluster}) is `"walstow status main"`. It goes over the wire in this form,
// too. The process that shows the message knows how its reader reaches the archive: through which
// executables, with which options. completed() adds these, so the reader can paste the command into
// a shell, in any folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace walstow {

using Words = std::vector<std::string>;

// How the reader of this process's messages calls walstow to reach the same archive.
struct Reach {
  std::string folder;   // of the executables, with a trailing '/'; "" where the shell finds them
  Words options;        // "--store", "/srv/wal"
  std::string cluster;  // for walstow-archive, which has it as an option; "" where it is unknown
};

// Returns the words as a command line for a POSIX shell, each quoted where it needs it.
std::string command_line(const Words& words);

// Returns `"walstow WORD..."`, for a message.
std::string suggestion(const Words& words);

// Returns the whole command line, for a text that this process shows: "Next: ...".
std::string complete_command(const Reach& reach, const Words& words);

// Returns `text` with the folder and options added to each command of walstow or walstow-archive in
// double quotes. Commands that name an archive themselves (init, copy, server renew) get only the
// folder. Call it once only: where the folder is "", a second call would add the options again.
std::string completed(std::string_view text, const Reach& reach);

// Prepares foreign text (a standby's name, a label) for a message that is completed. Its double
// quotes become single ones, so that nothing in it passes for a command.
std::string foreign_text(std::string text);

// Returns how many bytes of `text`, which starts with a word, belong to the command in double
// quotes that starts there; 0 where none does. Quotes within its words, as command_line() sets
// them, do not end it. For code that breaks lines before completed() runs.
std::size_t quoted_command_size(std::string_view text);

}  // namespace walstow
