#include "client/cli/command_words.h"

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"

namespace convoy {
namespace {

// What the contract says, a method or a field, and the command line.
struct Phrase {
  absl::string_view method;
  absl::string_view command;
};

// The first that fits counts. "@" stands for the job's id.
constexpr Phrase kPhrases[] = {
    {"priority with UpdateJob", "priority with convoy set @ --priority WHICH"},
    {"no_progress_timeout with UpdateJob",
     "no-progress timeout with convoy set @ --no-progress-timeout SPAN"},
    {"notify_command with UpdateJob",
     "notify command with convoy set @ --notify-command PROGRAM"},
    {"UpdateJob (minimum_retry_delay)", "convoy set @ --retry-delay SPAN"},
    {"UpdateJob (http.redirect_policy)", "convoy set @ --redirects follow"},
    {"UpdateJob (http.credentials)",
     "convoy set @ --user NAME --password-file FILE"},
    {"UpdateJob (http.method)", "convoy set @ --method GET"},
    {"UpdateJob (http.certificate_approval)",
     "convoy set @ --approve-key KEY or --refuse-key KEY"},
    {"UpdateJob (http)", "convoy set @ --user NAME --password-file FILE"},
    {"UpdateJob", "convoy set @"},
    {"mirror with UpdateFile",
     "mirror with convoy set @ --file N --mirror URL"},
    {"remote_url with UpdateFile", "URL with convoy set @ --file N --url URL"},
    {"UpdateFile", "convoy set @ --file N --url URL"},
    {"Call ResumeJob", "Run convoy resume @"},
    {"call ResumeJob", "run convoy resume @"},
    {"Call CompleteJob", "Run convoy complete @"},
    {"Fetch completes", "convoy get completes"},
    {"CreateJob", "convoy create"},
    {"GetJob", "convoy show @"},
    {"ListJobs", "convoy jobs"},
    {"AddFiles", "convoy add @ URL"},
    {"ListFiles", "convoy show @"},
    {"ResumeJob", "convoy resume @"},
    {"SuspendJob", "convoy suspend @"},
    {"CompleteJob", "convoy complete @"},
    {"CancelJob", "convoy cancel @"},
    {"TakeOwnership", "convoy set @ --take-ownership"},
    {"ExplainJob", "convoy explain @"},
    {"ListContents", "convoy cache"},
    {"job.display_name", "--name"},
    {"job.description", "--description"},
    {"job.minimum_retry_delay", "--retry-delay"},
    {"job.no_progress_timeout", "--no-progress-timeout"},
    {"job.inactivity_timeout", "--inactivity-timeout"},
    {"job.maximum_download_time", "--max-time"},
    {"job.maximum_download_bytes", "--max-size"},
    {"job.needed_by", "--needed-by"},
    {"job.annotations", "--annotation"},
    {"job.notify_command.program", "--notify-command"},
    {"job.notify_command", "--notify-command"},
};

// Whether a word ends where `rest` begins. A dot ends it only as a full stop.
bool EndsWord(absl::string_view rest) {
  if (absl::StartsWith(rest, ".")) rest.remove_prefix(1);
  return rest.empty() || absl::StrContains(" ,;:)\"", rest.substr(0, 1));
}

const Phrase* Find(absl::string_view text) {
  for (const Phrase& phrase : kPhrases) {
    if (absl::StartsWith(text, phrase.method) &&
        EndsWord(text.substr(phrase.method.size()))) {
      return &phrase;
    }
  }
  return nullptr;
}

}  // namespace

std::string InCommandWords(absl::string_view text, absl::string_view job_id) {
  const absl::string_view id = job_id.empty() ? "ID" : job_id;
  std::string result;
  bool at_word = true;
  while (!text.empty()) {
    const Phrase* phrase = at_word ? Find(text) : nullptr;
    if (phrase != nullptr) {
      result += absl::StrReplaceAll(phrase->command, {{"@", id}});
      text.remove_prefix(phrase->method.size());
      at_word = false;
      continue;
    }
    at_word = absl::StrContains(" (\"", text.substr(0, 1));
    result.push_back(text.front());
    text.remove_prefix(1);
  }
  return result;
}

}  // namespace convoy
