#ifndef CONVOY_PEER_CONTENT_TESTING_H_
#define CONVOY_PEER_CONTENT_TESTING_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "peer/sha1.h"
#include "peer/sha256.h"

namespace convoy {

// A metainfo file of `content`, in pieces of 256 KiB. `more`: bencoded members
// of the info dictionary that come behind "pieces".
inline std::string TestMetainfo(absl::string_view content,
                                absl::string_view more = "") {
  constexpr std::size_t kPiece = 256 << 10;
  std::string hashes;
  for (std::size_t at = 0; at < content.size(); at += kPiece) {
    Sha1 sha1;
    sha1.Update(content.substr(at, kPiece));
    hashes += sha1.Finish();
  }
  return absl::StrCat("d4:infod6:lengthi", content.size(),
                      "e4:name4:file12:piece lengthi", kPiece, "e6:pieces",
                      hashes.size(), ":", hashes, more, "ee");
}

// A metainfo file of version 2 (BEP 52), made from all of the file's tree, in
// pieces of `piece` bytes, a power of two. `more`: bencoded members of the info
// dictionary that come behind "piece length".
inline std::string TestMetainfoV2(absl::string_view content,
                                  std::size_t piece = 256 << 10,
                                  absl::string_view more = "") {
  constexpr std::size_t kBlock = 16 << 10;
  const auto hash = [](absl::string_view bytes) {
    Sha256 sha256;
    sha256.Update(bytes);
    return sha256.Finish();
  };
  std::vector<std::string> level;
  for (std::size_t at = 0; at < content.size(); at += kBlock) {
    level.push_back(hash(content.substr(at, kBlock)));
  }
  std::size_t leaves = 1;
  while (leaves < level.size()) leaves *= 2;
  level.resize(leaves, std::string(32, '\0'));
  std::string layer;
  for (std::size_t length = kBlock; level.size() > 1; length *= 2) {
    if (length == piece) {
      for (std::size_t i = 0; i * piece < content.size(); ++i) {
        layer += level[i];
      }
    }
    std::vector<std::string> above;
    for (std::size_t i = 0; i < level.size(); i += 2) {
      above.push_back(hash(level[i] + level[i + 1]));
    }
    level = std::move(above);
  }
  const std::string& root = level[0];
  std::string metainfo = absl::StrCat(
      "d4:infod9:file treed4:filed0:d6:lengthi", content.size(),
      "e11:pieces root32:", root, "eee12:meta versioni2e4:name4:file",
      "12:piece lengthi", piece, "e", more, "e");
  if (layer.empty()) return metainfo + "e";
  return absl::StrCat(metainfo, "12:piece layersd32:", root, layer.size(), ":",
                      layer, "ee");
}

// The certificate authorities of two groups. Nobody has their keys.
constexpr char kTestGroupCa[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBgjCCASegAwIBAgIUeghdNM7XpPUWL1tZoNVhzuY6DVEwCgYIKoZIzj0EAwIw\n"
    "FTETMBEGA1UEAwwKdGVzdCBmbGVldDAgFw0yNjExMjUyMjEwNDlaGA8yMTI2MTEw\n"
    "MTIyMTA0OVowFTETMBEGA1UEAwwKdGVzdCBmbGVldDBZMBMGByqGSM49AgEGCCqG\n"
    "SM49AwEHA0IABC3RjVKRFdUAk2TOrFC2x2k9arOY48IkIR8QJk/fInmNISHjENFm\n"
    "h8aRsuBhivBwiqMmZkVB6fTjudurHVca0TujUzBRMB0GA1UdDgQWBBTC8kVtEg91\n"
    "1USv267yqbWQVZdrzTAfBgNVHSMEGDAWgBTC8kVtEg911USv267yqbWQVZdrzTAP\n"
    "BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDeAArJgqoJmCs+Zly8\n"
    "FL62tLHwElrQM00+5o3yrd5i5gIhANhWyFRbZoTV56LSi8vjMP/Hjr6+9Xkv0Bfm\n"
    "g6jfo9fw\n"
    "-----END CERTIFICATE-----\n";
constexpr char kOtherTestGroupCa[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBgzCCASmgAwIBAgIUPQhEuKwpl4QZX8OJbkiTvhY6qfcwCgYIKoZIzj0EAwIw\n"
    "FjEUMBIGA1UEAwwLb3RoZXIgZmxlZXQwIBcNMjYxMTI1MjIxMDQ5WhgPMjEyNjEx\n"
    "MDEyMjEwNDlaMBYxFDASBgNVBAMMC290aGVyIGZsZWV0MFkwEwYHKoZIzj0CAQYI\n"
    "KoZIzj0DAQcDQgAEmesCZz2kbQnaIX9YoaXM6OioIng1+5JwNYw5u4UtnjQGjK8I\n"
    "4TCYDYDZOEsFSWNESB33C6uGQYQFY7y59e6XyqNTMFEwHQYDVR0OBBYEFAyzvaKl\n"
    "fjNTbFEPzPcl2V3sKMP+MB8GA1UdIwQYMBaAFAyzvaKlfjNTbFEPzPcl2V3sKMP+\n"
    "MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgZ49fQ1J6iLG5TYeS\n"
    "eRZsSujm+iE7q6IguQBtNjjl5isCIQC+p+Ox1dkhsIV1Y9tIM6aqERG4FBK31wwE\n"
    "Xcphv0Wb7g==\n"
    "-----END CERTIFICATE-----\n";

}  // namespace convoy

#endif  // CONVOY_PEER_CONTENT_TESTING_H_
