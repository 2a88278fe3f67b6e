// Commands that messages tell people to run.
//
// The author of a message knows the command and writes it in double quotes: suggestion({"status",
// cluster}) is `"walstow status main"`. The store also sends messages in this form. The process
// that shows the message knows with which executables and options its reader reaches the archive.
// completed() adds these to the command. So the reader can paste the command into a shell, in any
// folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace walstow {

using Words = std::vector<std::string>;

// How the reader of this process's messages calls walstow to reach the same archive.
struct Reach {
  // The folder of the executables, with a trailing '/'; "" if the shell finds them in PATH.
  std::string folder;
  Words options;  // for example "--store", "/srv/wal"
  // The cluster, for commands of walstow-archive, which needs it as an option; "" if it is unknown.
  std::string cluster;
};

// Returns the words as a command line for a POSIX shell, each of them quoted if it needs quotes.
std::string command_line(const Words& words);

// Returns `"walstow WORD..."`, for a message.
std::string suggestion(const Words& words);

// Returns the whole command line, for text that this process itself shows, such as "Next: ...".
std::string complete_command(const Reach& reach, const Words& words);

// Returns `text` with the folder and options added to each command of walstow or walstow-archive in
// double quotes. Commands that name an archive themselves (init, copy, server renew) get only the
// folder. Call it only once: if the folder is "", a second call would add the options again.
std::string completed(std::string_view text, const Reach& reach);

// Prepares foreign text (a standby's name, a label) for a message that completed() will receive.
// Turns double quotes into single ones, so that no part of the text is taken for a command.
std::string foreign_text(std::string text);

// Returns how many bytes at the beginning of `text` (which starts with a word) belong to the
// command in double quotes that starts there. Returns 0 if no command starts there. Quotes within
// the command's words, as command_line() sets them, do not end the command. Used by code that
// breaks lines before completed() has run.
std::size_t quoted_command_size(std::string_view text);

}  // namespace walstow
