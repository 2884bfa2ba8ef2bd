// Files of which the origin gives nothing but the URL: no manifest, and a
// digest or none. Real daemons.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/nginx.h"
#include "tests/swarm_site.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

std::string Base64Sha256(const std::string& bytes) {
  return absl::Base64Escape(absl::HexStringToBytes(Sha256Hex(bytes)));
}

// The digest of a.bin, as a header of each answer.
struct Header {
  std::string name;
  std::string before;
  std::string behind;
};

class SwarmUrlTest : public ::testing::TestWithParam<Header> {
 protected:
  static constexpr std::int64_t kSize = 16 * kMiB;

  Nginx::Options Origin(const std::string& rate) const {
    const Header& header = GetParam();
    Nginx::Options options = SlowOrigin(rate);
    options.location =
        absl::StrCat("add_header ", header.name, " '", header.before,
                     Base64Sha256(bytes_), header.behind, "' always;");
    return options;
  }
  PublishedFile PutInto(SwarmSite& site) const {
    PublishedFile file;
    file.name = "a.bin";
    file.url = site.origin().Url(file.name);
    file.bytes = bytes_;
    WriteFile(site.origin().root() + "/" + file.name, bytes_);
    return file;
  }

  const std::string bytes_ = RandomBytes(kSize, 1);
};

TEST_P(SwarmUrlTest, ThreeMachinesTakeOneCopyByTheDigestOfAnHttpsOrigin) {
  Nginx::Options options = Origin("200k");
  options.tls = true;
  SwarmSite site(options);
  const PublishedFile file = PutInto(site);
  site.StartMachines(3);
  v1::Job job;
  job.mutable_http()->mutable_tls()->set_ca_file(
      site.origin().certificate_path());
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(site.Begin(i, file, job));
  std::int64_t from_peers = 0;
  for (int i = 0; i < 3; ++i) {
    const v1::Job done = site.End(i, ids[static_cast<std::size_t>(i)], file);
    from_peers += done.progress().source_bytes().lan_bytes();
    const auto files = site.machine(i).Files(ids[static_cast<std::size_t>(i)]);
    ASSERT_TRUE(files.ok()) << files.status();
    EXPECT_EQ((*files)[0].integrity(), "sha-256 sent by the origin over https");
  }
  EXPECT_LE(static_cast<double>(site.origin().BodyBytesSent()) / kSize, 1.15);
  EXPECT_GE(static_cast<double>(from_peers) / kSize, 1.85);
}

// Whoever is on the way could have written it.
TEST_P(SwarmUrlTest, TheDigestOfAPlainOriginIsNoneForPeers) {
  SwarmSite site(Origin("200k"));
  const PublishedFile file = PutInto(site);
  site.StartMachine();
  const std::string id = site.Begin(0, file);
  v1::SourceExplanation peers;
  site.machine(0).ExplainUntil(id, [&](const v1::ExplainJobResponse& said) {
    for (const v1::SourceExplanation& source : said.sources()) {
      if (source.kind() == v1::SourceExplanation::KIND_LAN_PEERS) {
        peers = source;
      }
    }
    return peers.use() == v1::SourceExplanation::USE_REFUSED;
  });
  EXPECT_EQ(peers.use(), v1::SourceExplanation::USE_REFUSED);
  EXPECT_EQ(peers.reason(),
            "nothing vouches for bytes of peers: there is no manifest, no "
            "sha-256 in the job or from an https origin, and no authenticated "
            "group");
  EXPECT_EQ(peers.policy(), "");
  site.Hurry(0, id);
  const v1::Job done = site.End(0, id, file);
  EXPECT_EQ(done.progress().source_bytes().origin_bytes(), kSize);
}

std::string NameOf(const ::testing::TestParamInfo<Header>& info) {
  return info.param.name == "Digest" ? "Digest" : "ReprDigest";
}

INSTANTIATE_TEST_SUITE_P(Headers, SwarmUrlTest,
                         ::testing::Values(Header{"Digest", "SHA-256=", ""},
                                           Header{"Repr-Digest",
                                                  "sha-256=:", ":"}),
                         &NameOf);

}  // namespace
}  // namespace convoy::testing
