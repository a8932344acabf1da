#pragma once
// SQLite writes its log in pieces: for each page of a commit a head of 24 bytes and the page. Here they are joined into
// one write, which costs a quarter of it. For sql_session.cpp only.

namespace ivig::store {

/// Makes SQLite open its files through this: what is written to a write-ahead log waits in memory until it is synced,
/// read or cut; other files are left alone. Once for the process, before the first connection; further calls do
/// nothing.
///
/// INVARIANT: every connection that writes has `synchronous = FULL` and `cache_spill = OFF` before it writes. Then
/// SQLite writes to the log only while it commits, syncs it within that, and nobody is told of a page before. What
/// waits after a failure is thrown away: it was never committed. Returns whether SQLite took it; without it all works
/// as well, at a higher cost.
bool join_log_writes();

}  // namespace ivig::store
