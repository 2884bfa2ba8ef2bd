#include "client/cli/commands_swarm.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cli/content_queries.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/local_path.h"
#include "client/cli/swarm_text.h"
#include "client/cli/table.h"
#include "client/cli/terminal.h"
#include "client/swarm_client.h"

namespace convoy {
namespace {

struct AdoptFlags {
  std::string file;
  std::string manifest;
  bool pin = false;
};

using Rows = std::vector<std::vector<std::string>>;

void PrintTable(const std::vector<std::string>& heads, const Rows& rows) {
  const StreamTraits traits = TraitsOf(stdout);
  for (const std::string& line :
       TableLines(heads, rows, traits.is_terminal ? traits.width : 0)) {
    PrintLine(line);
  }
}

int Peers(const CliContext& context, const std::string& content) {
  const SwarmClient client(context.client);
  std::string id;
  if (!content.empty()) {
    absl::StatusOr<std::string> found = ResolveContentId(client, content);
    if (!found.ok()) return Fail(context, found.status());
    id = *std::move(found);
  }
  const auto peers = client.ListPeers(id);
  if (!peers.ok()) return Fail(context, AboutContent(peers.status()));
  Rows rows;
  for (const v1::SwarmPeer& peer : peers->peers()) {
    if (context.json) {
      PrintLine(ToJson(peer));
    } else {
      rows.push_back(PeerRow(peer));
    }
  }
  if (context.json) return kExitOk;
  if (rows.empty()) {
    PrintLine("no peer is connected");
  } else {
    PrintTable(PeerHeads(), rows);
  }
  return kExitOk;
}

int List(const CliContext& context, bool quiet) {
  const SwarmClient client(context.client);
  const absl::Time now = absl::Now();
  Rows rows;
  const absl::Status status =
      ForEachContent(client, [&](const v1::Content& content) {
        if (context.json) {
          PrintLine(ToJson(content));
        } else if (quiet) {
          PrintLine(content.id());
        } else {
          rows.push_back(ContentRow(content, now));
        }
      });
  if (!status.ok()) return Fail(context, status);
  if (context.json || quiet) return kExitOk;
  if (rows.empty()) {
    PrintLine("nothing is kept for peers");
  } else {
    PrintTable(ContentHeads(), rows);
  }
  return kExitOk;
}

// Does something with a content and says what became of it.
using Move = std::function<absl::Status(const CliContext&, const SwarmClient&,
                                        const std::string& id)>;

absl::Status Show(const CliContext& context, const SwarmClient& client,
                  const std::string& id) {
  const auto content = client.GetContent(id);
  if (!content.ok()) return content.status();
  if (context.json) {
    PrintLine(ToJson(*content));
    return absl::OkStatus();
  }
  for (const std::string& line :
       ContentLines(*content, absl::LocalTimeZone())) {
    PrintLine(line);
  }
  return absl::OkStatus();
}

absl::Status Pin(const CliContext& context, const SwarmClient& client,
                 const std::string& id, bool pinned) {
  const auto content = client.PinContent(id, pinned);
  if (!content.ok()) return content.status();
  PrintLine(context.json
                ? ToJson(*content)
                : absl::StrCat(ShortId(id),
                               pinned ? " is pinned  " : " may go again  ",
                               Printable(content->name())));
  return absl::OkStatus();
}

absl::Status Evict(const CliContext& context, const SwarmClient& client,
                   const std::string& id) {
  const auto answer = client.EvictContent(id);
  if (!answer.ok()) return answer.status();
  PrintLine(context.json ? ToJson(*answer)
                         : absl::StrCat(ShortId(id), " is evicted"));
  return absl::OkStatus();
}

// Does all it can; the exit code is that of the first failure.
int MoveAll(const CliContext& context, const std::vector<std::string>& texts,
            const Move& move) {
  const SwarmClient client(context.client);
  int code = kExitOk;
  for (const std::string& text : texts) {
    const absl::StatusOr<std::string> id = ResolveContentId(client, text);
    const absl::Status status =
        id.ok() ? move(context, client, *id) : id.status();
    if (status.ok()) continue;
    const int failed = Fail(context, id.ok() ? AboutContent(status) : status);
    if (code == kExitOk) code = failed;
  }
  return code;
}

int Adopt(const CliContext& context, const AdoptFlags& flags) {
  v1::AdoptFileRequest request;
  request.set_local_path(AbsolutePath(flags.file));
  request.set_manifest_path(AbsolutePath(flags.manifest));
  request.set_pinned(flags.pin);
  const auto content = SwarmClient(context.client).AdoptFile(request);
  if (!content.ok()) return Fail(context, AboutContent(content.status()));
  PrintLine(context.json
                ? ToJson(*content)
                : absl::StrCat(ShortId(content->id()), " is given to peers  ",
                               Printable(content->local_path())));
  return kExitOk;
}

void AddPeers(CLI::App& app, CliContext& context) {
  const auto content = std::make_shared<std::string>();
  CLI::App* peers =
      app.add_subcommand("peers", "List the peers that are connected now");
  peers
      ->add_option("--content", *content,
                   "Only those of this content: its id or first digits of it")
      ->type_name("ID");
  peers->footer(
      "Examples:\n"
      "  convoy peers\n"
      "  convoy peers --content 1a2b3c4d\n"
      "  convoy peers --json | jq -r .address\n\n"
      "Those of your contents; administrators see all. Why a job uses no\n"
      "peers, tells: convoy explain ID");
  peers->callback([&context, content] {
    context.command = [&context, content] { return Peers(context, *content); };
  });
}

void AddMove(CLI::App& cache, CliContext& context, const std::string& name,
             const std::string& about, Move move) {
  const auto ids = std::make_shared<std::vector<std::string>>();
  CLI::App* command = cache.add_subcommand(name, about);
  command
      ->add_option("ID", *ids,
                   "Contents: their ids or the first digits of them")
      ->type_name("")
      ->required();
  command->footer(absl::StrCat("Example:\n  convoy cache ", name, " 1a2b3c4d"));
  command->callback([&context, ids, move] {
    context.command = [&context, ids, move] {
      return MoveAll(context, *ids, move);
    };
  });
}

void AddAdopt(CLI::App& cache, CliContext& context) {
  const auto flags = std::make_shared<AdoptFlags>();
  CLI::App* adopt = cache.add_subcommand(
      "adopt", "Give a file that is there already to peers");
  adopt->add_option("FILE", flags->file, "The file")->type_name("")->required();
  adopt
      ->add_option("--manifest", flags->manifest,
                   "Its manifest, a BitTorrent metainfo file")
      ->type_name("PATH")
      ->required();
  adopt->add_flag("--pin", flags->pin, "It is never evicted");
  adopt->footer(
      "Example:\n"
      "  convoy cache adopt disk.img --manifest disk.img.torrent\n\n"
      "The file is read and checked against the manifest first, with your\n"
      "rights; that takes as long as reading it.");
  adopt->callback([&context, flags] {
    context.command = [&context, flags] { return Adopt(context, *flags); };
  });
}

void AddCache(CLI::App& app, CliContext& context) {
  CLI::App* cache =
      app.add_subcommand("cache", "Show and steer what is kept for peers");
  cache->require_subcommand(0, 1);
  const auto quiet = std::make_shared<bool>(false);
  CLI::App* list = cache->add_subcommand("list", "List all (the default)");
  list->add_flag("-q,--quiet", *quiet, "Only ids, one on each line");
  list->footer("Example:\n  convoy cache list --json | jq -r .local_path");
  AddMove(*cache, context, "show", "Show all that is known of contents", Show);
  AddMove(*cache, context, "pin", "Keep contents until they are unpinned",
          [](const CliContext& with, const SwarmClient& client,
             const std::string& id) { return Pin(with, client, id, true); });
  AddMove(*cache, context, "unpin", "Let contents go when their time is over",
          [](const CliContext& with, const SwarmClient& client,
             const std::string& id) { return Pin(with, client, id, false); });
  AddMove(*cache, context, "evict",
          "Give contents to peers no more; your files stay", Evict);
  AddAdopt(*cache, context);
  cache->footer(
      "Examples:\n"
      "  convoy cache\n"
      "  convoy cache pin 1a2b3c4d\n"
      "  convoy cache adopt disk.img --manifest disk.img.torrent\n\n"
      "A content is named by its id, or by the first 4 or more digits of it.\n"
      "Finished files are kept for the cache.* settings of the daemon.");
  // Runs after those of the subcommands, which are asked for by name.
  cache->callback([&context, cache, list, quiet] {
    if (!cache->get_subcommands().empty() && !list->parsed()) return;
    context.command = [&context, quiet] { return List(context, *quiet); };
  });
}

}  // namespace

void AddSwarmCommands(CLI::App& app, CliContext& context) {
  AddPeers(app, context);
  AddCache(app, context);
}

}  // namespace convoy
