#include "batch/spill.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace ivig::batch {
namespace {

[[noreturn]] void refuse(std::filesystem::path const& path) {
  throw std::system_error(errno == 0 ? EIO : errno, std::generic_category(), path.string());
}

}  // namespace

SpillFile::SpillFile(std::filesystem::path const& folder, std::size_t buffer_bytes)
    : folder_(folder), buffer_(buffer_bytes) {
  std::string name = (folder / "ivig-cds-review-XXXXXX").string();
  int const descriptor = mkostemp(name.data(), O_CLOEXEC);  // mode 0600
  if (descriptor < 0) refuse(folder_);
  unlink(name.c_str());
  file_.reset(fdopen(descriptor, "w+b"));
  if (!file_ || std::setvbuf(file_.get(), buffer_.data(), _IOFBF, buffer_.size()) != 0) refuse(folder_);
}

void SpillFile::write(void const* bytes, std::size_t size) {
  if (size == 0) return;  // of an empty text, which may stand nowhere: the C library wants a place
  if (std::fwrite(bytes, 1, size, file_.get()) != size) refuse(folder_);
  bytes_ += size;
}

void SpillFile::rewind() {
  if (std::fflush(file_.get()) != 0) refuse(folder_);
  std::rewind(file_.get());
}

bool SpillFile::read(void* bytes, std::size_t size) {
  if (size == 0) return true;
  std::size_t const got = std::fread(bytes, 1, size, file_.get());
  if (got == size) return true;
  if (got != 0 || std::ferror(file_.get()) != 0) refuse(folder_);
  return false;
}

std::string SpillFile::take_all() {
  rewind();
  std::string all(bytes_, '\0');
  if (!all.empty() && !read(all.data(), all.size())) refuse(folder_);
  file_.reset();
  return all;
}

void OutcomeRun::add(Outcome const& outcome) {
  file_.write_value(outcome.place);
  file_.write_value(outcome.problem);
  file_.write_value(static_cast<std::uint64_t>(outcome.text.size()));
  file_.write(outcome.text);
}

bool OutcomeRun::next(Outcome& outcome) {
  std::uint64_t size = 0;
  if (!file_.read_value(outcome.place)) return false;
  if (!file_.read_value(outcome.problem) || !file_.read_value(size)) return false;
  outcome.text.resize(size);
  return size == 0 || file_.read(outcome.text.data(), size);
}

}  // namespace ivig::batch
