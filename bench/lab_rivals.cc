// The rivals' command lines, each as good as its manual allows.

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "bench/contest.h"
#include "bench/lab_node.h"
#include "bench/machine.h"
#include "bench/usage.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::bench {
namespace {

using testing::Exists;
using testing::WriteFile;

// What a command line is made from.
struct Place {
  std::string folder;
  std::string torrent;
  std::string url;
  std::string path;
  std::string done_file;
  // A program that makes the done file.
  std::string hook;
};

using CommandLine = std::function<std::vector<std::string>(const Place&)>;

// Where all of them listen for peers, by their command line or by default.
constexpr int kPeerPort = 6881;

// On kPeerPort, somebody of the process's network does.
bool Listens(pid_t pid) {
  // "0: 00000000:1AE1 00000000:0000 0A ...", the address and port in hex.
  const std::string port = absl::StrFormat(":%04X", kPeerPort);
  const std::string table =
      testing::ReadFile(absl::StrCat("/proc/", pid, "/net/tcp"));
  for (const absl::string_view line : absl::StrSplit(table, '\n')) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (words.size() > 3 && absl::EndsWith(words[1], port) &&
        words[3] == "0A") {
      return true;
    }
  }
  return false;
}

// A program that is nothing before it begins, says by a file when it is done,
// and finds by itself what is there when it is started again.
class RivalNode : public LabNode {
 public:
  RivalNode(LabSite& site, int machine, CommandLine command_line)
      : site_(site), machine_(machine), command_line_(std::move(command_line)) {
    const std::string folder = site.net().folder(machine);
    place_ = {folder,           site.torrent(),  site.url(), site.Path(machine),
              folder + "/done", folder + "/hook"};
    WriteFile(place_.hook,
              absl::StrCat("#!/bin/sh\n: >'", place_.done_file, "'\n"));
    chmod(place_.hook.c_str(), 0755);
  }

  void Begin() override {
    process_ = site_.net().Start(machine_, command_line_(place_));
  }

  // curl never listens: its start counts.
  bool Started() override {
    return process_ != nullptr && Listens(process_->pid());
  }

  bool Done() override {
    if (Exists(place_.done_file)) return true;
    if (process_ != nullptr && !process_->Running()) {
      std::string said;
      for (const std::string& name : testing::ListFolder(place_.folder)) {
        if (name.find(".log") == std::string::npos) continue;
        said += testing::ReadFile(place_.folder + "/" + name);
      }
      Fail(absl::StrCat(command_line_(place_)[0], " ended: ", said));
    }
    return false;
  }

  void Kill() override { process_.reset(); }
  void Return() override { Begin(); }
  pid_t pid() const override {
    return process_ != nullptr ? process_->pid() : 0;
  }

 private:
  LabSite& site_;
  const int machine_;
  const CommandLine command_line_;
  Place place_;
  std::unique_ptr<testing::Process> process_;
};

LabProgram Rival(const std::string& name, CommandLine command_line) {
  return {name,
          [command_line = std::move(command_line)](LabSite& site, int machine) {
            return std::make_unique<RivalNode>(site, machine, command_line);
          }};
}

// --bt-request-peer-speed-limit: while it is faster than that, aria2 connects
// to nobody; units end with M. --stream-piece-selector, --split: machines that
// take different pieces from the origin have something to swap; with the
// defaults the origin sends half a copy more. --auto-save-interval,
// --check-integrity: it comes back after SIGKILL.
std::vector<std::string> Aria2Line(const Place& place) {
  return Aria2(
      {"--dir=" + place.folder, "--enable-dht=false", "--enable-dht6=false",
       "--bt-enable-lpd=true", "--bt-lpd-interface=eth0",
       "--bt-request-peer-speed-limit=1000M", "--bt-max-peers=0",
       "--stream-piece-selector=random", "--split=1",
       absl::StrCat("--listen-port=", kPeerPort), "--file-allocation=falloc",
       "--seed-ratio=0", "--auto-save-interval=1", "--check-integrity=true",
       "--allow-overwrite=true", "--on-bt-download-complete=" + place.hook,
       place.torrent});
}

constexpr char kTransmissionSettings[] = R"({
  "lpd-enabled": true, "dht-enabled": false, "pex-enabled": true,
  "utp-enabled": false, "port-forwarding-enabled": false,
  "peer-port": 6881, "encryption": 0, "preallocation": 1,
  "peer-limit-global": 400, "peer-limit-per-torrent": 100,
  "upload-slots-per-torrent": 30, "speed-limit-up-enabled": false
})";

std::vector<std::string> TransmissionLine(const Place& place) {
  const std::string settings = place.folder + "/transmission";
  mkdir(settings.c_str(), 0755);
  WriteFile(settings + "/settings.json", kTransmissionSettings);
  return {"/usr/bin/transmission-cli",
          "-g",
          settings,
          "-w",
          place.folder,
          "-f",
          place.hook,
          place.torrent};
}

CommandLine LibtorrentLine(const std::vector<std::string>& more) {
  return [more](const Place& place) {
    std::vector<std::string> argv = {testing::Runfile("bench/plain_libtorrent"),
                                     place.torrent, place.folder,
                                     place.done_file};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  };
}

// The shell stays when curl has ended, so that its processor time can be read.
std::vector<std::string> CurlLine(const Place& place) {
  return {"/bin/sh", "-c",
          absl::StrCat(CurlProgram(), " --disable --silent --show-error ",
                       "--noproxy '*' --output ", place.path, " ", place.url,
                       " && ", place.hook, " && exec sleep 3600")};
}

}  // namespace

std::vector<LabProgram> RivalPrograms() {
  std::vector<LabProgram> programs;
  if (!Aria2Program().empty()) {
    programs.push_back(Rival("aria2", &Aria2Line));
  }
  if (!TransmissionProgram().empty()) {
    programs.push_back(Rival("transmission", &TransmissionLine));
  }
  programs.push_back(Rival("libtorrent", LibtorrentLine({})));
  programs.push_back(Rival("libtorrent-tuned", LibtorrentLine({"--tuned"})));
  if (!CurlProgram().empty()) programs.push_back(Rival("curl", &CurlLine));
  return programs;
}

LabProgram LeecherOf(int seed) {
  return {"libtorrent-tuned",
          [seed](LabSite& site, int machine) -> std::unique_ptr<LabNode> {
            return std::make_unique<RivalNode>(
                site, machine,
                LibtorrentLine({"--tuned", "--no-web-seed",
                                "--peer=" + site.net().address(seed)}));
          }};
}

}  // namespace convoy::bench
