#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <libtorrent/bdecode.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/hasher.hpp>
#include <libtorrent/sha1_hash.hpp>
#include <libtorrent/span.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "peer/base/status_macros.h"
#include "peer/base/url_text.h"
#include "peer/manifest.h"
#include "peer/piece_digest.h"
#include "peer/piece_layout.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

namespace lt = libtorrent;

// The deepest thing in a metainfo file is a file tree.
constexpr int kMaxDepth = 32;
// A file needs some thirty, and two for each tracker.
constexpr int kMaxTokens = 100'000;
constexpr std::size_t kMaxNameSize = 255;
constexpr std::size_t kMaxUrlSize = 2200;
constexpr std::size_t kMaxUrls = 100;
constexpr std::int64_t kMaxPieceLength = 64 << 20;
constexpr std::int64_t kMetaVersion = 2;  // BEP 52.

absl::string_view View(lt::string_view text) {
  return absl::string_view(text.data(), text.size());
}

absl::StatusOr<lt::bdecode_node> Decode(absl::string_view metainfo) {
  if (metainfo.size() > Manifest::kMaxMetainfoSize) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a manifest of ", metainfo.size(), " bytes is longer than the ",
        Manifest::kMaxMetainfoSize, " that are read"));
  }
  lt::error_code error;
  int position = 0;
  lt::bdecode_node root = lt::bdecode(
      lt::span<const char>(metainfo.data(),
                           static_cast<std::ptrdiff_t>(metainfo.size())),
      error, &position, kMaxDepth, kMaxTokens);
  if (error) {
    return absl::InvalidArgumentError(absl::StrCat(
        "it is not bencoded: ", error.message(), " at byte ", position));
  }
  if (root.type() != lt::bdecode_node::dict_t) {
    return absl::InvalidArgumentError("it is not a bencoded dictionary");
  }
  const auto read = static_cast<std::size_t>(root.data_section().size());
  if (read != metainfo.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "something follows the bencoded dictionary, at byte ", read));
  }
  return root;
}

// Not a hybrid one.
bool IsVersion2Alone(const lt::bdecode_node& info) {
  return !info.dict_find("pieces") &&
         (info.dict_find("meta version") || info.dict_find("file tree"));
}

// What version 2 says of the file. A tree of one file has the file's name, and
// below it an empty one.
absl::StatusOr<lt::bdecode_node> FileOfTree(const lt::bdecode_node& info) {
  if (info.dict_find_int_value("meta version", -1) != kMetaVersion) {
    return absl::InvalidArgumentError(
        absl::StrCat("its \"meta version\" is not ", kMetaVersion));
  }
  const lt::bdecode_node tree = info.dict_find_dict("file tree");
  if (!tree || tree.dict_size() == 0) {
    return absl::InvalidArgumentError("it has no \"file tree\"");
  }
  const auto [name, below] = tree.dict_at(0);
  lt::bdecode_node file;
  if (tree.dict_size() == 1 && below.type() == lt::bdecode_node::dict_t &&
      below.dict_size() == 1 && name == info.dict_find_string_value("name")) {
    file = below.dict_find_dict("");
  }
  if (!file) {
    return absl::InvalidArgumentError(
        "its \"file tree\" is not that of a single file");
  }
  return file;
}

// What has the file's "length".
absl::StatusOr<lt::bdecode_node> FileOf(const lt::bdecode_node& info) {
  if (info.dict_find("files")) {
    return absl::InvalidArgumentError(
        "it describes a folder (\"files\"), not a single file");
  }
  if (IsVersion2Alone(info)) return FileOfTree(info);
  return info;
}

absl::StatusOr<std::int64_t> SizeOf(const lt::bdecode_node& file) {
  const lt::bdecode_node length = file.dict_find_int("length");
  if (!length) return absl::InvalidArgumentError("it has no \"length\"");
  const std::int64_t size = length.int_value();
  if (size == 0) {
    return absl::InvalidArgumentError(
        "its file is empty: there is nothing to get from peers");
  }
  if (size < 0 || size > PieceLayout::kMaxSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("no file can have the \"length\" ", size));
  }
  return size;
}

absl::StatusOr<PieceLayout> LayoutOf(const lt::bdecode_node& info,
                                     const lt::bdecode_node& file) {
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t size, SizeOf(file));
  const std::int64_t length = info.dict_find_int_value("piece length", -1);
  const bool power_of_two = length > 0 && (length & (length - 1)) == 0;
  if (!power_of_two || length < PieceLayout::kBlockLength ||
      length > kMaxPieceLength) {
    return absl::InvalidArgumentError(absl::StrCat(
        "its \"piece length\" ", length, " is not a power of two from ",
        PieceLayout::kBlockLength, " to ", kMaxPieceLength));
  }
  const std::optional<PieceLayout> layout = PieceLayout::Make(size, length);
  if (!layout.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a file of ", size, " bytes in pieces of ", length,
        " bytes has more than ", PieceLayout::kMaxCount, " pieces"));
  }
  return *layout;
}

// `pieces`: a string, or nothing.
absl::StatusOr<absl::string_view> HashesOf(const lt::bdecode_node& pieces,
                                           PieceHashKind kind,
                                           const PieceLayout& layout) {
  if (!pieces) {
    return absl::InvalidArgumentError(
        kind.is_version2()
            ? "it has no piece hashes of its file (\"piece layers\")"
            : "it has no piece hashes (\"pieces\")");
  }
  const absl::string_view hashes = View(pieces.string_value());
  const std::size_t wanted =
      static_cast<std::size_t>(layout.count()) * kind.size();
  if (hashes.size() != wanted) {
    return absl::InvalidArgumentError(absl::StrCat(
        "its piece hashes are ", hashes.size(), " bytes long, but ",
        layout.count(), " pieces have ", wanted));
  }
  return hashes;
}

absl::StatusOr<absl::string_view> HashesOfTree(const lt::bdecode_node& metainfo,
                                               const lt::bdecode_node& file,
                                               PieceHashKind kind,
                                               const PieceLayout& layout) {
  const lt::string_view root = file.dict_find_string_value("pieces root");
  if (root.size() != kind.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "its file has no \"pieces root\" of ", kind.size(), " bytes"));
  }
  // A single piece's hash is the root, and told nowhere else.
  if (layout.count() == 1) return View(root);
  lt::bdecode_node layer;
  if (const auto layers = metainfo.dict_find_dict("piece layers")) {
    layer = layers.dict_find_string(root);
  }
  CONVOY_ASSIGN_OR_RETURN(const absl::string_view hashes,
                          HashesOf(layer, kind, layout));
  if (PiecesRoot(layout, std::string(hashes)) != View(root)) {
    return absl::InvalidArgumentError(
        "its piece hashes are not those of the file's \"pieces root\"");
  }
  return hashes;
}

void SetInfoHashes(const lt::bdecode_node& info, Manifest* manifest) {
  if (info.dict_find_int_value("meta version", -1) == kMetaVersion) {
    const lt::sha256_hash v2 = lt::hasher256(info.data_section()).final();
    manifest->info_hash_v2.assign(v2.data(), lt::sha256_hash::size());
  }
  if (manifest->hash_kind.is_version2()) {
    manifest->info_hash = manifest->info_hash_v2.substr(0, Manifest::kHashSize);
  } else {
    const lt::sha1_hash v1 = lt::hasher(info.data_section()).final();
    manifest->info_hash.assign(v1.data(), lt::sha1_hash::size());
  }
}

absl::StatusOr<std::string> NameOf(const lt::bdecode_node& info) {
  const lt::bdecode_node node = info.dict_find_string("name");
  if (!node) return absl::InvalidArgumentError("it has no \"name\"");
  const absl::string_view name = View(node.string_value());
  const bool is_path = absl::StrContains(name, '/') ||
                       absl::StrContains(name, '\0') || name == "." ||
                       name == "..";
  if (name.empty() || name.size() > kMaxNameSize || is_path) {
    return absl::InvalidArgumentError(
        absl::StrCat("its \"name\" can be no file's: \"",
                     absl::CHexEscape(name.substr(0, kMaxNameSize)), "\""));
  }
  return ToUtf8(name);
}

// The strings of `list`, a list or, for `url-list`, a single string.
void AddStrings(const lt::bdecode_node& list, std::vector<std::string>& urls) {
  if (list.type() == lt::bdecode_node::string_t) {
    if (urls.size() < kMaxUrls && list.string_length() > 0 &&
        static_cast<std::size_t>(list.string_length()) <= kMaxUrlSize) {
      urls.emplace_back(View(list.string_value()));
    }
  } else if (list.type() == lt::bdecode_node::list_t) {
    for (int i = 0; i < list.list_size(); ++i) {
      AddStrings(list.list_at(i), urls);
    }
  }
}

bool HasScheme(absl::string_view url,
               std::initializer_list<absl::string_view> schemes) {
  return std::any_of(schemes.begin(), schemes.end(),
                     [url](absl::string_view scheme) {
                       return absl::StartsWithIgnoreCase(url, scheme) &&
                              url.size() > scheme.size();
                     });
}

// Those that can be used, each once, percent-encoded where they must be.
std::vector<std::string> Usable(
    const std::vector<std::string>& urls,
    std::initializer_list<absl::string_view> schemes) {
  std::vector<std::string> usable;
  for (const std::string& text : urls) {
    std::string url = EncodedUrl(absl::StripAsciiWhitespace(text));
    if (url.size() <= kMaxUrlSize && HasScheme(url, schemes) &&
        std::find(usable.begin(), usable.end(), url) == usable.end()) {
      usable.push_back(std::move(url));
    }
  }
  return usable;
}

std::vector<std::string> UrlSeedsOf(const lt::bdecode_node& root,
                                    absl::string_view raw_name) {
  std::vector<std::string> urls;
  if (const lt::bdecode_node list = root.dict_find("url-list")) {
    AddStrings(list, urls);
  }
  for (std::string& url : urls) {
    // BEP 19: of a URL that ends so, the name is the rest.
    if (absl::EndsWith(url, "/")) {
      absl::StrAppend(&url, EncodedPathComponent(raw_name));
    }
  }
  return Usable(urls, {"http://", "https://"});
}

std::vector<std::string> TrackersOf(const lt::bdecode_node& root) {
  std::vector<std::string> urls;
  if (const lt::bdecode_node list = root.dict_find_list("announce-list")) {
    AddStrings(list, urls);
  }
  // BEP 12: "announce" counts where there is no list.
  if (urls.empty()) {
    if (const lt::bdecode_node one = root.dict_find_string("announce")) {
      AddStrings(one, urls);
    }
  }
  return Usable(urls, {"http://", "https://", "udp://"});
}

// A text's bytes; of another value its bencoded form.
absl::string_view Bytes(const lt::bdecode_node& node) {
  if (node.type() == lt::bdecode_node::string_t) {
    return View(node.string_value());
  }
  const lt::span<const char> section = node.data_section();
  return absl::string_view(section.data(),
                           static_cast<std::size_t>(section.size()));
}

// The value of `key` in `dictionary`; null: it has none. INVALID_ARGUMENT: the
// key is there twice, or the value is of another type or too long.
absl::StatusOr<lt::bdecode_node> OnlyValue(const lt::bdecode_node& dictionary,
                                           absl::string_view key,
                                           lt::bdecode_node::type_t type,
                                           std::size_t max_size) {
  lt::bdecode_node found;
  for (int i = 0; i < dictionary.dict_size(); ++i) {
    const auto [name, value] = dictionary.dict_at(i);
    if (View(name) != key) continue;
    if (found) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", key, "\" is there twice"));
    }
    found = value;
  }
  if (!found) return found;
  if (found.type() != type) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", key, "\" is of another type"));
  }
  if (Bytes(found).size() > max_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", key, "\" is longer than ", max_size, " bytes"));
  }
  return found;
}

absl::StatusOr<ManifestSignature> SignatureOf(absl::string_view signer,
                                              const lt::bdecode_node& node) {
  if (signer.empty() || signer.size() > ManifestSignature::kMaxSignerSize) {
    return absl::InvalidArgumentError("a signer without a name that fits");
  }
  if (node.type() != lt::bdecode_node::dict_t) {
    return absl::InvalidArgumentError("a signature that is no dictionary");
  }
  ManifestSignature read;
  read.signer = std::string(signer);
  const auto take = [&node](absl::string_view key,
                            lt::bdecode_node::type_t type, std::size_t max_size,
                            std::string* into) -> absl::Status {
    CONVOY_ASSIGN_OR_RETURN(const lt::bdecode_node value,
                            OnlyValue(node, key, type, max_size));
    if (value) *into = std::string(Bytes(value));
    return absl::OkStatus();
  };
  CONVOY_RETURN_IF_ERROR(take("signature", lt::bdecode_node::string_t,
                              ManifestSignature::kMaxSignatureSize,
                              &read.signature));
  CONVOY_RETURN_IF_ERROR(take("certificate", lt::bdecode_node::string_t,
                              ManifestSignature::kMaxCertificateSize,
                              &read.certificate));
  CONVOY_RETURN_IF_ERROR(take("info", lt::bdecode_node::dict_t,
                              ManifestSignature::kMaxInfoSize, &read.info));
  if (read.signature.empty()) {
    return absl::InvalidArgumentError("one has no \"signature\"");
  }
  return read;
}

// BEP 35.
absl::StatusOr<std::vector<ManifestSignature>> SignaturesOf(
    const lt::bdecode_node& root) {
  CONVOY_ASSIGN_OR_RETURN(
      const lt::bdecode_node list,
      OnlyValue(root, "signatures", lt::bdecode_node::dict_t,
                Manifest::kMaxMetainfoSize));
  std::vector<ManifestSignature> signatures;
  if (!list) return signatures;
  if (list.dict_size() > static_cast<int>(ManifestSignature::kMaxCount)) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", list.dict_size(),
                     "; allowed: ", ManifestSignature::kMaxCount));
  }
  for (int i = 0; i < list.dict_size(); ++i) {
    const auto [signer, node] = list.dict_at(i);
    CONVOY_ASSIGN_OR_RETURN(ManifestSignature read,
                            SignatureOf(View(signer), node));
    const bool known = std::any_of(signatures.begin(), signatures.end(),
                                   [&read](const ManifestSignature& each) {
                                     return each.signer == read.signer;
                                   });
    if (known) return absl::InvalidArgumentError("a signer is there twice");
    signatures.push_back(std::move(read));
  }
  return signatures;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Manifest>> ReadManifest(
    absl::string_view metainfo) {
  CONVOY_ASSIGN_OR_RETURN(const lt::bdecode_node root, Decode(metainfo));
  const lt::bdecode_node info = root.dict_find_dict("info");
  if (!info) {
    return absl::InvalidArgumentError("it has no \"info\" dictionary");
  }
  auto manifest = std::make_shared<Manifest>();
  CONVOY_ASSIGN_OR_RETURN(manifest->name, NameOf(info));
  CONVOY_ASSIGN_OR_RETURN(const lt::bdecode_node file, FileOf(info));
  CONVOY_ASSIGN_OR_RETURN(manifest->layout, LayoutOf(info, file));
  const PieceLayout& layout = manifest->layout;
  absl::StatusOr<absl::string_view> hashes;
  if (IsVersion2Alone(info)) {
    manifest->hash_kind = PieceHashKind::Version2(layout);
    hashes = HashesOfTree(root, file, manifest->hash_kind, layout);
  } else {
    hashes =
        HashesOf(info.dict_find_string("pieces"), manifest->hash_kind, layout);
  }
  CONVOY_RETURN_IF_ERROR(hashes.status());
  manifest->piece_hashes = std::string(*hashes);
  SetInfoHashes(info, manifest.get());
  manifest->url_seeds =
      UrlSeedsOf(root, View(info.dict_find_string_value("name")));
  manifest->trackers = TrackersOf(root);
  manifest->is_private = info.dict_find_int_value("private", 0) == 1;
  absl::StatusOr<std::vector<ManifestSignature>> signatures =
      SignaturesOf(root);
  if (signatures.ok()) {
    manifest->signatures = *std::move(signatures);
  } else {
    manifest->signatures_fault = std::string(signatures.status().message());
  }
  manifest->metainfo = std::string(metainfo);
  manifest->info_begin =
      static_cast<std::size_t>(info.data_section().data() - metainfo.data());
  manifest->info_size = static_cast<std::size_t>(info.data_section().size());
  return std::shared_ptr<const Manifest>(std::move(manifest));
}

}  // namespace convoy
