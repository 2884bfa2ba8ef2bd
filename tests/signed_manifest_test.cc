// Manifests over plain HTTP that somebody has signed, where integrity is
// mandatory: real daemons, a real nginx, the real `convoy publish`.

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/nginx.h"
#include "tests/pem_folder.h"
#include "tests/process.h"
#include "tests/swarm_site.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kMiB = 1 << 20;

class SignedManifestTest : public ::testing::Test {
 protected:
  SignedManifestTest() {
    for (const char* name : {"fleet", "stranger"}) keys_.MakeAuthority(name);
    Believe("fleet");
    file_ = site_.Serve("a.bin", 4 * kMiB);
  }

  // From the next reading on, those who sign as `name`.
  void Believe(const std::string& name) {
    WriteFile(SignersFile(), ReadFile(keys_.Path(name)));
  }
  std::string SignersFile() const { return folder_.path() + "/signers.pem"; }
  std::string ManifestOf(const std::string& name) {
    return absl::StrCat(site_.origin().root(), "/", name, ".torrent");
  }

  // Publishes the origin's folder anew; signed by `name`, with its certificate.
  void Sign(const std::string& name) {
    const std::string key = folder_.path() + "/" + name + "-signs.pem";
    WriteFile(key,
              ReadFile(keys_.Path(name + "-key")) + ReadFile(keys_.Path(name)));
    ProcessOptions options;
    options.argv = {Runfile("client/cli/convoy"),
                    "publish",
                    site_.origin().root(),
                    "--url-prefix",
                    site_.origin().Url(""),
                    "--sign-key",
                    key};
    const ProcessResult result = RunProcess(options);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_THAT(result.output, HasSubstr("written    " + ManifestOf("a.bin")));
  }
  TestDaemon& StartMachine(SwarmSite::Settings more = {}) {
    more.emplace_back("swarm.integrity", "mandatory");
    more.emplace_back("swarm.signers_file", SignersFile());
    return site_.StartMachine(more);
  }
  static std::vector<std::string> Reload(TestDaemon& daemon) {
    grpc::ClientContext context;
    v1::ReloadConfigResponse response;
    const grpc::Status status =
        daemon.admin().ReloadConfig(&context, {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.mistakes().begin(), response.mistakes().end()};
  }

  // The job of machine 0 fails, and says why; so does Explain.
  void ExpectRefused(const std::string& id, const std::string& why) {
    SCOPED_TRACE(why);
    TestDaemon& daemon = site_.machine(0);
    const auto job =
        daemon.WaitFor(id, {v1::JOB_STATE_ERROR, v1::JOB_STATE_TRANSFERRED});
    ASSERT_TRUE(job.ok()) << job.status();
    EXPECT_EQ(job->state(), v1::JOB_STATE_ERROR) << job->DebugString();
    EXPECT_EQ(job->error().detail().reason(),
              v1::ERROR_REASON_VALIDATION_FAILED);
    EXPECT_EQ(job->error().detail().policy(), "swarm.integrity");
    EXPECT_EQ(job->progress().transferred_bytes(), 0);
    const auto explained = daemon.Explain(id);
    ASSERT_TRUE(explained.ok()) << explained.status();
    EXPECT_THAT(explained->DebugString(), HasSubstr(absl::CEscape(why)));
    EXPECT_THAT(explained->DebugString(),
                HasSubstr("or is signed by a key of swarm.signers_file"));
    EXPECT_THAT(job->error().message(), HasSubstr(why));
  }
  std::string IntegrityOf(int number, const std::string& id) {
    const auto files = site_.machine(number).Files(id);
    EXPECT_TRUE(files.ok()) << files.status();
    return files.ok() ? files->at(0).integrity() : "";
  }

  PemFolder keys_;
  TempDir folder_;
  SwarmSite site_;
  PublishedFile file_;
};

TEST_F(SignedManifestTest, PeersGiveWhatASignerVouchesFor) {
  Sign("fleet");
  StartMachine();
  StartMachine(FromPeersAlone());
  site_.Adopt(0, file_);
  const std::string id = site_.Begin(1, file_);
  const auto whole = site_.machine(1).WaitFor(
      id, {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ(IntegrityOf(1, id), "pieces of a manifest signed by fleet");
  const v1::Job job = site_.End(1, id, file_);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), 4 * kMiB);
}

TEST_F(SignedManifestTest, UnsignedIsRefusedUntilItIsSigned) {
  TestDaemon& daemon = StartMachine();
  const std::string id = site_.Begin(0, file_);
  ExpectRefused(id,
                "no authenticated manifest (pieces of a manifest given by an "
                "unauthenticated origin; it bears no signature)");
  Sign("fleet");
  ASSERT_TRUE(daemon.Resume(id).ok());
  site_.End(0, id, file_);
}

TEST_F(SignedManifestTest,
       AnotherSignerIsRefusedUntilTheConfigurationKnowsHim) {
  Sign("stranger");
  TestDaemon& daemon = StartMachine();
  const std::string id = site_.Begin(0, file_);
  const std::string why =
      "it is signed by stranger, who is not in swarm.signers_file";
  ExpectRefused(id, why);

  // What cannot be read changes nothing.
  WriteFile(SignersFile(), ReadFile(keys_.Path("stranger-key")));
  EXPECT_THAT(Reload(daemon),
              ElementsAre(absl::StrCat(
                  "command line: swarm.signers_file: ", SignersFile(),
                  " has a private key; only certificates and public keys "
                  "belong there")));
  ASSERT_TRUE(daemon.Resume(id).ok());
  ExpectRefused(id, why);

  Believe("stranger");
  EXPECT_THAT(Reload(daemon), IsEmpty());
  ASSERT_TRUE(daemon.Resume(id).ok());
  site_.End(0, id, file_);

  // And nobody else any more.
  Sign("fleet");
  ExpectRefused(site_.Begin(0, file_),
                "it is signed by fleet, who is not in swarm.signers_file");
}

// By somebody between the origin and the machine.
TEST_F(SignedManifestTest, ASignedManifestOfAnotherFileIsRefused) {
  site_.Serve("b.bin", 4 * kMiB);
  Sign("fleet");
  WriteFile(ManifestOf("a.bin"), ReadFile(ManifestOf("b.bin")));
  WriteFile(site_.origin().root() + "/a.bin",
            ReadFile(site_.origin().root() + "/b.bin"));
  StartMachine();
  ExpectRefused(site_.Begin(0, file_),
                "it is signed by fleet for a file \"b.bin\", and no URL of the "
                "job ends with that name");
}

TEST_F(SignedManifestTest, ChangedPiecesAreRefused) {
  Sign("fleet");
  std::string manifest = ReadFile(ManifestOf("a.bin"));
  const std::size_t hashes = manifest.find("6:pieces");
  manifest[manifest.find(':', hashes + 8) + 1] ^= 1;
  WriteFile(ManifestOf("a.bin"), manifest);
  StartMachine();
  ExpectRefused(site_.Begin(0, file_), "its signature by fleet does not match");
}

}  // namespace
}  // namespace convoy::testing
