#include "tests/metainfo_v2.h"

#include <cstdint>
#include <filesystem>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/file_storage.hpp>
#include <vector>

#include "gtest/gtest.h"

namespace convoy::testing {

std::string MetainfoV2Of(const std::string& path, int piece_length) {
  namespace lt = libtorrent;
  const std::filesystem::path file(path);
  lt::file_storage files;
  files.add_file(file.filename().string(),
                 static_cast<std::int64_t>(std::filesystem::file_size(file)));
  lt::create_torrent maker(files, piece_length, lt::create_torrent::v2_only);
  lt::error_code error;
  lt::set_piece_hashes(maker, file.parent_path().string(), error);
  EXPECT_FALSE(error) << error.message();
  const std::vector<char> bytes = maker.generate_buf();
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace convoy::testing
