#include "bench/torrent_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <libtorrent/bencode.hpp>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/file_storage.hpp>

#include "absl/strings/str_cat.h"
#include "bench/usage.h"

namespace convoy::bench {

void WriteTorrent(const std::string& path, int piece_length,
                  const std::string& url, const std::string& torrent) {
  const std::filesystem::path file(path);
  lt::file_storage files;
  files.add_file(file.filename().string(),
                 static_cast<std::int64_t>(std::filesystem::file_size(file)));
  lt::create_torrent maker(files, piece_length, lt::create_torrent::v1_only);
  maker.add_url_seed(url);
  lt::error_code error;
  lt::set_piece_hashes(maker, file.parent_path().string(), error);
  if (error) Fail(absl::StrCat("hashing ", path, ": ", error.message()));
  std::ofstream out(torrent, std::ios::binary);
  lt::bencode(std::ostreambuf_iterator<char>(out), maker.generate());
  out.close();
  if (!out) Fail("cannot write " + torrent);
}

}  // namespace convoy::bench
