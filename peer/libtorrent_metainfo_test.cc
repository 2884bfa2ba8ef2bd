// libtorrent and we mean the same by a manifest of version 2.

#include "peer/libtorrent_metainfo.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/sha1_hash.hpp>
#include <libtorrent/span.hpp>
#include <libtorrent/torrent_info.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "peer/byte_range.h"
#include "peer/content_testing.h"
#include "peer/late_manifest.h"
#include "peer/manifest.h"
#include "peer/piece_digest.h"
#include "peer/piece_layout.h"
#include "peer/transfer_testing.h"

namespace convoy {
namespace {

namespace lt = libtorrent;

constexpr std::int64_t kPiece = 32 << 10;

using Shared = std::shared_ptr<const Manifest>;

Shared Read(absl::string_view metainfo) {
  const auto manifest = ReadManifest(metainfo);
  EXPECT_TRUE(manifest.ok()) << manifest.status();
  return manifest.ok() ? *manifest : std::make_shared<Manifest>();
}

std::shared_ptr<lt::torrent_info> InfoOf(const Manifest& manifest) {
  const auto info = TorrentInfoOf(manifest);
  EXPECT_TRUE(info.ok()) << info.status();
  return info.ok() ? *info : nullptr;
}

// As libtorrent writes it.
std::string MadeByLibtorrent(const std::string& content) {
  const std::string folder = ::testing::TempDir();
  std::ofstream(folder + "/file", std::ios::binary) << content;
  lt::file_storage files;
  files.add_file("file", static_cast<std::int64_t>(content.size()));
  lt::create_torrent maker(files, kPiece, lt::create_torrent::v2_only);
  lt::error_code error;
  lt::set_piece_hashes(maker, folder, error);
  EXPECT_FALSE(error) << error.message();
  const std::vector<char> bytes = maker.generate_buf();
  return std::string(bytes.begin(), bytes.end());
}

TEST(LibtorrentMetainfoTest, TheHashesOfLibtorrentsManifestsAreThoseOfTheFile) {
  constexpr std::int64_t kBlock = PieceLayout::kBlockLength;
  for (const std::int64_t size :
       {std::int64_t{1}, kBlock, kBlock + 1, kPiece, kPiece + 1, 3 * kPiece,
        7 * kPiece + kBlock, 8 * kPiece - 777, 9 * kPiece + 777}) {
    SCOPED_TRACE(size);
    const std::string content = TestContent(size);
    const std::string metainfo = MadeByLibtorrent(content);
    const lt::torrent_info theirs(
        lt::span<const char>(metainfo.data(),
                             static_cast<std::ptrdiff_t>(metainfo.size())),
        lt::from_span);
    const Shared ours = Read(metainfo);
    EXPECT_EQ(ours->info_hash_v2, theirs.info_hashes().v2.to_string());
    EXPECT_EQ(ours->info_hash, ours->info_hash_v2.substr(0, 20));
    EXPECT_EQ(ours->layout.size(), size);
    ASSERT_EQ(ours->layout.count(), theirs.num_pieces());
    for (PieceIndex piece; piece.value < ours->layout.count(); ++piece.value) {
      const ByteRange range = ours->layout.RangeOf(piece);
      PieceDigest digest(ours->hash_kind);
      digest.Update(absl::string_view(content).substr(
          static_cast<std::size_t>(range.offset),
          static_cast<std::size_t>(range.length)));
      EXPECT_EQ(digest.Finish(), ours->HashOf(piece)) << piece.value;
    }
  }
}

// A file of version 2 is one of version 1 to libtorrent.
TEST(LibtorrentMetainfoTest, PeersSeeTheContentsInfoHash) {
  const std::string content = TestContent(3 * kPiece + 777);
  const Shared manifest = Read(TestMetainfoV2(content, kPiece));
  const auto info = InfoOf(*manifest);
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->info_hashes().v1.to_string(), manifest->info_hash);
  EXPECT_FALSE(info->info_hashes().has_v2());
  EXPECT_EQ(info->name(), "file");
  EXPECT_EQ(info->num_files(), 1);
  EXPECT_EQ(info->total_size(), manifest->layout.size());
  EXPECT_EQ(info->piece_length(), kPiece);
  ASSERT_EQ(info->num_pieces(), 4);
  EXPECT_EQ(info->hash_for_piece(lt::piece_index_t(3)).to_string(),
            manifest->HashOf(PieceIndex{3}).substr(0, 20));
  EXPECT_FALSE(info->priv());
  EXPECT_TRUE(info->ssl_cert().empty());
  EXPECT_FALSE(HasInfoOfPeers(*manifest));
}

TEST(LibtorrentMetainfoTest, PrivateStaysPrivate) {
  const Shared manifest =
      Read(TestMetainfoV2(TestContent(kPiece), kPiece, "7:privatei1e"));
  const auto info = InfoOf(*manifest);
  ASSERT_NE(info, nullptr);
  EXPECT_TRUE(info->priv());
}

TEST(LibtorrentMetainfoTest, TheGroupsCertificateStaysInside) {
  const Shared open = Read(TestMetainfoV2(TestContent(5 * kPiece - 1), kPiece));
  const auto group = MakeGroupManifest(*open, kTestGroupCa, "key");
  ASSERT_TRUE(group.ok()) << group.status();
  const auto info = InfoOf(**group);
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->info_hashes().v1.to_string(), (*group)->info_hash);
  EXPECT_EQ(std::string(info->ssl_cert().data(), info->ssl_cert().size()),
            kTestGroupCa);
}

TEST(LibtorrentMetainfoTest, Version1IsTakenAsItIs) {
  const Shared manifest = Read(TestMetainfo(TestContent(3 * kPiece)));
  const auto info = InfoOf(*manifest);
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->info_hashes().v1.to_string(), manifest->info_hash);
  EXPECT_EQ(info->hash_for_piece(lt::piece_index_t(0)).to_string(),
            manifest->HashOf(PieceIndex{0}));
  EXPECT_TRUE(HasInfoOfPeers(*manifest));
}

}  // namespace
}  // namespace convoy
