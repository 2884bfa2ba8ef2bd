#include "peer/libtorrent_metainfo.h"

#include <cstddef>
#include <libtorrent/bdecode.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/info_hash.hpp>
#include <libtorrent/sha1_hash.hpp>
#include <libtorrent/span.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

namespace lt = libtorrent;

lt::span<const char> SpanOf(absl::string_view bytes) {
  return lt::span<const char>(bytes.data(),
                              static_cast<std::ptrdiff_t>(bytes.size()));
}

absl::StatusOr<std::shared_ptr<lt::torrent_info>> Read(
    absl::string_view metainfo) {
  lt::error_code error;
  auto info = std::make_shared<lt::torrent_info>(SpanOf(metainfo), error,
                                                 lt::from_span);
  if (error) return absl::InvalidArgumentError(error.message());
  return info;
}

std::string Text(absl::string_view text) {
  return absl::StrCat(text.size(), ":", text);
}

// That of an authenticated group, or empty.
absl::string_view CertificateOf(const lt::bdecode_node& metainfo) {
  const lt::bdecode_node info = metainfo.dict_find_dict("info");
  const lt::string_view pem = info.dict_find_string_value("ssl-cert");
  return absl::string_view(pem.data(), pem.size());
}

std::string AsVersion1(const Manifest& manifest,
                       absl::string_view certificate) {
  const PieceLayout& layout = manifest.layout;
  std::string hashes;
  for (PieceIndex piece; piece.value < layout.count(); ++piece.value) {
    absl::StrAppend(&hashes,
                    manifest.HashOf(piece).substr(0, Manifest::kHashSize));
  }
  return absl::StrCat(
      "d4:infod6:lengthi", layout.size(), "e4:name", Text(manifest.name),
      "12:piece lengthi", layout.piece_length(), "e6:pieces", Text(hashes),
      manifest.is_private ? "7:privatei1e" : "",
      certificate.empty() ? "" : absl::StrCat("8:ssl-cert", Text(certificate)),
      "ee");
}

}  // namespace

absl::StatusOr<std::shared_ptr<lt::torrent_info>> TorrentInfoOf(
    const Manifest& manifest) {
  if (HasInfoOfPeers(manifest)) return Read(manifest.metainfo);
  lt::error_code error;
  const lt::bdecode_node metainfo =
      lt::bdecode(SpanOf(manifest.metainfo), error);
  if (error) return absl::InvalidArgumentError(error.message());
  CONVOY_ASSIGN_OR_RETURN(std::shared_ptr<lt::torrent_info> info,
                          Read(AsVersion1(manifest, CertificateOf(metainfo))));
  // A torrent_info takes the hash of its dictionary, and has no way to be given
  // another one. In the place of version 1 there may be one of version 2 that
  // is cut short (info_hash_t).
  const_cast<lt::info_hash_t&>(info->info_hashes()) =
      lt::info_hash_t(lt::sha1_hash(manifest.info_hash.data()));
  return info;
}

bool HasInfoOfPeers(const Manifest& manifest) {
  return !manifest.hash_kind.is_version2();
}

}  // namespace convoy
