#ifndef CONVOY_CLIENT_CLI_COMPLETION_WORDS_H_
#define CONVOY_CLIENT_CLI_COMPLETION_WORDS_H_

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace convoy {

// What can be typed in one place.
enum class WordKind {
  kNothing,  // No word is taken.
  kText,     // Nobody can guess it: a URL, a number.
  kChoice,   // One of a few words.
  kFile,
  kJob,
  kContent,
  kCommand,
};

// A flag as the parser knows it.
struct CompletionFlag {
  std::vector<std::string> names;  // "-o", "--output".
  std::string help;
  WordKind value = WordKind::kNothing;
  std::string value_name;            // "PATH"; empty: it takes no value.
  std::vector<std::string> choices;  // Of kChoice.
};

// A command as the parser knows it, with the commands in it.
struct CompletionCommand {
  std::string name;
  std::string help;
  std::vector<CompletionFlag> flags;
  std::vector<CompletionCommand> commands;
  WordKind argument = WordKind::kNothing;  // What its own words are.
};

// Reads all of it from `app`, whose own flags go with every command.
CompletionCommand DescribeForCompletion(const CLI::App& app);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMPLETION_WORDS_H_
