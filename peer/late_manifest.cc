#include "peer/late_manifest.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "peer/base/status_macros.h"
#include "peer/evp_digest.h"
#include "peer/piece_digest.h"
#include "peer/piece_layout.h"
#include "peer/sha1.h"
#include "peer/sha256.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxPem = 64 << 10;

std::string BigEndian(std::uint64_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text.push_back(static_cast<char>(value >> shift & 0xFF));
  }
  return text;
}

// Length and text: two fields never run into each other.
std::string Field(absl::string_view text) {
  return absl::StrCat(BigEndian(text.size(), 8), text);
}

std::string Sha256Of(absl::string_view bytes) {
  Sha256 sha256;
  sha256.Update(bytes);
  return sha256.Finish();
}

std::string KeyOf(const LateContent& content) {
  const std::string size =
      BigEndian(static_cast<std::uint64_t>(content.size), 8);
  if (!content.sha256.empty()) {
    return Sha256Of(absl::StrCat(Field("convoy late 1 digest"),
                                 Field(content.sha256), size,
                                 Field(content.group_key)));
  }
  return Sha256Of(absl::StrCat(Field("convoy late 1"), Field(content.url),
                               Field(content.validator), size,
                               Field(content.group_key)));
}

std::string Placeholders(absl::string_view key, std::int32_t count) {
  std::string hashes;
  hashes.reserve(static_cast<std::size_t>(count) * Manifest::kHashSize);
  for (std::int32_t piece = 0; piece < count; ++piece) {
    Sha1 sha1;
    sha1.Update("convoy piece");
    sha1.Update(key);
    sha1.Update(BigEndian(static_cast<std::uint64_t>(piece), 4));
    hashes += sha1.Finish();
  }
  return hashes;
}

std::string Bencoded(absl::string_view text) {
  return absl::StrCat(text.size(), ":", text);
}
std::string Bencoded(std::int64_t number) {
  return absl::StrCat("i", number, "e");
}

// An info dictionary: bencoded values by key, in BEP 3's order, that of bytes.
using Info = std::map<std::string, std::string>;

Info InfoOf(absl::string_view name, const PieceLayout& layout,
            absl::string_view piece_hashes) {
  return {{"length", Bencoded(layout.size())},
          {"name", Bencoded(name)},
          {"piece length", Bencoded(layout.piece_length())},
          {"pieces", Bencoded(piece_hashes)}};
}

// Of version 2; the pieces' hashes are not in it.
Info InfoOfVersion2(absl::string_view name, const PieceLayout& layout,
                    absl::string_view root) {
  return {{"file tree", absl::StrCat("d", Bencoded(name), "d0:d6:length",
                                     Bencoded(layout.size()), "11:pieces root",
                                     Bencoded(root), "eee")},
          {"meta version", Bencoded(std::int64_t{2})},
          {"name", Bencoded(name)},
          {"piece length", Bencoded(layout.piece_length())}};
}

// `rest`: what the metainfo has behind the info dictionary.
absl::StatusOr<std::shared_ptr<const Manifest>> Read(
    const Info& info, absl::string_view rest = "") {
  std::string metainfo = "d4:infod";
  for (const auto& [key, value] : info) {
    absl::StrAppend(&metainfo, Bencoded(key), value);
  }
  absl::StrAppend(&metainfo, "e", rest, "e");
  return ReadManifest(metainfo);
}

// The certificate alone, in one spelling: comments and line ends in a file of
// one machine must not make another info-hash there.
absl::StatusOr<std::string> PlainCertificate(absl::string_view pem) {
  if (pem.size() > kMaxPem) {
    return absl::InvalidArgumentError("the group's certificate is too long");
  }
  struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  const std::unique_ptr<BIO, Free> in(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<X509, Free> certificate(
      PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  const std::unique_ptr<BIO, Free> out(BIO_new(BIO_s_mem()));
  if (certificate == nullptr || out == nullptr ||
      PEM_write_bio_X509(out.get(), certificate.get()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError(
        "the group's certificate authority is no certificate in PEM");
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Manifest>> MakeLateManifest(
    const LateContent& content) {
  const bool named = content.sha256.size() == Sha256::kSize ||
                     (content.sha256.empty() && !content.url.empty() &&
                      !content.validator.empty());
  if (content.size <= 0 || content.size > PieceLayout::kMaxSize || !named) {
    return absl::InvalidArgumentError(
        "a size and either a SHA-256 or a URL with a validator are needed to "
        "name a content");
  }
  const std::string key = KeyOf(content);
  const PieceLayout layout(content.size);
  Info info = InfoOf(absl::BytesToHexString(key), layout,
                     Placeholders(key, layout.count()));
  info["convoy late"] = Bencoded(key);
  if (!content.group_ca_pem.empty()) {
    CONVOY_ASSIGN_OR_RETURN(const std::string certificate,
                            PlainCertificate(content.group_ca_pem));
    info["ssl-cert"] = Bencoded(certificate);
  }
  return Read(info);
}

absl::StatusOr<std::shared_ptr<const Manifest>> MakeGroupManifest(
    const Manifest& manifest, absl::string_view group_ca_pem,
    absl::string_view group_key) {
  CONVOY_ASSIGN_OR_RETURN(const std::string certificate,
                          PlainCertificate(group_ca_pem));
  Info info;
  std::string rest;
  if (manifest.hash_kind.is_version2()) {
    const std::string root = PiecesRoot(manifest.layout, manifest.piece_hashes);
    info = InfoOfVersion2(manifest.name, manifest.layout, root);
    rest = absl::StrCat("12:piece layersd", Bencoded(root),
                        Bencoded(manifest.piece_hashes), "e");
  } else {
    info = InfoOf(manifest.name, manifest.layout, manifest.piece_hashes);
  }
  info["convoy group"] = Bencoded(HmacSha256(group_key, manifest.info_hash));
  if (manifest.is_private) info["private"] = Bencoded(std::int64_t{1});
  info["ssl-cert"] = Bencoded(certificate);
  return Read(info, rest);
}

}  // namespace convoy
