#include "tests/swarm_site.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "peer/manifest.h"
#include "proto/grpc_status.h"
#include "tests/metainfo_v2.h"
#include "tests/process.h"

namespace convoy::testing {
namespace {

Nginx::Options OnNet(const SwarmNet* net, Nginx::Options origin) {
  if (net == nullptr) return origin;
  origin.address = net->address(0);
  origin.network_namespace = net->network_namespace(0);
  return origin;
}

}  // namespace

Nginx::Options SlowOrigin(const std::string& rate) {
  Nginx::Options options;
  options.rate = rate;
  return options;
}

std::string BlockOf(const PublishedFile& file, const WireBlock& block) {
  const std::int64_t begin =
      block.piece * file.layout.piece_length() + block.begin;
  return file.bytes.substr(static_cast<std::size_t>(begin),
                           static_cast<std::size_t>(block.length));
}

ProcessUse UseOf(pid_t pid) {
  ProcessUse use;
  const std::string folder = absl::StrCat("/proc/", pid);
  std::istringstream lines(ReadFile(folder + "/status"));
  std::string word;
  while (lines >> word) {
    if (word != "VmHWM:") continue;
    lines >> use.peak_memory_bytes;
    use.peak_memory_bytes *= 1024;
  }
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder + "/fd", error)) {
    (void)entry;
    ++use.descriptors;
  }
  return use;
}

::testing::AssertionResult HasBytes(const std::string& path,
                                    const std::string& bytes) {
  const std::string found = ReadFile(path);
  if (found == bytes) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << path << " has " << found.size() << " bytes, sha-256 "
         << Sha256Hex(found) << "; wanted " << bytes.size() << " bytes, "
         << Sha256Hex(bytes);
}

SwarmSite::SwarmSite(SwarmNet* net, const Nginx::Options& origin)
    : net_(net), origin_(OnNet(net, origin)) {
  for (int& port : ports_) port = FreePort();
}

std::string SwarmSite::beacon_address(int number) const {
  return absl::StrCat(net_ == nullptr ? "127.0.0.1" : net_->address(number + 1),
                      ":", beacon_port_);
}

PublishedFile SwarmSite::Serve(const std::string& name, std::size_t size,
                               bool publish) {
  const std::string bytes =
      RandomBytes(size, size + std::hash<std::string>()(name));
  WriteFile(origin_.root() + "/" + name, bytes);
  PublishedFile file;
  if (publish) file = Publish(name);
  file.name = name;
  file.url = origin_.Url(name);
  file.bytes = bytes;
  return file;
}

PublishedFile SwarmSite::Publish(const std::string& name) {
  PublishedFile file;
  file.name = name;
  file.url = origin_.Url(name);
  const std::string path = origin_.root() + "/" + name;
  ProcessOptions options;
  options.argv = {Runfile("client/cli/convoy"), "publish", path, "--url-prefix",
                  origin_.Url("")};
  const ProcessResult result = RunProcess(options);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  const auto manifest = ReadManifest(ReadFile(path + ".torrent"));
  EXPECT_TRUE(manifest.ok()) << manifest.status();
  if (!manifest.ok()) return file;
  file.info_hash = (*manifest)->info_hash;
  file.layout = (*manifest)->layout;
  return file;
}

void SwarmSite::UseVersion2(PublishedFile* file) {
  const std::string path = origin_.root() + "/" + file->name;
  const std::string metainfo =
      MetainfoV2Of(path, static_cast<int>(file->layout.piece_length()));
  WriteFile(path + ".torrent", metainfo);
  const auto manifest = ReadManifest(metainfo);
  EXPECT_TRUE(manifest.ok()) << manifest.status();
  if (!manifest.ok()) return;
  EXPECT_TRUE((*manifest)->hash_kind.is_version2());
  file->info_hash = (*manifest)->info_hash;
  file->layout = (*manifest)->layout;
}

void SwarmSite::Amend(PublishedFile* file, const std::string& announce,
                      bool is_private) {
  const std::string path = origin_.root() + "/" + file->name + ".torrent";
  std::string metainfo = ReadFile(path);
  if (is_private) {
    // Behind the hashes, where it is in order.
    const std::string key = "6:pieces";
    const std::size_t length = metainfo.find(key) + key.size();
    const std::size_t hashes = metainfo.find(':', length) + 1;
    const std::size_t end = hashes + std::stoul(metainfo.substr(length));
    metainfo.insert(end, "7:privatei1e");
  }
  metainfo.insert(1,
                  absl::StrCat("8:announce", announce.size(), ":", announce));
  WriteFile(path, metainfo);
  const auto manifest = ReadManifest(metainfo);
  EXPECT_TRUE(manifest.ok()) << manifest.status();
  if (!manifest.ok()) return;
  EXPECT_EQ((*manifest)->is_private, is_private);
  file->info_hash = (*manifest)->info_hash;
}

TestDaemon& SwarmSite::StartMachine(
    const Settings& more,
    const std::map<std::string, std::string>& environment) {
  const std::size_t number = machines_.size();
  TestDaemon::Options options;
  options.environment = environment;
  options.settings = {
      {"swarm.listen_port", absl::StrCat(ports_[number])},
      {"swarm.beacon_port", absl::StrCat(beacon_port_)},
  };
  const bool interfaces = std::any_of(
      more.begin(), more.end(),
      [](const auto& each) { return each.first == "swarm.interfaces"; });
  if (net_ != nullptr) {
    options.network_namespace =
        net_->network_namespace(static_cast<int>(number) + 1);
  } else if (!interfaces) {
    options.settings.emplace_back("swarm.interfaces", "lo");
  }
  options.settings.insert(options.settings.end(), more.begin(), more.end());
  machines_.push_back(std::make_unique<TestDaemon>(options));
  return *machines_.back();
}

void SwarmSite::StartMachines(int count, const Settings& more) {
  for (int i = 0; i < count; ++i) StartMachine(more);
}

void SwarmSite::Adopt(int number, const PublishedFile& file) {
  const absl::Status adopted = TryAdopt(number, file);
  EXPECT_TRUE(adopted.ok()) << adopted;
}

absl::Status SwarmSite::TryAdopt(int number, const PublishedFile& file) {
  const auto stub = v1::SwarmService::NewStub(machine(number).Connect());
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  v1::AdoptFileRequest request;
  request.set_local_path(origin_.root() + "/" + file.name);
  request.set_manifest_path(request.local_path() + ".torrent");
  v1::Content content;
  return FromGrpcStatus(stub->AdoptFile(&context, request, &content));
}

std::vector<v1::SwarmPeer> SwarmSite::Peers(int number,
                                            const PublishedFile& file) {
  const auto stub = v1::SwarmService::NewStub(machine(number).Connect());
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  v1::ListPeersRequest request;
  request.set_content_id(absl::BytesToHexString(file.info_hash));
  v1::ListPeersResponse response;
  const grpc::Status status = stub->ListPeers(&context, request, &response);
  EXPECT_TRUE(status.ok() || status.error_code() == grpc::NOT_FOUND)
      << status.error_message();
  return {response.peers().begin(), response.peers().end()};
}

v1::SwarmStats SwarmSite::Stats(int number, const PublishedFile& file) {
  const auto stub = v1::SwarmService::NewStub(machine(number).Connect());
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  v1::GetContentRequest request;
  request.set_content_id(absl::BytesToHexString(file.info_hash));
  v1::Content content;
  const grpc::Status status = stub->GetContent(&context, request, &content);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return content.stats();
}

std::string SwarmSite::Begin(int number, const PublishedFile& file,
                             v1::Job job) {
  TestDaemon& daemon = machine(number);
  const auto created = daemon.Create(
      {File(file.url, Local(absl::StrCat(file.name, ".", number)))},
      std::move(job));
  EXPECT_TRUE(created.ok()) << created.status();
  if (!created.ok()) return "";
  const auto resumed = daemon.Resume(created->id());
  EXPECT_TRUE(resumed.ok()) << resumed.status();
  return created->id();
}

v1::Job SwarmSite::End(int number, const std::string& id,
                       const PublishedFile& file, absl::Duration timeout) {
  TestDaemon& daemon = machine(number);
  const auto job = daemon.WaitFor(
      id, {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR}, timeout);
  if (!job.ok()) {
    const auto now = daemon.Get(id);
    const auto why = daemon.Explain(id);
    ADD_FAILURE() << job.status() << (now.ok() ? now->DebugString() : "")
                  << (why.ok() ? why->DebugString() : "");
    return {};
  }
  EXPECT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  const auto completed = daemon.Complete(id);
  EXPECT_TRUE(completed.ok()) << completed.status();
  EXPECT_TRUE(
      HasBytes(Local(absl::StrCat(file.name, ".", number)), file.bytes));
  return *job;
}

void SwarmSite::Hurry(int number, const std::string& id) {
  // The requests under way keep their limit.
  const auto suspended = machine(number).Suspend(id);
  EXPECT_TRUE(suspended.ok()) << suspended.status();
  origin_.Release();
  const auto resumed = machine(number).Resume(id);
  EXPECT_TRUE(resumed.ok()) << resumed.status();
}

v1::Job SwarmSite::Run(int number, const PublishedFile& file) {
  return End(number, Begin(number, file), file);
}

HostilePeer::Options SwarmSite::Against(int number, const PublishedFile& file,
                                        HostilePeer::Script script) const {
  HostilePeer::Options options;
  options.info_hash = file.info_hash;
  options.port = port(number);
  options.script = std::move(script);
  return options;
}

}  // namespace convoy::testing
