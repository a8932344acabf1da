#include "store/wal_file.h"

#include <algorithm>
#include <cstddef>
#include <new>
#include <string>

#include <sqlite3.h>

namespace ivig::store {
namespace {

constexpr std::size_t kMostWaiting = 1024 * 1024;
constexpr std::size_t kMostPerWrite = 64 * 1024;  // SQLite's own file takes less than 128 KiB at once

/// What SQLite takes for a file; the system's own file lies behind it in memory.
struct LogFile {
  sqlite3_file base;  // first: SQLite knows no more of it
  sqlite3_int64 at;   ///< where the waiting bytes belong
  std::string waiting;
};

LogFile& log_of(sqlite3_file* file) { return *reinterpret_cast<LogFile*>(file); }
sqlite3_file* system_file(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::byte*>(file) + sizeof(LogFile));
}

int write_waiting(sqlite3_file* file) {
  LogFile& log = log_of(file);
  sqlite3_file* const system = system_file(file);
  int result = SQLITE_OK;
  for (std::size_t done = 0; done < log.waiting.size() && result == SQLITE_OK; done += kMostPerWrite) {
    std::size_t const size = std::min(log.waiting.size() - done, kMostPerWrite);
    result = system->pMethods->xWrite(system, log.waiting.data() + done, static_cast<int>(size),
                                      log.at + static_cast<sqlite3_int64>(done));
  }
  log.waiting.clear();
  return result;
}

int close(sqlite3_file* file) {
  sqlite3_file* const system = system_file(file);
  int const result = system->pMethods->xClose(system);
  log_of(file).~LogFile();
  return result;
}

int read(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  if (int const result = write_waiting(file); result != SQLITE_OK) return result;
  sqlite3_file* const system = system_file(file);
  return system->pMethods->xRead(system, into, size, at);
}

int write(sqlite3_file* file, void const* bytes, int size, sqlite3_int64 at) {
  LogFile& log = log_of(file);
  bool const goes_on = at == log.at + static_cast<sqlite3_int64>(log.waiting.size());
  if (!goes_on || log.waiting.size() >= kMostWaiting) {
    if (int const result = write_waiting(file); result != SQLITE_OK) return result;
  }
  try {
    if (log.waiting.empty()) log.at = at;
    log.waiting.append(static_cast<char const*>(bytes), static_cast<std::size_t>(size));
    return SQLITE_OK;
  } catch (std::bad_alloc const&) {
    return SQLITE_IOERR_NOMEM;  // of a piece or none: the commit fails as a whole
  }
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (int const result = write_waiting(file); result != SQLITE_OK) return result;
  sqlite3_file* const system = system_file(file);
  return system->pMethods->xTruncate(system, size);
}

int sync(sqlite3_file* file, int flags) {
  if (int const result = write_waiting(file); result != SQLITE_OK) return result;
  sqlite3_file* const system = system_file(file);
  return system->pMethods->xSync(system, flags);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  if (int const result = write_waiting(file); result != SQLITE_OK) return result;
  sqlite3_file* const system = system_file(file);
  return system->pMethods->xFileSize(system, size);
}

int lock(sqlite3_file* file, int level) {
  sqlite3_file* const system = system_file(file);
  return system->pMethods->xLock(system, level);
}

int unlock(sqlite3_file* file, int level) {
  sqlite3_file* const system = system_file(file);
  return system->pMethods->xUnlock(system, level);
}

int check_reserved_lock(sqlite3_file* file, int* held) {
  sqlite3_file* const system = system_file(file);
  return system->pMethods->xCheckReservedLock(system, held);
}

int file_control(sqlite3_file* file, int operation, void* argument) {
  sqlite3_file* const system = system_file(file);
  return system->pMethods->xFileControl(system, operation, argument);
}

int sector_size(sqlite3_file* file) {
  sqlite3_file* const system = system_file(file);
  return system->pMethods->xSectorSize(system);
}

int device_characteristics(sqlite3_file* file) {
  sqlite3_file* const system = system_file(file);
  return system->pMethods->xDeviceCharacteristics(system);
}

/// Version 1: no shared memory and no mapping, which SQLite asks of the database's file alone.
constexpr sqlite3_io_methods kLogMethods{.iVersion = 1,
                                         .xClose = close,
                                         .xRead = read,
                                         .xWrite = write,
                                         .xTruncate = truncate,
                                         .xSync = sync,
                                         .xFileSize = file_size,
                                         .xLock = lock,
                                         .xUnlock = unlock,
                                         .xCheckReservedLock = check_reserved_lock,
                                         .xFileControl = file_control,
                                         .xSectorSize = sector_size,
                                         .xDeviceCharacteristics = device_characteristics,
                                         .xShmMap = nullptr,
                                         .xShmLock = nullptr,
                                         .xShmBarrier = nullptr,
                                         .xShmUnmap = nullptr,
                                         .xFetch = nullptr,
                                         .xUnfetch = nullptr};

/// The system's own, which everything but opening a log is left to.
sqlite3_vfs* system_vfs() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
  return vfs;
}

int open(sqlite3_vfs* /*vfs*/, char const* name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* const vfs = system_vfs();
  if ((flags & SQLITE_OPEN_WAL) == 0) return vfs->xOpen(vfs, name, file, flags, out_flags);
  file->pMethods = nullptr;  // not open, as far as SQLite knows
  sqlite3_file* const system = system_file(file);
  int const result = vfs->xOpen(vfs, name, system, flags, out_flags);
  if (result != SQLITE_OK) {
    if (system->pMethods != nullptr) system->pMethods->xClose(system);
    return result;
  }
  new (file) LogFile{{&kLogMethods}, 0, {}};
  return SQLITE_OK;
}

sqlite3_vfs joining_vfs() {
  sqlite3_vfs vfs = *system_vfs();
  vfs.zName = "ivig-cds";
  vfs.pNext = nullptr;
  vfs.szOsFile += static_cast<int>(sizeof(LogFile));
  vfs.xOpen = open;
  return vfs;
}

}  // namespace

bool join_log_writes() {
  if (system_vfs() == nullptr) return false;
  // SQLite keeps the pointer for the rest of the process.
  static sqlite3_vfs vfs = joining_vfs();
  static bool const taken = sqlite3_vfs_register(&vfs, 1) == SQLITE_OK;
  return taken;
}

}  // namespace ivig::store
