#include "client/cli/commands_publish.h"

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/hints.h"
#include "client/cli/interrupt.h"
#include "client/cli/json_output.h"
#include "client/cli/local_path.h"
#include "client/cli/publish_plan.h"
#include "client/cli/publish_products.h"
#include "client/cli/publish_progress.h"
#include "client/cli/publish_signer.h"
#include "client/cli/whole_file.h"
#include "convoy/v1/swarm_service.pb.h"
#include "peer/base/status_macros.h"
#include "peer/base/unique_fd.h"
#include "peer/manifest_maker.h"
#include "peer/manifest_signer.h"
#include "proto/error_detail.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

constexpr char kStandardOutput[] = "-";
// No manifest that is made here is larger.
constexpr std::size_t kMaxManifestSize = 64 << 20;
constexpr char kPieceLengthHint[] =
    "give a power of two from 16KiB to 16MiB, or leave --piece-length out";

struct PublishFlags {
  std::vector<std::string> paths;
  std::string url_prefix;
  std::int64_t piece_length = 0;  // 0: by size.
  std::string nginx;              // Empty: in the first folder.
  std::string sign_key;           // Empty: nothing is signed.
  std::string sign_as;            // Empty: by certificate or URL.
};

std::string PublishHint(v1::ErrorReason reason) {
  switch (reason) {
    case v1::ERROR_REASON_LOCAL_FILE_CHANGED:
      return "publish it again when nobody writes into it any more";
    case v1::ERROR_REASON_ACCESS_DENIED:
    case v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM:
      return "you must be able to read the files, and to create files beside "
             "them";
    case v1::ERROR_REASON_DISK_FULL:
      return "free space, then publish again";
    case v1::ERROR_REASON_PATH_NOT_REGULAR:
      return "move it away, or name another file with --nginx";
    default:
      return "the same command again publishes what is not published yet";
  }
}

// The engine knows no paths, and the hints for jobs speak of the daemon.
absl::Status AboutFile(const absl::Status& status, const std::string& path) {
  const std::string message =
      absl::StrCat("cannot publish ", path, ": ", status.message());
  if (absl::IsInvalidArgument(status)) {
    return WithHint(InvalidField("piece_length_bytes", message),
                    kPieceLengthHint);
  }
  return Error(ErrorDetailOf(status)).LocalPath(path).Status(message);
}

// One run of the command.
class Publisher {
 public:
  // `signer`: null: nothing is signed.
  Publisher(const CliContext& context, const PublishFlags& flags,
            const PublishPlan& plan, const ManifestSigner* signer)
      : context_(context),
        flags_(flags),
        plan_(plan),
        signer_(signer),
        out_(flags.nginx == kStandardOutput ? stderr : stdout),
        progress_(stderr, !context.json, TotalOf(plan)) {}

  int Run() {
    CatchInterrupts();
    for (const PublishFile& file : plan_.files) {
      progress_.BeginFile(file.name());
      const absl::Status status = Publish(file);
      progress_.EndFile(file.size);
      if (Interrupted()) break;
      if (!status.ok()) Failed(status);
    }
    progress_.Hide();
    // Of what has a manifest, whatever became of the rest.
    WriteProducts();
    if (Interrupted()) {
      std::fputs(
          "convoy: interrupted\n"
          "hint: the same command again publishes the rest\n",
          stderr);
      return kExitInterrupted;
    }
    return failed_ ? kExitFailed : kExitOk;
  }

 private:
  static std::int64_t TotalOf(const PublishPlan& plan) {
    std::int64_t total = 0;
    for (const PublishFile& file : plan.files) total += file.size;
    return total;
  }

  absl::Status Publish(const PublishFile& file) {
    CONVOY_ASSIGN_OR_RETURN(const UniqueFd fd, OpenPlainFile(file.path, true));
    ManifestSpec spec{file.name(), {file.url}, std::nullopt};
    if (flags_.piece_length != 0) spec.piece_length = flags_.piece_length;
    const absl::StatusOr<MadeManifest> made =
        MakeManifest(fd.get(), spec, [this](std::int64_t done) {
          progress_.Advance(done);
          return !Interrupted();
        });
    if (!made.ok()) return AboutFile(made.status(), file.path);
    const bool has_manifest = !made->metainfo.empty();
    bool changed = false;
    if (has_manifest) {
      CONVOY_ASSIGN_OR_RETURN(changed, WriteManifest(file, *made));
    }
    published_.push_back({file, has_manifest, made->sha256});
    TellOf(file, *made, changed);
    return absl::OkStatus();
  }

  // False: it was there.
  absl::StatusOr<bool> WriteManifest(const PublishFile& file,
                                     const MadeManifest& made) const {
    const std::string path = absl::StrCat(file.path, kManifestSuffix);
    // What cannot be read is replaced, or writing it says why not.
    const absl::StatusOr<std::string> before =
        ReadWholeFile(path, kMaxManifestSize);
    CONVOY_ASSIGN_OR_RETURN(
        const std::string metainfo,
        MetainfoToWrite(before.ok() ? *before : "", made, signer_));
    return WriteWholeFile(path, metainfo);
  }

  void TellOf(const PublishFile& file, const MadeManifest& made, bool changed) {
    const std::string manifest_path = absl::StrCat(file.path, kManifestSuffix);
    const bool has_manifest = !made.metainfo.empty();
    if (context_.json) {
      v1::PublishResponse::PublishedFile json;
      json.set_path(ToUtf8(file.path));
      if (has_manifest) json.set_manifest_path(ToUtf8(manifest_path));
      json.set_content_id(absl::BytesToHexString(made.info_hash));
      json.set_sha256(absl::BytesToHexString(made.sha256));
      json.set_unchanged(has_manifest && !changed);
      PrintLine(ToJson(json));
    } else if (!has_manifest) {
      Print(absl::StrCat("empty      ", Printable(file.path)));
    } else {
      TellOf({manifest_path, changed});
    }
  }

  void TellOf(const Product& product) {
    if (context_.json) return;
    Print(absl::StrCat(product.changed ? "written    " : "unchanged  ",
                       Printable(product.path)));
  }

  void WriteProducts() {
    if (published_.empty()) return;
    for (const absl::StatusOr<Product>& sums : WriteChecksums(published_)) {
      if (sums.ok()) {
        TellOf(*sums);
      } else {
        Failed(sums.status());
      }
    }
    if (flags_.nginx == kStandardOutput) {
      std::fputs(SnippetOf(published_).c_str(), stdout);
      return;
    }
    const absl::StatusOr<Product> snippet =
        WriteSnippet(flags_.nginx.empty()
                         ? absl::StrCat(plan_.first_folder, "/", kSnippetName)
                         : AbsolutePath(flags_.nginx),
                     published_);
    if (!snippet.ok()) return Failed(snippet.status());
    TellOf(*snippet);
    if (snippet->changed && !context_.json) {
      Print(absl::StrCat("hint: in nginx's location for these files: include ",
                         Printable(snippet->path), "; then: nginx -s reload"));
    }
  }

  void Failed(const absl::Status& status) {
    progress_.Hide();
    failed_ = true;
    const v1::ErrorReason reason = ErrorDetailOf(status).reason();
    Fail(context_, reason == v1::ERROR_REASON_INVALID_ARGUMENT
                       ? status
                       : WithHint(status, PublishHint(reason)));
  }

  void Print(const std::string& line) {
    progress_.Hide();
    std::fprintf(out_, "%s\n", line.c_str());
    std::fflush(out_);
  }

  const CliContext& context_;
  const PublishFlags& flags_;
  const PublishPlan& plan_;
  const ManifestSigner* const signer_;
  std::FILE* const out_;
  PublishProgress progress_;
  std::vector<PublishedFile> published_;
  bool failed_ = false;
};

absl::StatusOr<PublishPlan> PlanOf(const CliContext& context,
                                   const PublishFlags& flags) {
  if (flags.piece_length != 0) {
    const absl::Status checked = CheckPieceLength(flags.piece_length);
    if (!checked.ok()) return WithHint(checked, kPieceLengthHint);
  }
  const bool to_output = flags.nginx == kStandardOutput;
  if (context.json && to_output) {
    return UsageError("--json and --nginx - both want standard output",
                      "give --nginx FILE");
  }
  CONVOY_ASSIGN_OR_RETURN(const UrlPrefix prefix,
                          ParseUrlPrefix(flags.url_prefix));
  return PlanPublish(flags.paths, prefix, to_output ? "" : flags.nginx);
}

// Nothing: nothing is signed.
absl::StatusOr<std::optional<ManifestSigner>> SignerOf(
    const PublishFlags& flags, const PublishPlan& plan) {
  if (flags.sign_key.empty()) return std::nullopt;
  const std::string path = AbsolutePath(flags.sign_key);
  for (const PublishFile& file : plan.files) {
    if (file.path != path) continue;
    return UsageError(
        absl::StrCat("--sign-key: ", path, " would be published itself"),
        "move the key out of the folder, where no web server gives it away");
  }
  return ReadPublishSigner(flags.sign_key, flags.sign_as, flags.url_prefix);
}

int Publish(const CliContext& context, const PublishFlags& flags) {
  const absl::StatusOr<PublishPlan> plan = PlanOf(context, flags);
  if (!plan.ok()) return Fail(context, plan.status());
  const absl::StatusOr<std::optional<ManifestSigner>> signer =
      SignerOf(flags, *plan);
  if (!signer.ok()) return Fail(context, signer.status());
  return Publisher(context, flags, *plan,
                   signer->has_value() ? &**signer : nullptr)
      .Run();
}

constexpr char kFooter[] =
    "Beside each FILE it writes FILE.torrent, a BitTorrent metainfo file with\n"
    "the URL as web seed; in each folder SHA256SUMS, for sha256sum -c; and\n"
    "convoy-publish.conf, which makes nginx tell manifest and digest with "
    "each\n"
    "file. Files that begin with a dot and links in folders are left out.\n"
    "Repeat it when files have changed: what is right is left untouched.\n\n"
    "With --sign-key the manifests are signed, in BEP 35's layout. Machines\n"
    "believe them without TLS where their swarm.signers_file has the public\n"
    "key or the certificate; sign again whatever is to be believed. Without\n"
    "--sign-key, signatures that are there stay while the file is the same.\n\n"
    "Example, a whole origin:\n"
    "  mkdir -p /srv/pub && cp disk.img /srv/pub/\n"
    "  convoy publish /srv/pub --url-prefix https://files.example.org/pub\n"
    "  # in nginx's server block:\n"
    "  #   location /pub/ { root /srv; include /srv/pub/convoy-publish.conf; "
    "}\n"
    "  nginx -s reload\n"
    "  # on every machine:\n"
    "  convoy get https://files.example.org/pub/disk.img\n\n"
    "Example, signed:\n"
    "  openssl genpkey -algorithm ed25519 -out signer-key.pem\n"
    "  openssl pkey -in signer-key.pem -pubout -out signers.pem\n"
    "  convoy publish /srv/pub --url-prefix http://files.example.org/pub \\\n"
    "    --sign-key signer-key.pem\n"
    "  # on every machine, in its configuration:\n"
    "  #   swarm: {integrity: mandatory, signers_file: "
    "/etc/convoy/signers.pem}\n\n"
    "No daemon is needed. Exit code 1: a file could not be published; the "
    "others\nare.";

}  // namespace

void AddPublishCommand(CLI::App& app, CliContext& context) {
  const auto flags = std::make_shared<PublishFlags>();
  CLI::App* command = app.add_subcommand(
      "publish", "Make manifests, so that a web server's files can be shared");
  command
      ->add_option("PATH", flags->paths,
                   "Files, and folders with all files below them")
      ->type_name("")
      ->required();
  command
      ->add_option("--url-prefix", flags->url_prefix,
                   "What stands before the files' paths, seen from the folder "
                   "that was named, in their URLs")
      ->type_name("URL")
      ->required();
  command
      ->add_option("--piece-length", flags->piece_length,
                   "A power of two, 16KiB to 16MiB. Default: by size, 256KiB "
                   "or more")
      ->transform(CLI::AsSizeValue(false).description(""))
      ->type_name("SIZE");
  command
      ->add_option("--nginx", flags->nginx,
                   "Where the locations for nginx go; -: standard output. "
                   "Default: convoy-publish.conf in the first folder")
      ->type_name("FILE");
  CLI::Option* const key =
      command
          ->add_option("--sign-key", flags->sign_key,
                       "Signs the manifests with this private key, PEM: "
                       "Ed25519, EC or RSA, without a passphrase. Its "
                       "certificate may stand beside it")
          ->type_name("FILE");
  command
      ->add_option("--sign-as", flags->sign_as,
                   "The signer's name in the manifests. Default: the "
                   "certificate's common name, else the host of --url-prefix")
      ->type_name("NAME")
      ->needs(key);
  command->footer(kFooter);
  command->callback([&context, flags] {
    context.command = [&context, flags] { return Publish(context, *flags); };
  });
}

}  // namespace convoy
