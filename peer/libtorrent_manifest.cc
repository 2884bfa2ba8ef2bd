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

absl::StatusOr<std::int64_t> SizeOf(const lt::bdecode_node& info) {
  if (info.dict_find("files")) {
    return absl::InvalidArgumentError(
        "it describes a folder (\"files\"), not a single file");
  }
  if (!info.dict_find("pieces") &&
      (info.dict_find("meta version") || info.dict_find("file tree"))) {
    return absl::InvalidArgumentError(
        "it is of BitTorrent version 2 only: there are no version 1 hashes");
  }
  const lt::bdecode_node length = info.dict_find_int("length");
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

absl::StatusOr<PieceLayout> LayoutOf(const lt::bdecode_node& info) {
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t size, SizeOf(info));
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

absl::StatusOr<absl::string_view> HashesOf(const lt::bdecode_node& info,
                                           const PieceLayout& layout) {
  const lt::bdecode_node pieces = info.dict_find_string("pieces");
  if (!pieces) {
    return absl::InvalidArgumentError("it has no piece hashes (\"pieces\")");
  }
  const absl::string_view hashes = View(pieces.string_value());
  const std::size_t wanted =
      static_cast<std::size_t>(layout.count()) * Manifest::kHashSize;
  if (hashes.size() != wanted) {
    return absl::InvalidArgumentError(absl::StrCat(
        "its piece hashes are ", hashes.size(), " bytes long, but ",
        layout.count(), " pieces have ", wanted));
  }
  return hashes;
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

}  // namespace

absl::StatusOr<std::shared_ptr<const Manifest>> ReadManifest(
    absl::string_view metainfo) {
  CONVOY_ASSIGN_OR_RETURN(const lt::bdecode_node root, Decode(metainfo));
  const lt::bdecode_node info = root.dict_find_dict("info");
  if (!info) {
    return absl::InvalidArgumentError("it has no \"info\" dictionary");
  }
  auto manifest = std::make_shared<Manifest>();
  CONVOY_ASSIGN_OR_RETURN(manifest->layout, LayoutOf(info));
  CONVOY_ASSIGN_OR_RETURN(const absl::string_view hashes,
                          HashesOf(info, manifest->layout));
  CONVOY_ASSIGN_OR_RETURN(manifest->name, NameOf(info));
  manifest->piece_hashes = std::string(hashes);
  const lt::sha1_hash info_hash = lt::hasher(info.data_section()).final();
  manifest->info_hash.assign(info_hash.data(), lt::sha1_hash::size());
  manifest->url_seeds =
      UrlSeedsOf(root, View(info.dict_find_string_value("name")));
  manifest->trackers = TrackersOf(root);
  manifest->is_private = info.dict_find_int_value("private", 0) == 1;
  manifest->metainfo = std::string(metainfo);
  return std::shared_ptr<const Manifest>(std::move(manifest));
}

}  // namespace convoy
