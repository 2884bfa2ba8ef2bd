#include "client/cli/commands_edit.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/file_flags.h"
#include "client/cli/format.h"
#include "client/cli/hints.h"
#include "client/cli/http_flags.h"
#include "client/cli/job_flags.h"
#include "client/cli/job_queries.h"
#include "client/cli/json_output.h"
#include "client/job_client.h"
#include "google/protobuf/message.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

struct CreateFlags {
  JobFlags job;
  FileFlags files;
  HttpFlags http;
  std::string request_id;
  bool resume = false;
};

struct AddFlags {
  std::string id;
  FileFlags files;
};

struct SetFlags {
  std::string id;
  JobFlags job;
  HttpFlags http;
  std::vector<std::string> reset;
  int file = -1;
  std::string url;
  std::vector<std::string> mirrors;
  bool take_ownership = false;
};

absl::StatusOr<v1::Job> CreateJob(const JobClient& client,
                                  const CreateFlags& flags) {
  v1::CreateJobRequest request;
  v1::Job& job = *request.mutable_job();
  std::vector<std::string> fields;
  CONVOY_RETURN_IF_ERROR(FillJob(flags.job, job, fields));
  CONVOY_ASSIGN_OR_RETURN(*job.mutable_http(), HttpOptionsFrom(flags.http));
  CONVOY_ASSIGN_OR_RETURN(const std::vector<v1::JobFile> files,
                          JobFilesFrom(flags.files));
  if (job.display_name().empty()) {
    if (files.empty()) return UsageError("the job has no name", "give --name");
    const std::string& path = files.front().local_path();
    job.set_display_name(path.substr(path.rfind('/') + 1));
  }
  request.mutable_files()->Add(files.begin(), files.end());
  request.set_request_id(flags.request_id);
  CONVOY_ASSIGN_OR_RETURN(const v1::Job made, client.CreateJob(request));
  if (!flags.resume) return made;
  return client.ResumeJob(made.id());
}

int Create(const CliContext& context, const CreateFlags& flags) {
  const JobClient client(context.client);
  const absl::StatusOr<v1::Job> job = CreateJob(client, flags);
  if (!job.ok()) return Fail(context, job.status());
  PrintLine(context.json ? ToJson(*job) : job->id());
  return kExitOk;
}

int Add(const CliContext& context, const AddFlags& flags) {
  const JobClient client(context.client);
  const absl::StatusOr<std::vector<v1::JobFile>> files =
      JobFilesFrom(flags.files);
  if (!files.ok()) return Fail(context, files.status());
  const absl::StatusOr<std::string> id = ResolveJobId(client, flags.id);
  if (!id.ok()) return Fail(context, id.status());
  v1::AddFilesRequest request;
  request.set_job_id(*id);
  request.mutable_files()->Add(files->begin(), files->end());
  const absl::StatusOr<v1::AddFilesResponse> answer = client.AddFiles(request);
  if (!answer.ok()) return Fail(context, answer.status(), ShortId(*id));
  if (context.json) {
    PrintLine(ToJson(*answer));
    return kExitOk;
  }
  for (std::size_t i = 0; i < files->size(); ++i) {
    PrintLine(absl::StrCat("file ", answer->first_index() + static_cast<int>(i),
                           ": ", Printable((*files)[i].local_path())));
  }
  return kExitOk;
}

// The fields of a job that its owner may change.
std::vector<std::string> Settable() {
  return {"display_name",
          "description",
          "priority",
          "no_progress_timeout",
          "minimum_retry_delay",
          "http",
          "notify_flags",
          "download_mode",
          "private",
          "notify_command",
          "annotations",
          "cost_flags",
          "maximum_download_time",
          "maximum_download_bytes",
          "inactivity_timeout",
          "notify_watcher",
          "http.method",
          "http.certificate_approval"};
}

absl::StatusOr<v1::UpdateJobRequest> UpdateFrom(const JobClient& client,
                                                const SetFlags& flags,
                                                const std::string& id) {
  v1::UpdateJobRequest request;
  std::vector<std::string> fields = flags.reset;
  request.mutable_job()->set_id(id);
  CONVOY_RETURN_IF_ERROR(FillJob(flags.job, *request.mutable_job(), fields));
  CONVOY_ASSIGN_OR_RETURN(v1::HttpOptions http, HttpOptionsFrom(flags.http));
  if (http.has_certificate_approval()) {
    // Those that were approved and refused before stay.
    CONVOY_ASSIGN_OR_RETURN(const v1::Job job, client.GetJob(id));
    *http.mutable_certificate_approval() =
        Approve(job.http().certificate_approval(), http.certificate_approval());
  }
  for (std::string& field : HttpFieldsOf(http)) {
    fields.push_back(std::move(field));
  }
  *request.mutable_job()->mutable_http() = std::move(http);
  for (std::string& field : fields) {
    request.mutable_update_mask()->add_paths(std::move(field));
  }
  return request;
}

absl::Status CheckUrls(const SetFlags& flags) {
  if (!flags.url.empty()) CONVOY_RETURN_IF_ERROR(CheckUrl(flags.url));
  for (const std::string& mirror : flags.mirrors) {
    CONVOY_RETURN_IF_ERROR(CheckUrl(mirror));
  }
  return absl::OkStatus();
}

// Makes the changes that were asked for, in an order in which each may need the
// one before. `answer` becomes the last call's.
absl::Status ApplySet(const JobClient& client, const SetFlags& flags,
                      const std::string& id,
                      std::unique_ptr<google::protobuf::Message>& answer) {
  CONVOY_ASSIGN_OR_RETURN(const v1::UpdateJobRequest update,
                          UpdateFrom(client, flags, id));
  if (flags.take_ownership) {
    CONVOY_ASSIGN_OR_RETURN(v1::Job job, client.TakeOwnership(id));
    answer = std::make_unique<v1::Job>(std::move(job));
  }
  if (!update.update_mask().paths().empty()) {
    CONVOY_ASSIGN_OR_RETURN(v1::Job job, client.UpdateJob(update));
    answer = std::make_unique<v1::Job>(std::move(job));
  }
  if (flags.file >= 0) {
    v1::UpdateFileRequest request;
    request.set_job_id(id);
    request.mutable_file()->set_index(flags.file);
    if (!flags.url.empty()) {
      request.mutable_file()->set_remote_url(flags.url);
      request.mutable_update_mask()->add_paths("remote_url");
    }
    if (!flags.mirrors.empty()) {
      request.mutable_file()->mutable_mirror_urls()->Add(flags.mirrors.begin(),
                                                         flags.mirrors.end());
      request.mutable_update_mask()->add_paths("mirror_urls");
    }
    if (request.update_mask().paths().empty()) {
      return UsageError("--file alone changes nothing",
                        "give --url or --mirror with it");
    }
    CONVOY_ASSIGN_OR_RETURN(v1::JobFile file, client.UpdateFile(request));
    answer = std::make_unique<v1::JobFile>(std::move(file));
  }
  if (answer == nullptr) {
    return UsageError("nothing to set",
                      "see what can be set: convoy set --help");
  }
  return absl::OkStatus();
}

int Set(const CliContext& context, const SetFlags& flags) {
  const absl::Status urls = CheckUrls(flags);
  if (!urls.ok()) return Fail(context, urls);
  const JobClient client(context.client);
  const absl::StatusOr<std::string> id = ResolveJobId(client, flags.id);
  if (!id.ok()) return Fail(context, id.status());
  std::unique_ptr<google::protobuf::Message> answer;
  const absl::Status status = ApplySet(client, flags, *id, answer);
  if (!status.ok()) return Fail(context, status, ShortId(*id));
  PrintLine(context.json ? ToJson(*answer)
                         : absl::StrCat(ShortId(*id), " is changed"));
  return kExitOk;
}

void AddCreate(CLI::App& app, CliContext& context) {
  const auto flags = std::make_shared<CreateFlags>();
  CLI::App* command =
      app.add_subcommand("create", "Make a job, suspended; prints its id");
  AddFileFlags(*command, flags->files, false);
  AddJobFlags(*command, flags->job);
  command->get_option("--priority")
      ->description("foreground, high, normal (default) or low");
  command->add_flag("--resume", flags->resume, "Start the job at once");
  command
      ->add_option("--request-id", flags->request_id,
                   "A text of your choice: the same command with the same id "
                   "answers the same job, within 24 hours")
      ->type_name("TEXT");
  AddHttpFlags(*command, flags->http);
  command->footer(
      "Example:\n"
      "  id=$(convoy create --name nightly --priority low)\n"
      "  convoy add $id https://example.org/a https://example.org/b -d /srv\n"
      "  convoy resume $id && convoy watch $id && convoy complete $id\n\n"
      "Without a URL, --name is required.");
  command->callback([&context, flags] {
    context.command = [&context, flags] { return Create(context, *flags); };
  });
}

void AddAdd(CLI::App& app, CliContext& context) {
  const auto flags = std::make_shared<AddFlags>();
  CLI::App* command = app.add_subcommand("add", "Add files to a job");
  command->add_option("ID", flags->id, "The job: its id or first digits of it")
      ->type_name("")
      ->required();
  AddFileFlags(*command, flags->files, true);
  command->footer(
      "Examples:\n"
      "  convoy add 1a2b3c4d https://example.org/a -o /srv/a --sha256 HEX\n"
      "  convoy add 1a2b3c4d https://example.org/b https://example.org/c");
  command->callback([&context, flags] {
    context.command = [&context, flags] { return Add(context, *flags); };
  });
}

void AddFileChangeFlags(CLI::App& command, SetFlags& flags) {
  auto* file = command
                   .add_option("--file", flags.file,
                               "The number of the file that --url and "
                               "--mirror change")
                   ->type_name("INDEX")
                   ->check(CLI::NonNegativeNumber);
  command.add_option("--url", flags.url, "Where the file comes from now")
      ->type_name("URL")
      ->needs(file);
  command
      .add_option("--mirror", flags.mirrors,
                  "Another URL of the same bytes, instead of those before. Can "
                  "be repeated")
      ->type_name("URL")
      ->needs(file)
      ->expected(1)
      ->take_all();
}

void AddSet(CLI::App& app, CliContext& context) {
  const auto flags = std::make_shared<SetFlags>();
  CLI::App* command = app.add_subcommand("set", "Change a job or a file of it");
  command->add_option("ID", flags->id, "The job: its id or first digits of it")
      ->type_name("")
      ->required();
  AddJobFlags(*command, flags->job);
  command
      ->add_option("--reset", flags->reset,
                   "Give this field its default back. Can be repeated")
      ->type_name("FIELD")
      ->check(CLI::IsMember(Settable()))
      ->expected(1)
      ->take_all();
  AddFileChangeFlags(*command, *flags);
  command->add_flag("--take-ownership", flags->take_ownership,
                    "Make the job yours (administrators)");
  AddHttpFlags(*command, flags->http);
  command->footer(
      "Examples:\n"
      "  convoy set 1a2b3c4d --priority foreground\n"
      "  convoy set 1a2b3c4d --bearer-file token && convoy resume 1a2b3c4d\n"
      "  convoy set 1a2b3c4d --file 0 --url https://other.example/big.iso\n"
      "  convoy set 1a2b3c4d --reset no_progress_timeout\n"
      "  convoy set 1a2b3c4d --cost unrestricted --max-time 6h\n"
      "  convoy set 1a2b3c4d --download-mode http-only\n"
      "  convoy set 1a2b3c4d --approve-key KEY && convoy resume 1a2b3c4d\n\n"
      "The flags under \"How to speak to the origin\" replace all of the "
      "job's\n"
      "HTTP settings at once; --method changes the method alone, and keys are\n"
      "added to those that were approved and refused before.");
  command->callback([&context, flags] {
    context.command = [&context, flags] { return Set(context, *flags); };
  });
}

}  // namespace

void AddEditCommands(CLI::App& app, CliContext& context) {
  AddCreate(app, context);
  AddAdd(app, context);
  AddSet(app, context);
}

}  // namespace convoy
