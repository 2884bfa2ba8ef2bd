// libtorrent reads what we make as we mean it.

#include <gtest/gtest.h>

#include <libtorrent/error_code.hpp>
#include <libtorrent/sha1_hash.hpp>
#include <libtorrent/span.hpp>
#include <libtorrent/torrent_info.hpp>
#include <string>

#include "peer/content_testing.h"
#include "peer/late_manifest.h"

namespace convoy {
namespace {

namespace lt = libtorrent;

LateContent Content() {
  LateContent content;
  content.size = 5 << 20;
  content.sha256 = std::string(32, '\x01');
  content.group_key = "key";
  content.group_ca_pem = kTestGroupCa;
  return content;
}

lt::torrent_info InfoOf(const Manifest& manifest) {
  lt::error_code error;
  lt::torrent_info info(lt::span<const char>(manifest.metainfo.data(),
                                             static_cast<std::ptrdiff_t>(
                                                 manifest.metainfo.size())),
                        error, lt::from_span);
  EXPECT_FALSE(error) << error.message();
  return info;
}

void ExpectSame(const lt::torrent_info& info, const Manifest& manifest) {
  EXPECT_EQ(info.info_hashes().v1.to_string(), manifest.info_hash);
  EXPECT_FALSE(info.info_hashes().has_v2());
  EXPECT_EQ(info.name(), manifest.name);
  EXPECT_EQ(info.num_files(), 1);
  EXPECT_EQ(info.total_size(), manifest.layout.size());
  EXPECT_EQ(info.piece_length(), manifest.layout.piece_length());
  ASSERT_EQ(info.num_pieces(), manifest.layout.count());
  EXPECT_EQ(info.hash_for_piece(lt::piece_index_t(3)).to_string(),
            manifest.HashOf(PieceIndex{3}));
}

TEST(LibtorrentLateManifestTest, ReadsALateBoundContentOfAGroup) {
  const auto manifest = MakeLateManifest(Content());
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  const lt::torrent_info info = InfoOf(**manifest);
  ExpectSame(info, **manifest);
  EXPECT_EQ(std::string(info.ssl_cert().data(), info.ssl_cert().size()),
            kTestGroupCa);
}

TEST(LibtorrentLateManifestTest, OutsideOfAGroupThereIsNoCertificate) {
  LateContent content = Content();
  content.group_key.clear();
  content.group_ca_pem.clear();
  const auto manifest = MakeLateManifest(content);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  const lt::torrent_info info = InfoOf(**manifest);
  ExpectSame(info, **manifest);
  EXPECT_TRUE(info.ssl_cert().empty());
}

TEST(LibtorrentLateManifestTest, ReadsAGroupsManifest) {
  LateContent content = Content();
  content.group_key.clear();
  content.group_ca_pem.clear();
  const auto open = MakeLateManifest(content);
  ASSERT_TRUE(open.ok()) << open.status();
  const auto group = MakeGroupManifest(**open, kTestGroupCa, "key");
  ASSERT_TRUE(group.ok()) << group.status();
  const lt::torrent_info info = InfoOf(**group);
  ExpectSame(info, **group);
  EXPECT_EQ(std::string(info.ssl_cert().data(), info.ssl_cert().size()),
            kTestGroupCa);
}

}  // namespace
}  // namespace convoy
