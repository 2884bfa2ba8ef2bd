// Runs the real command against a fake daemon: peers, the cache, and the flags
// of jobs that have to do with them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/cli_process.h"
#include "client/fake_daemon.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::int64_t kMiB = 1 << 20;
const std::string kId = "1a2b3c4d00000000000000000000000000000000";
const std::string kOther = "1a2b999900000000000000000000000000000000";
constexpr char kJob[] = "1a2b3c4d-0000-4000-8000-000000000001";

struct Result {
  int code;
  std::string out;
  std::string err;
};

class SwarmCliTest : public ::testing::Test {
 protected:
  SwarmCliTest() {
    char folder[] = "/tmp/convoy-cli-XXXXXX";
    folder_ = mkdtemp(folder);
    std::vector<v1::Content> contents(2);
    contents[0].set_id(kId);
    contents[0].set_name("maps");
    contents[0].set_size_bytes(4 * kMiB);
    contents[0].set_available_bytes(kMiB);
    contents[0].set_state(v1::CONTENT_STATE_DOWNLOADING);
    contents[1].set_id(kOther);
    contents[1].set_name("evil\x1b[2J");
    contents[1].set_size_bytes(kMiB);
    contents[1].set_available_bytes(kMiB);
    contents[1].set_state(v1::CONTENT_STATE_RESTING);
    contents[1].set_pinned(true);
    daemon_.SetContents(contents);
    std::vector<v1::SwarmPeer> peers(2);
    peers[0].set_content_id(kId);
    peers[0].set_kind(v1::PEER_KIND_LAN);
    peers[0].set_address("10.0.0.1:6881");
    peers[0].set_client("convoy");
    peers[1].set_content_id(kOther);
    peers[1].set_kind(v1::PEER_KIND_INTERNET);
    peers[1].set_address("203.0.113.9:51413");
    peers[1].set_client("Transmission");
    daemon_.SetPeers(peers);
  }
  ~SwarmCliTest() override { std::filesystem::remove_all(folder_); }

  Result Run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {std::filesystem::absolute(std::getenv("CONVOY_CLI")),
                      "--socket", daemon_.socket_path()});
    CliProcess::Options options;
    options.directory = folder_;
    CliProcess process(arguments, options);
    const int code = process.Wait();
    return {code, process.Output(), process.Errors()};
  }

  FakeDaemon daemon_;
  std::string folder_;
};

TEST_F(SwarmCliTest, TheCacheIsATable) {
  const std::string table =
      "ID        STATE        SIZE      HERE  SENT  GOES    NAME\n"
      "1a2b3c4d  downloading  4.00 MiB  25%   0 B   -       maps\n"
      "1a2b9999  resting      1.00 MiB  100%  0 B   pinned  evil?[2J\n";
  EXPECT_EQ(Run({"cache"}).out, table);
  EXPECT_EQ(Run({"cache", "list"}).out, table);
  EXPECT_EQ(Run({"cache", "list", "-q"}).out,
            absl::StrCat(kId, "\n", kOther, "\n"));
  const Result json = Run({"cache", "--json"});
  EXPECT_THAT(json.out, StartsWith(absl::StrCat("{\"id\":\"", kId, "\"")));
  daemon_.SetContents({});
  EXPECT_EQ(Run({"cache"}).out, "nothing is kept for peers\n");
}

TEST_F(SwarmCliTest, TheCacheIsReadPageByPage) {
  std::vector<v1::Content> many(1500);
  for (v1::Content& content : many) content.set_id(kId);
  daemon_.SetContents(many);
  EXPECT_EQ(Run({"cache", "list", "-q"}).out.size(), 1500 * 41u);
  EXPECT_EQ(daemon_.CallCount("ListContents"), 2);
}

TEST_F(SwarmCliTest, ContentsAreNamedByTheirFirstDigits) {
  EXPECT_THAT(Run({"cache", "show", "1A2B3"}).out,
              StartsWith(absl::StrCat("content:        ", kId, "\n")));
  const Result unclear = Run({"cache", "show", "1a2b"});
  EXPECT_EQ(unclear.code, 2);
  EXPECT_THAT(unclear.err, HasSubstr("1a2b fits 2 contents: "));
  for (const std::string& none : {std::string("ffff"), std::string(40, 'f')}) {
    const Result missing = Run({"cache", "show", none});
    EXPECT_EQ(missing.code, 5);
    EXPECT_THAT(missing.err,
                HasSubstr("hint: see the contents with: convoy cache\n"));
  }
  EXPECT_EQ(Run({"cache", "show", "xyz"}).code, 2);
  EXPECT_EQ(Run({"cache", "show"}).code, 2);
}

TEST_F(SwarmCliTest, ContentsArePinnedAndEvicted) {
  EXPECT_EQ(Run({"cache", "pin", "1a2b3c4d"}).out,
            "1a2b3c4d is pinned  maps\n");
  EXPECT_TRUE(daemon_.LastRequest<v1::PinContentRequest>().pinned());
  EXPECT_EQ(Run({"cache", "unpin", "1a2b3c4d"}).out,
            "1a2b3c4d may go again  maps\n");
  EXPECT_FALSE(daemon_.LastRequest<v1::PinContentRequest>().pinned());
  // Does all it can.
  const Result evicted = Run({"cache", "evict", "ffff", kOther});
  EXPECT_EQ(evicted.code, 5);
  EXPECT_EQ(evicted.out, "1a2b9999 is evicted\n");
  EXPECT_EQ(Run({"cache", "list", "-q"}).out, kId + "\n");
}

TEST_F(SwarmCliTest, AFileIsAdopted) {
  const Result result =
      Run({"cache", "adopt", "a", "--manifest", "b/../m", "--pin"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            absl::StrCat("aaaaaaaa is given to peers  ", folder_, "/a\n"));
  const auto request = daemon_.LastRequest<v1::AdoptFileRequest>();
  EXPECT_EQ(request.local_path(), folder_ + "/a");
  EXPECT_EQ(request.manifest_path(), folder_ + "/m");
  EXPECT_TRUE(request.pinned());
  EXPECT_EQ(Run({"cache", "adopt", "a"}).code, 2);

  daemon_.FailNext("AdoptFile", Error(v1::ERROR_REASON_VALIDATION_FAILED,
                                      v1::ERROR_CONTEXT_LOCAL_FILE)
                                    .Status("piece 3 differs"));
  EXPECT_THAT(Run({"cache", "adopt", "a", "--manifest", "m"}).err,
              HasSubstr("hint: take the manifest that was made of this very"));
}

TEST_F(SwarmCliTest, PeersAreATable) {
  EXPECT_EQ(Run({"peers"}).out,
            "CONTENT   KIND      HAS  RECEIVED  AT     SENT  AT     "
            "ADDRESS            CLIENT\n"
            "1a2b3c4d  LAN       0 B  0 B       0 B/s  0 B   0 B/s  "
            "10.0.0.1:6881      convoy\n"
            "1a2b9999  internet  0 B  0 B       0 B/s  0 B   0 B/s  "
            "203.0.113.9:51413  Transmission\n");
  EXPECT_THAT(Run({"peers", "--content", "1a2b9"}).out,
              HasSubstr("Transmission"));
  EXPECT_EQ(daemon_.LastRequest<v1::ListPeersRequest>().content_id(), kOther);
  EXPECT_THAT(Run({"peers", "--json"}).out,
              HasSubstr("\"address\":\"10.0.0.1:6881\""));
  EXPECT_EQ(Run({"peers", "--content", "ffff"}).code, 5);
  daemon_.SetPeers({});
  EXPECT_EQ(Run({"peers"}).out, "no peer is connected\n");
}

TEST_F(SwarmCliTest, EachCommandOfTheCacheHasHelp) {
  for (const char* command :
       {"list", "show", "pin", "unpin", "evict", "adopt"}) {
    const Result help = Run({"cache", command, "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, HasSubstr("Example")) << command;
    EXPECT_THAT(Run({"cache", "--help"}).out,
                HasSubstr(absl::StrCat("\n  ", command, " ")));
  }
  const Result wrong = Run({"cache", "lits"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("did you mean \"list\"?"));
}

TEST_F(SwarmCliTest, ADaemonThatIsNotThereIsToldSo) {
  daemon_.Stop();
  for (const char* command : {"cache", "peers"}) {
    EXPECT_EQ(Run({command}).code, 4) << command;
  }
}

// Flags of jobs.

TEST_F(SwarmCliTest, GetPassesTheFlagsOfPeersOn) {
  daemon_.SetFetchScript(
      {[](v1::Job& job) { job.set_state(v1::JOB_STATE_ACKNOWLEDGED); }});
  const std::string info_hash(40, 'a');
  const std::string sha256(64, 'b');
  const Result result =
      Run({"get", "http://o.test/a", "--download-mode", "http-only",
           "--private", "--manifest", "x/../m.torrent", "--info-hash",
           info_hash, "--manifest-sha256", sha256, "--integrity", "mandatory"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto request = daemon_.LastRequest<v1::FetchRequest>();
  EXPECT_EQ(request.job().download_mode(), v1::DOWNLOAD_MODE_HTTP_ONLY);
  EXPECT_TRUE(request.job().private_());
  const v1::JobFile& file = request.files(0);
  EXPECT_EQ(file.manifest().location(), folder_ + "/m.torrent");
  EXPECT_EQ(file.manifest().info_hash(), info_hash);
  EXPECT_EQ(file.manifest().sha256(), sha256);
  EXPECT_EQ(file.required_integrity(), v1::INTEGRITY_MANDATORY);
}

TEST_F(SwarmCliTest, WithoutThemNothingIsAsked) {
  daemon_.SetFetchScript(
      {[](v1::Job& job) { job.set_state(v1::JOB_STATE_ACKNOWLEDGED); }});
  ASSERT_EQ(Run({"get", "http://o.test/a"}).code, 0);
  const auto request = daemon_.LastRequest<v1::FetchRequest>();
  EXPECT_EQ(request.job().download_mode(), v1::DOWNLOAD_MODE_UNSPECIFIED);
  EXPECT_FALSE(request.job().private_());
  EXPECT_FALSE(request.files(0).has_manifest());
  EXPECT_EQ(request.files(0).required_integrity(), v1::INTEGRITY_UNSPECIFIED);
}

TEST_F(SwarmCliTest, IntegrityIsForAllFilesAManifestForOne) {
  ASSERT_EQ(Run({"create", "http://o.test/a", "http://o.test/b", "--name", "n",
                 "--integrity", "any"})
                .code,
            0);
  const auto request = daemon_.LastRequest<v1::CreateJobRequest>();
  ASSERT_EQ(request.files_size(), 2);
  EXPECT_EQ(request.files(1).required_integrity(), v1::INTEGRITY_ANY);
  for (const std::string flag :
       {"--manifest", "--info-hash", "--manifest-sha256"}) {
    const Result several =
        Run({"get", "http://o.test/a", "http://o.test/b", flag, "x"});
    EXPECT_EQ(several.code, 2) << flag;
    EXPECT_THAT(several.err, HasSubstr("are for one URL"));
  }
}

TEST_F(SwarmCliTest, AManifestMayBeAUrl) {
  v1::Job job;
  job.set_id(kJob);
  job.set_state(v1::JOB_STATE_SUSPENDED);
  daemon_.PutJob(job);
  ASSERT_EQ(Run({"add", kJob, "http://o.test/a", "--manifest",
                 "HTTPS://o.test/a.torrent"})
                .code,
            0);
  EXPECT_EQ(
      daemon_.LastRequest<v1::AddFilesRequest>().files(0).manifest().location(),
      "HTTPS://o.test/a.torrent");
  const Result wrong = Run(
      {"add", kJob, "http://o.test/a", "--manifest", "ftp://o.test/a.torrent"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("is no http or https URL"));
}

TEST_F(SwarmCliTest, SetChangesModeAndPrivacy) {
  v1::Job job;
  job.set_id(kJob);
  daemon_.PutJob(job);
  ASSERT_EQ(Run({"set", kJob, "--download-mode", "internet", "--private"}).code,
            0);
  auto request = daemon_.LastRequest<v1::UpdateJobRequest>();
  EXPECT_THAT(request.update_mask().paths(),
              ElementsAre("download_mode", "private"));
  EXPECT_EQ(daemon_.GetJob(kJob).download_mode(), v1::DOWNLOAD_MODE_INTERNET);
  EXPECT_TRUE(daemon_.GetJob(kJob).private_());
  ASSERT_EQ(Run({"set", kJob, "--reset", "private"}).code, 0);
  EXPECT_FALSE(daemon_.GetJob(kJob).private_());
  EXPECT_EQ(Run({"set", kJob, "--download-mode", "wan"}).code, 2);
}

TEST_F(SwarmCliTest, TheLastLineSaysWhatCameFromWhere) {
  daemon_.SetFetchScript({[](v1::Job& job) {
    job.set_state(v1::JOB_STATE_ACKNOWLEDGED);
    v1::JobProgress& progress = *job.mutable_progress();
    progress.set_transferred_bytes(256 * kMiB);
    progress.set_total_bytes(256 * kMiB);
    progress.set_total_files(1);
    progress.mutable_source_bytes()->set_origin_bytes(32 * kMiB);
    progress.mutable_source_bytes()->set_lan_bytes(224 * kMiB);
  }});
  const Result result = Run({"get", "http://o.test/a"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("1 file, 256 MiB in "));
  EXPECT_THAT(result.out, HasSubstr(", from origin 32.0 MiB, LAN 224 MiB\n"));
}

}  // namespace
}  // namespace convoy
