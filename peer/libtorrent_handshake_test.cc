#include "peer/libtorrent_handshake.h"

#include <gtest/gtest.h>

#include <libtorrent/bdecode.hpp>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

std::optional<ShareHandshake> Read(const std::string& bytes) {
  lt::error_code error;
  const lt::bdecode_node node = lt::bdecode(bytes, error);
  EXPECT_FALSE(error) << error.message();
  return ReadShareHandshake(node);
}

std::string With(const std::string& machine, int number) {
  return absl::StrCat("d10:cv_machine", machine.size(), ":", machine,
                      "1:md8:cv_sharei", number, "eee");
}

TEST(LibtorrentHandshakeTest, TellsNumberAndMachine) {
  const auto read = Read(With("18446744073709551615", 255));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->number, 255);
  EXPECT_EQ(read->machine, std::numeric_limits<MachineId>::max());
  EXPECT_EQ(Read(With("0", 9))->machine, 0u);
}

TEST(LibtorrentHandshakeTest, OthersDoNotSpeakIt) {
  for (const std::string& bytes :
       {std::string("i7e"), std::string("le"), std::string("de"),
        std::string("d1:mi1ee"), std::string("d1:md8:cv_sharei9eee"),
        std::string("d10:cv_machine1:71:md6:ut_pexi1eee"), With("seven", 9),
        With("-1", 9), With("18446744073709551616", 9), With("", 9),
        With("7", 0), With("7", -1), With("7", 256),
        std::string("d10:cv_machinei7e1:md8:cv_sharei9eee")}) {
    EXPECT_FALSE(Read(bytes)) << bytes;
  }
}

}  // namespace
}  // namespace convoy
