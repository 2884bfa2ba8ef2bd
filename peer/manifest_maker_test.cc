#include "peer/manifest_maker.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "peer/base/unique_fd.h"
#include "peer/manifest.h"
#include "peer/sha1.h"
#include "peer/sha256.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kMiB = 1 << 20;

// A file without a name that holds `bytes`.
UniqueFd FileOf(const std::string& bytes) {
  char name[] = "/tmp/convoy-maker-XXXXXX";
  UniqueFd fd(mkstemp(name));
  unlink(name);
  EXPECT_EQ(pwrite(fd.get(), bytes.data(), bytes.size(), 0),
            static_cast<ssize_t>(bytes.size()));
  return fd;
}

// Bytes of which no two pieces are alike.
std::string Content(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1'664'525 + 1'013'904'223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

bool GoOn(std::int64_t) { return true; }

v1::ErrorReason ReasonOf(const absl::Status& status) {
  return ErrorDetailOf(status).reason();
}

TEST(ManifestMakerTest, MakesTheBytesOfAVersion1File) {
  const UniqueFd file = FileOf("abc");
  const auto made =
      MakeManifest(file.get(), {"a b", {"http://o/a%20b"}, {}}, GoOn);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(
      made->metainfo,
      "d10:created by6:convoy4:infod6:lengthi3e4:name3:a b"
      "12:piece lengthi262144e6:pieces20:" +
          absl::HexStringToBytes("a9993e364706816aba3e25717850c26c9cd0d89d") +
          "e8:url-listl14:http://o/a%20bee");
  EXPECT_EQ(absl::BytesToHexString(made->sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(made->size, 3);
}

TEST(ManifestMakerTest, ReadManifestReadsWhatWasMade) {
  const std::string bytes = Content(3 * kMiB + 12'345);
  const UniqueFd file = FileOf(bytes);
  const auto made = MakeManifest(
      file.get(), {"disk.img", {"https://o/disk.img"}, kMiB}, GoOn);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto manifest = ReadManifest(made->metainfo);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ((*manifest)->info_hash, made->info_hash);
  EXPECT_EQ((*manifest)->name, "disk.img");
  EXPECT_EQ((*manifest)->layout.size(), 3 * kMiB + 12'345);
  EXPECT_EQ((*manifest)->layout.piece_length(), kMiB);
  EXPECT_THAT((*manifest)->url_seeds, ElementsAre("https://o/disk.img"));
  EXPECT_FALSE((*manifest)->is_private);
}

TEST(ManifestMakerTest, HashesPiecesThatAreShorterAndLongerThanAStep) {
  for (const std::int64_t piece_length : {kMinGivenPieceLength, 4 * kMiB}) {
    for (const std::int64_t size :
         {piece_length - 1, piece_length, piece_length + 1,
          2 * piece_length + kMiB + 1}) {
      const std::string bytes = Content(static_cast<std::size_t>(size));
      const UniqueFd file = FileOf(bytes);
      const auto made = MakeManifest(file.get(), {"f", {}, piece_length}, GoOn);
      ASSERT_TRUE(made.ok()) << made.status();
      Sha256 whole;
      whole.Update(bytes);
      EXPECT_EQ(made->sha256, whole.Finish());
      const auto manifest = ReadManifest(made->metainfo);
      ASSERT_TRUE(manifest.ok()) << manifest.status();
      for (std::int32_t i = 0; i < (*manifest)->layout.count(); ++i) {
        Sha1 piece;
        piece.Update(absl::string_view(bytes).substr(
            static_cast<std::size_t>(i * piece_length),
            static_cast<std::size_t>(piece_length)));
        EXPECT_EQ((*manifest)->HashOf(PieceIndex{i}), piece.Finish())
            << "piece " << i << " of " << size << " bytes";
      }
    }
  }
}

TEST(ManifestMakerTest, TellsTheBytesReadSoFar) {
  const UniqueFd file = FileOf(Content(2 * kMiB + 5));
  std::vector<std::int64_t> told;
  const auto made =
      MakeManifest(file.get(), {"f", {}, {}}, [&told](std::int64_t done) {
        told.push_back(done);
        return true;
      });
  ASSERT_TRUE(made.ok());
  EXPECT_THAT(told, ElementsAre(kMiB, 2 * kMiB, 2 * kMiB + 5));
}

TEST(ManifestMakerTest, StopsWhenToldTo) {
  const UniqueFd file = FileOf(Content(2 * kMiB));
  int calls = 0;
  const auto made =
      MakeManifest(file.get(), {"f", {}, {}}, [&calls](std::int64_t) {
        ++calls;
        return false;
      });
  EXPECT_EQ(made.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(calls, 1);
}

TEST(ManifestMakerTest, AnEmptyFileHasADigestButNoManifest) {
  const UniqueFd file = FileOf("");
  const auto made = MakeManifest(file.get(), {"f", {"http://o/f"}, {}}, GoOn);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->metainfo, "");
  EXPECT_EQ(made->info_hash, "");
  EXPECT_EQ(absl::BytesToHexString(made->sha256),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(ManifestMakerTest, AFileThatChangesWhileItIsReadIsAnError) {
  // Rewritten in place (its times are set: clocks of file systems are coarse),
  // made longer, made shorter.
  for (const int change : {0, 1, 2}) {
    const UniqueFd file = FileOf(Content(3 * kMiB));
    const auto made = MakeManifest(
        file.get(), {"f", {}, {}}, [&file, change](std::int64_t done) {
          if (done != kMiB) return true;
          const timespec times[2] = {{1, 0}, {1, 0}};
          EXPECT_EQ(change == 0   ? futimens(file.get(), times)
                    : change == 1 ? ftruncate(file.get(), 3 * kMiB + 1)
                                  : ftruncate(file.get(), 2 * kMiB - 7),
                    0);
          return true;
        });
    EXPECT_EQ(ReasonOf(made.status()), v1::ERROR_REASON_LOCAL_FILE_CHANGED)
        << change;
  }
}

TEST(ManifestMakerTest, OnlyPlainFilesHaveManifests) {
  const UniqueFd folder(open("/tmp", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(ReasonOf(MakeManifest(folder.get(), {"f", {}, {}}, GoOn).status()),
            v1::ERROR_REASON_PATH_NOT_REGULAR);
  const UniqueFd device(open("/dev/zero", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(ReasonOf(MakeManifest(device.get(), {"f", {}, {}}, GoOn).status()),
            v1::ERROR_REASON_PATH_NOT_REGULAR);
}

TEST(ManifestMakerTest, RefusesPieceLengthsThatAreNone) {
  const UniqueFd file = FileOf("abc");
  for (const std::int64_t length :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{8192},
        std::int64_t{100'000}, 32 * kMiB}) {
    const auto made = MakeManifest(file.get(), {"f", {}, length}, GoOn);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument)
        << length;
  }
  EXPECT_TRUE(CheckPieceLength(16 << 10).ok());
  EXPECT_TRUE(CheckPieceLength(16 * kMiB).ok());
}

TEST(ManifestMakerTest, RefusesMorePiecesThanThereMayBe) {
  // A hole.
  const UniqueFd file = FileOf("");
  ASSERT_EQ(ftruncate(file.get(), (16LL << 30) + 1), 0);
  const auto made =
      MakeManifest(file.get(), {"f", {}, kMinGivenPieceLength}, GoOn);
  EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(made.status().message()), HasSubstr("more than"));
}

}  // namespace
}  // namespace convoy
