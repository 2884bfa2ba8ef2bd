#include "client/cli/commands_cat.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/hints.h"
#include "client/cli/job_queries.h"
#include "client/file_reader.h"
#include "client/job_client.h"

namespace convoy {
namespace {

struct CatFlags {
  std::string file;
  bool no_wait = false;
};

absl::StatusOr<v1::ReadFileRequest> RequestFrom(const JobClient& client,
                                                const CatFlags& flags) {
  const std::vector<std::string> parts =
      absl::StrSplit(flags.file, absl::MaxSplits(':', 1));
  v1::ReadFileRequest request;
  request.set_no_wait(flags.no_wait);
  int index = 0;
  if (parts.size() == 2 && (!absl::SimpleAtoi(parts[1], &index) || index < 0)) {
    return UsageError(absl::StrCat("\"", parts[1], "\" is no number of a file"),
                      "give it as JOB:INDEX; convoy show JOB lists the files");
  }
  request.set_file_index(index);
  absl::StatusOr<std::string> id = ResolveJobId(client, parts[0]);
  if (!id.ok()) return id.status();
  request.set_job_id(*std::move(id));
  return request;
}

// Nobody reads standard output any more, or its disk is full.
absl::Status OutputError() {
  return absl::InternalError(
      absl::StrCat("standard output: ", std::strerror(errno)));
}

int Cat(const CliContext& context, const CatFlags& flags) {
  const JobClient client(context.client);
  const absl::StatusOr<v1::ReadFileRequest> request =
      RequestFrom(client, flags);
  if (!request.ok()) return Fail(context, request.status());
  FileReader reader(client.options(), *request);
  auto block = reader.Next();
  for (; block.ok() && block->has_value(); block = reader.Next()) {
    const std::string& data = (*block)->data();
    if (std::fwrite(data.data(), 1, data.size(), stdout) != data.size() ||
        std::fflush(stdout) != 0) {
      return Fail(context, OutputError());
    }
  }
  if (!block.ok()) {
    return Fail(context, block.status(), ShortId(request->job_id()));
  }
  return kExitOk;
}

}  // namespace

void AddCatCommand(CLI::App& app, CliContext& context) {
  const auto flags = std::make_shared<CatFlags>();
  CLI::App* command = app.add_subcommand(
      "cat", "Write a file of a job to standard output while it comes");
  command
      ->add_option("FILE", flags->file,
                   "JOB, or JOB:INDEX for another file than the first")
      ->type_name("")
      ->required();
  command->add_flag("--no-wait", flags->no_wait,
                    "End where the next byte is not there yet");
  command->footer(
      "Examples:\n"
      "  convoy cat 1a2b3c4d | tar -xz\n"
      "  convoy cat 1a2b3c4d:2 --no-wait > part\n\n"
      "Only bytes that are verified and on disk are written, in order. When "
      "the\njob fails, so does the command.");
  command->callback([&context, flags] {
    context.command = [&context, flags] { return Cat(context, *flags); };
  });
}

}  // namespace convoy
