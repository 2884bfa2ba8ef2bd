#include "daemon/sqlite_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/unknown_field_set.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

SqliteValue SignedValue(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

SqliteValue OptionalValue(const std::optional<std::int64_t>& value) {
  if (!value.has_value()) return std::monostate();
  return *value;
}

SqliteValue DurationValue(const std::optional<absl::Duration>& duration) {
  if (!duration.has_value()) return std::monostate();
  return absl::ToInt64Nanoseconds(*duration);
}

// Lists are protobuf messages without a schema, as their texts need not be
// UTF-8. None: NULL.
SqliteValue ListValue(const UnknownFieldSet& fields) {
  if (fields.empty()) return std::monostate();
  SqliteBlob blob;
  fields.SerializeToString(&blob.bytes);
  return blob;
}

SqliteValue RangesValue(const std::vector<ByteRange>& ranges) {
  UnknownFieldSet fields;
  for (const ByteRange& range : ranges) {
    fields.AddVarint(1, static_cast<std::uint64_t>(range.offset));
    fields.AddVarint(2, static_cast<std::uint64_t>(range.length));
  }
  return ListValue(fields);
}

SqliteValue TextsValue(const std::vector<std::string>& texts) {
  UnknownFieldSet fields;
  for (const std::string& text : texts) fields.AddLengthDelimited(1, text);
  return ListValue(fields);
}

SqliteValue HeadersValue(const std::vector<HttpHeader>& headers) {
  UnknownFieldSet fields;
  for (const HttpHeader& header : headers) {
    fields.AddLengthDelimited(1, header.name);
    fields.AddLengthDelimited(2, header.value);
  }
  return ListValue(fields);
}

SqliteValue MapValue(const std::map<std::string, std::string>& map) {
  UnknownFieldSet fields;
  for (const auto& [key, value] : map) {
    fields.AddLengthDelimited(1, key);
    fields.AddLengthDelimited(2, value);
  }
  return ListValue(fields);
}

// Reads a row's columns one after another.
class RowReader {
 public:
  RowReader(const SqliteStatement& row, int first_column)
      : row_(row), column_(first_column) {}

  std::int64_t Int64() { return row_.Int64(column_++); }
  std::uint64_t Uint64() { return static_cast<std::uint64_t>(Int64()); }
  int Int() { return static_cast<int>(Int64()); }
  bool Bool() { return Int64() != 0; }
  std::string Bytes() { return row_.Bytes(column_++); }
  absl::StatusOr<JobId> Id() { return ReadId(row_, column_++); }
  bool IsNull() const { return row_.IsNull(column_); }

  std::optional<std::int64_t> OptionalInt64() {
    if (!IsNull()) return Int64();
    ++column_;
    return std::nullopt;
  }
  absl::Time Time() {
    if (!IsNull()) return TimeOf(row_, column_++);
    ++column_;
    return absl::InfinitePast();
  }
  std::optional<absl::Duration> OptionalDuration() {
    const std::optional<std::int64_t> nanoseconds = OptionalInt64();
    if (!nanoseconds.has_value()) return std::nullopt;
    if (*nanoseconds == kForever) return absl::InfiniteDuration();
    return absl::Nanoseconds(*nanoseconds);
  }
  template <typename Message>
  bool Parse(Message* message) {
    return message->ParseFromString(Bytes());
  }
  // `kinds` fields make an element; each has the given type.
  bool List(UnknownField::Type type, int kinds, UnknownFieldSet* fields) {
    if (!fields->ParseFromString(Bytes())) return false;
    for (int i = 0; i < fields->field_count(); ++i) {
      const UnknownField& field = fields->field(i);
      if (field.type() != type || field.number() != i % kinds + 1) return false;
    }
    return fields->field_count() % kinds == 0;
  }

 private:
  const SqliteStatement& row_;
  int column_;
};

bool ReadRanges(RowReader& reader, std::vector<ByteRange>* ranges) {
  UnknownFieldSet fields;
  if (!reader.List(UnknownField::TYPE_VARINT, 2, &fields)) return false;
  for (int i = 0; i < fields.field_count(); i += 2) {
    ranges->push_back(
        {static_cast<std::int64_t>(fields.field(i).varint()),
         static_cast<std::int64_t>(fields.field(i + 1).varint())});
  }
  return true;
}

bool ReadTexts(RowReader& reader, std::vector<std::string>* texts) {
  UnknownFieldSet fields;
  if (!reader.List(UnknownField::TYPE_LENGTH_DELIMITED, 1, &fields)) {
    return false;
  }
  for (int i = 0; i < fields.field_count(); ++i) {
    texts->push_back(fields.field(i).length_delimited());
  }
  return true;
}

bool ReadHeaders(RowReader& reader, std::vector<HttpHeader>* headers) {
  UnknownFieldSet fields;
  if (!reader.List(UnknownField::TYPE_LENGTH_DELIMITED, 2, &fields)) {
    return false;
  }
  for (int i = 0; i < fields.field_count(); i += 2) {
    headers->push_back({fields.field(i).length_delimited(),
                        fields.field(i + 1).length_delimited()});
  }
  return true;
}

// NULL stands for a job that is needed whenever, and that no file declares.
void AppendDeclared(const Job& job, std::vector<SqliteValue>* values) {
  if (job.needed_by == absl::InfiniteFuture()) {
    values->push_back(std::monostate());
  } else {
    values->push_back(absl::ToUnixNanos(job.needed_by));
  }
  if (job.declared == nullptr) {
    values->resize(values->size() + 2);
    return;
  }
  values->push_back(job.declared->file);
  values->push_back(std::int64_t{job.declared->mode});
}

void ReadDeclared(RowReader& reader, Job* job) {
  const std::optional<std::int64_t> needed_by = reader.OptionalInt64();
  if (needed_by.has_value()) job->needed_by = absl::FromUnixNanos(*needed_by);
  const bool declared = !reader.IsNull();
  DeclaredTerms terms;
  terms.file = reader.Bytes();
  terms.mode = static_cast<mode_t>(reader.Int64());
  if (!declared) return;
  job->declared = std::make_unique<DeclaredTerms>(std::move(terms));
}

bool ReadMap(RowReader& reader, std::map<std::string, std::string>* map) {
  UnknownFieldSet fields;
  if (!reader.List(UnknownField::TYPE_LENGTH_DELIMITED, 2, &fields)) {
    return false;
  }
  for (int i = 0; i < fields.field_count(); i += 2) {
    map->emplace(fields.field(i).length_delimited(),
                 fields.field(i + 1).length_delimited());
  }
  return true;
}

void AppendExtras(const JobExtras& extras, std::vector<SqliteValue>* values) {
  values->push_back(MapValue(extras.annotations));
  if (extras.notify_command == nullptr) {
    values->push_back(std::monostate());
  } else {
    values->push_back(SqliteBlob{extras.notify_command->SerializeAsString()});
  }
  values->push_back(DurationValue(extras.maximum_download_time));
  values->push_back(std::int64_t{extras.cost_flags});
  values->push_back(extras.maximum_download_bytes);
  values->push_back(std::int64_t{extras.on_demand});
  values->push_back(DurationValue(extras.inactivity_timeout));
  values->push_back(extras.notify_watcher);
}

bool ReadExtras(RowReader& reader, std::unique_ptr<JobExtras>* extras) {
  JobExtras read;
  if (!ReadMap(reader, &read.annotations)) return false;
  const bool has_command = !reader.IsNull();
  auto command = std::make_shared<v1::NotifyCommand>();
  if (!reader.Parse(command.get())) return false;
  if (has_command) read.notify_command = std::move(command);
  read.maximum_download_time = reader.OptionalDuration();
  read.cost_flags = static_cast<std::uint32_t>(reader.Int64());
  read.maximum_download_bytes = reader.Int64();
  read.on_demand = reader.Bool();
  read.inactivity_timeout = reader.OptionalDuration();
  read.notify_watcher = reader.Bytes();
  if (!read.empty()) *extras = std::make_unique<JobExtras>(std::move(read));
  return true;
}

void AppendFailure(const JobFailure* failure,
                   std::vector<SqliteValue>* values) {
  if (failure == nullptr) {
    values->resize(values->size() + 4);
    return;
  }
  values->push_back(SqliteBlob{failure->detail.SerializeAsString()});
  values->push_back(failure->message);
  values->push_back(OptionalValue(failure->file_index));
  values->push_back(TimeValue(failure->time));
}

// What is behind it is read either way.
bool ReadFailure(RowReader& reader, std::unique_ptr<JobFailure>* failure) {
  const bool failed = !reader.IsNull();
  auto read = std::make_unique<JobFailure>();
  if (!reader.Parse(&read->detail)) return false;
  read->message = reader.Bytes();
  if (const auto index = reader.OptionalInt64()) {
    read->file_index = static_cast<int>(*index);
  }
  read->time = reader.Time();
  if (failed) *failure = std::move(read);
  return true;
}

void AppendProof(const FileProof* proof, std::vector<SqliteValue>* values) {
  if (proof == nullptr) {
    values->resize(values->size() + 4);
    return;
  }
  values->push_back(std::int64_t{proof->required});
  values->push_back(proof->manifest_location);
  values->push_back(SqliteBlob{proof->manifest_info_hash});
  values->push_back(SqliteBlob{proof->manifest_sha256});
}

// What is behind it is read either way.
bool ReadProof(RowReader& reader, std::unique_ptr<FileProof>* proof) {
  const bool asked = !reader.IsNull();
  auto read = std::make_unique<FileProof>();
  const int required = reader.Int();
  read->manifest_location = reader.Bytes();
  read->manifest_info_hash = reader.Bytes();
  read->manifest_sha256 = reader.Bytes();
  if (!v1::Integrity_IsValid(required)) return false;
  read->required = static_cast<v1::Integrity>(required);
  if (asked) *proof = std::move(read);
  return true;
}

void AppendTransfer(const FileTransferState* transfer,
                    std::vector<SqliteValue>* values) {
  if (transfer == nullptr) {
    values->resize(values->size() + 19);
    return;
  }
  values->push_back(transfer->temporary_path);
  values->push_back(SignedValue(transfer->device));
  values->push_back(SignedValue(transfer->inode));
  values->push_back(SqliteBlob{transfer->checkpoint});
  values->push_back(transfer->validator.etag);
  values->push_back(transfer->validator.last_modified);
  values->push_back(HeadersValue(transfer->response_headers));
  values->push_back(transfer->effective_url);
  values->push_back(transfer->integrity);
  values->push_back(SqliteBlob{transfer->content_id});
  values->push_back(transfer->sources.origin);
  values->push_back(transfer->sources.mirror);
  values->push_back(transfer->sources.local);
  values->push_back(transfer->sources.lan);
  values->push_back(transfer->sources.group);
  values->push_back(transfer->sources.internet);
  values->push_back(transfer->sources.cache_host);
  values->push_back(std::int64_t{transfer->http_status});
  values->push_back(transfer->server_address);
}

bool ReadTransfer(RowReader& reader,
                  std::unique_ptr<FileTransferState>* transfer) {
  if (reader.IsNull()) return true;
  auto read = std::make_unique<FileTransferState>();
  read->temporary_path = reader.Bytes();
  read->device = reader.Uint64();
  read->inode = reader.Uint64();
  read->checkpoint = reader.Bytes();
  read->validator.etag = reader.Bytes();
  read->validator.last_modified = reader.Bytes();
  if (!ReadHeaders(reader, &read->response_headers)) return false;
  read->effective_url = reader.Bytes();
  read->integrity = reader.Bytes();
  read->content_id = reader.Bytes();
  read->sources.origin = reader.Int64();
  read->sources.mirror = reader.Int64();
  read->sources.local = reader.Int64();
  read->sources.lan = reader.Int64();
  read->sources.group = reader.Int64();
  read->sources.internet = reader.Int64();
  read->sources.cache_host = reader.Int64();
  read->http_status = reader.Int();
  read->server_address = reader.Bytes();
  *transfer = std::move(read);
  return true;
}

bool ReadNotification(RowReader& reader,
                      std::unique_ptr<v1::JobNotification>* notification) {
  if (reader.IsNull()) return true;
  auto read = std::make_unique<v1::JobNotification>();
  if (!reader.Parse(read.get())) return false;
  *notification = std::move(read);
  return true;
}

absl::Status Senseless(absl::string_view column) {
  return absl::DataLossError(absl::StrCat("senseless ", column));
}

}  // namespace

SqliteBlob IdValue(const JobId& id) {
  return SqliteBlob{std::string(
      reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size())};
}

absl::StatusOr<JobId> ReadId(const SqliteStatement& row, int column) {
  const std::string text = row.Bytes(column);
  if (text.size() != JobId::kSize) return Senseless("id");
  JobId::Bytes bytes;
  std::copy(text.begin(), text.end(), bytes.begin());
  return JobId(bytes);
}

SqliteValue TimeValue(absl::Time time) {
  if (time == absl::InfinitePast()) return std::monostate();
  return absl::ToUnixNanos(time);
}

absl::Time TimeOf(const SqliteStatement& row, int column) {
  const std::int64_t nanoseconds = row.Int64(column);
  if (nanoseconds == kForever) return absl::InfiniteFuture();
  return absl::FromUnixNanos(nanoseconds);
}

const std::string& JobColumns() {
  static const std::string* const columns = new std::string(
      "sequence, id, owner_uid, owner_gid, state, priority, notify_flags, "
      "error_count, attempts_without_progress, complete_when_transferred, "
      "display_name, description, no_progress_timeout, minimum_retry_delay, "
      "http, create_time, modify_time, transfer_complete_time, "
      "next_retry_time, last_progress_time, revision, private, download_mode, "
      "notices_due, download_time, annotations, notify_command, "
      "maximum_download_time, cost_flags, maximum_download_bytes, on_demand, "
      "inactivity_timeout, notify_watcher, needed_by, declared_file, "
      "declared_mode, failure_detail, failure_message, failure_file_index, "
      "failure_time, notification");
  return *columns;
}

std::vector<SqliteValue> JobValues(const Job& job) {
  std::vector<SqliteValue> values;
  values.reserve(41);
  values.push_back(SignedValue(job.sequence));
  values.push_back(IdValue(job.id));
  values.push_back(std::int64_t{job.owner.uid});
  values.push_back(std::int64_t{job.owner.gid});
  values.push_back(std::int64_t{job.state});
  values.push_back(std::int64_t{job.priority});
  values.push_back(std::int64_t{job.notify_flags});
  values.push_back(std::int64_t{job.error_count});
  values.push_back(std::int64_t{job.attempts_without_progress});
  values.push_back(std::int64_t{job.complete_when_transferred});
  values.push_back(job.display_name);
  values.push_back(job.description);
  values.push_back(DurationValue(job.no_progress_timeout));
  values.push_back(DurationValue(job.minimum_retry_delay));
  if (job.http == nullptr) {
    values.push_back(std::monostate());
  } else {
    values.push_back(SqliteBlob{job.http->SerializeAsString()});
  }
  values.push_back(TimeValue(job.create_time));
  values.push_back(TimeValue(job.modify_time));
  values.push_back(TimeValue(job.transfer_complete_time));
  values.push_back(TimeValue(job.next_retry_time));
  values.push_back(TimeValue(job.last_progress_time));
  values.push_back(SignedValue(job.revision));
  values.push_back(std::int64_t{job.is_private});
  values.push_back(std::int64_t{job.download_mode});
  values.push_back(std::int64_t{job.notices_due});
  values.push_back(DurationValue(job.download_time));
  AppendExtras(ExtrasOf(job), &values);
  AppendDeclared(job, &values);
  AppendFailure(job.failure.get(), &values);
  if (job.notification == nullptr) {
    values.push_back(std::monostate());
  } else {
    values.push_back(SqliteBlob{job.notification->SerializeAsString()});
  }
  return values;
}

// A line for each column: the length is that of the table.
absl::StatusOr<std::unique_ptr<Job>> ReadJob(const SqliteStatement& row) {
  RowReader reader(row, 0);
  auto job = std::make_unique<Job>();
  job->sequence = reader.Uint64();
  CONVOY_ASSIGN_OR_RETURN(job->id, reader.Id());
  job->owner.uid = static_cast<uid_t>(reader.Int64());
  job->owner.gid = static_cast<gid_t>(reader.Int64());
  const int state = reader.Int();
  if (!v1::JobState_IsValid(state)) return Senseless("state");
  job->state = static_cast<v1::JobState>(state);
  const int priority = reader.Int();
  if (!v1::JobPriority_IsValid(priority)) return Senseless("priority");
  job->priority = static_cast<v1::JobPriority>(priority);
  job->notify_flags = static_cast<std::uint32_t>(reader.Int64());
  job->error_count = reader.Int();
  job->attempts_without_progress = reader.Int();
  job->complete_when_transferred = reader.Bool();
  job->display_name = reader.Bytes();
  job->description = reader.Bytes();
  job->no_progress_timeout = reader.OptionalDuration();
  job->minimum_retry_delay = reader.OptionalDuration();
  if (reader.IsNull()) {
    reader.Bytes();
  } else {
    auto http = std::make_shared<v1::HttpOptions>();
    if (!reader.Parse(http.get())) return Senseless("http");
    job->http = std::move(http);
  }
  job->create_time = reader.Time();
  job->modify_time = reader.Time();
  job->transfer_complete_time = reader.Time();
  job->next_retry_time = reader.Time();
  job->last_progress_time = reader.Time();
  job->revision = reader.Uint64();
  job->is_private = reader.Bool();
  const int mode = reader.Int();
  if (!v1::DownloadMode_IsValid(mode)) return Senseless("download_mode");
  job->download_mode = static_cast<v1::DownloadMode>(mode);
  job->notices_due = static_cast<std::uint32_t>(reader.Int64());
  job->download_time = reader.OptionalDuration().value_or(absl::ZeroDuration());
  if (!ReadExtras(reader, &job->extras)) return Senseless("annotations");
  ReadDeclared(reader, job.get());
  if (!ReadFailure(reader, &job->failure)) return Senseless("failure_detail");
  if (!ReadNotification(reader, &job->notification)) {
    return Senseless("notification");
  }
  return job;
}

const std::string& FileColumns() {
  static const std::string* const columns = new std::string(
      "file_index, transferred, completed, remote_url, local_path, ranges, "
      "mirror_urls, expected_size, expected_sha256, client_file_id, "
      "required_integrity, manifest_location, manifest_info_hash, "
      "manifest_sha256, validated, requested_ranges, size, flushed_bytes, "
      "temporary_path, device, inode, "
      "checkpoint, etag, "
      "last_modified, response_headers, effective_url, integrity, content_id, "
      "origin_bytes, mirror_bytes, local_bytes, lan_bytes, group_bytes, "
      "internet_bytes, cache_host_bytes, http_status, server_address");
  return *columns;
}

std::vector<SqliteValue> FileValues(const JobFile& file) {
  std::vector<SqliteValue> values;
  values.reserve(37);
  values.push_back(std::int64_t{file.index});
  values.push_back(std::int64_t{file.transferred});
  values.push_back(std::int64_t{file.completed});
  values.push_back(file.remote_url);
  values.push_back(file.local_path);
  values.push_back(RangesValue(file.ranges));
  values.push_back(TextsValue(file.mirror_urls));
  values.push_back(OptionalValue(file.expected_size));
  values.push_back(SqliteBlob{file.expected_sha256});
  values.push_back(file.client_file_id);
  AppendProof(file.proof.get(), &values);
  values.push_back(file.validated.has_value()
                       ? SqliteValue(std::int64_t{*file.validated})
                       : SqliteValue(std::monostate()));
  values.push_back(RangesValue(file.demand == nullptr ? std::vector<ByteRange>()
                                                      : file.demand->ranges));
  values.push_back(OptionalValue(file.size));
  values.push_back(file.flushed_bytes);
  AppendTransfer(file.transfer.get(), &values);
  return values;
}

absl::StatusOr<JobFile> ReadFile(const SqliteStatement& row, int first_column) {
  RowReader reader(row, first_column);
  JobFile file;
  file.index = reader.Int();
  file.transferred = reader.Bool();
  file.completed = reader.Bool();
  file.remote_url = reader.Bytes();
  file.local_path = reader.Bytes();
  if (!ReadRanges(reader, &file.ranges)) return Senseless("ranges");
  if (!ReadTexts(reader, &file.mirror_urls)) return Senseless("mirror_urls");
  file.expected_size = reader.OptionalInt64();
  file.expected_sha256 = reader.Bytes();
  file.client_file_id = reader.Bytes();
  if (!ReadProof(reader, &file.proof)) return Senseless("required_integrity");
  if (const auto validated = reader.OptionalInt64()) {
    file.validated = *validated != 0;
  }
  FileDemand demand;
  if (!ReadRanges(reader, &demand.ranges)) return Senseless("requested_ranges");
  if (!demand.ranges.empty()) {
    file.demand = std::make_unique<FileDemand>(std::move(demand));
  }
  file.size = reader.OptionalInt64();
  file.flushed_bytes = reader.Int64();
  if (!ReadTransfer(reader, &file.transfer)) {
    return Senseless("response_headers");
  }
  return file;
}

}  // namespace convoy
