#pragma once
// A small FHIR server for tests: real sockets, HTTP or HTTPS, a thread per connection. It holds resources, answers
// reads and searches in pages, misbehaves where it is told to, and keeps a log of what it was asked and with which
// token.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/json_body.h"
#include "base/json_read.h"

namespace ivig::test {

/// One line of the server's log.
struct Asked {
  std::string method, target, authorization, accept, accept_encoding, host, traceparent, tracestate;
  int connection = 0;  ///< counted from 1

  [[nodiscard]] std::string line() const { return method + " " + target + " [" + authorization + "]"; }
};

/// How the server misbehaves for targets that begin in some way.
struct Misbehaviour {
  enum class Kind {
    status,    ///< answers with `status` and an OperationOutcome
    hang,      ///< says nothing until it is stopped
    drop,      ///< closes without an answer, `times` times
    truncate,  ///< announces more than it sends, and closes
    oversize,  ///< sends `bytes` of white space before the body, with Content-Length
    chunked,   ///< the same in chunks
    redirect,  ///< 302 to `text`
    not_json,  ///< 200 with HTML
    raw,       ///< 200 with `text` as body
    before,    ///< `text` on the wire, and then the answer
    after,     ///< the answer and then `text`, in one piece
    twice,     ///< the answer, and once more, unasked
    wire,      ///< `text` on the wire, and nothing else; the connection stays open
    endless,   ///< `text`, and then line after line of headers until the other side closes
  } kind = Kind::status;
  int status = 500;
  std::string text{};
  std::size_t bytes = 0;
  int times = 1'000'000;
};

class FhirServer {
 public:
  struct Tls {
    std::string certificate, key;
  };

  explicit FhirServer(std::string base_path = "/fhir") : FhirServer(std::move(base_path), Tls{}) {}
  FhirServer(std::string base_path, Tls const& tls) : base_path_(std::move(base_path)) {
    std::signal(SIGPIPE, SIG_IGN);
    if (!tls.certificate.empty()) load_tls(tls);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int const on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 512) != 0 || ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("the FHIR server cannot listen");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  ~FhirServer() { stop(); }
  FhirServer(FhirServer const&) = delete;
  FhirServer& operator=(FhirServer const&) = delete;

  void stop() {
    {
      std::lock_guard const lock(mutex_);
      if (stopping_) return;
      stopping_ = true;
      for (int const socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    changed_.notify_all();
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& thread : connections_) thread.join();
    ::close(listener_);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string origin(std::string const& host = "127.0.0.1") const {
    return (context_ ? "https://" : "http://") + host + ":" + std::to_string(port_);
  }
  [[nodiscard]] std::string base(std::string const& host = "127.0.0.1") const { return origin(host) + base_path_; }

  /// Keeps a resource (written with single quotes for double ones); a patient's is found by any search of its type that
  /// names the patient.
  void put(std::string text) {
    std::replace(text.begin(), text.end(), '\'', '"');
    auto body = base::JsonBody::parse(text, {});
    if (!body) throw std::runtime_error("no JSON: " + text);
    std::lock_guard const lock(mutex_);
    resources_.push_back({std::string(base::string_member((*body)->root(), "resourceType")),
                          std::string(base::string_member((*body)->root(), "id")), std::move(text)});
  }
  /// Targets that begin with base path + "/" + `beginning` get this instead of an answer.
  void misbehave(std::string const& beginning, Misbehaviour how) {
    std::lock_guard const lock(mutex_);
    misbehaviours_[base_path_ + "/" + beginning] = std::move(how);
  }
  void behave() {
    std::lock_guard const lock(mutex_);
    misbehaviours_.clear();
  }
  void page_size(std::size_t size) { page_size_ = size; }
  /// `next` links name the search by a key at the base itself, "BASE?_getpages=KEY&_getpagesoffset=1", as HAPI FHIR's.
  void pages_by_key() { pages_by_key_ = true; }
  /// The origin that `next` links name instead of the server's own.
  void next_origin(std::string origin) { next_origin_ = std::move(origin); }
  /// Every search and read is answered with this patient's data, whoever is asked about.
  void answer_as(std::string patient) { impostor_ = std::move(patient); }
  /// `next` links are written so: "%" stands for the page's number.
  void next_link(std::string form) { next_form_ = std::move(form); }
  /// How many bytes were written on endless answers.
  [[nodiscard]] std::size_t endless_bytes() const { return endless_bytes_; }
  /// Calls with another token than this get 401.
  void demand_token(std::string token) { token_ = std::move(token); }

  [[nodiscard]] std::vector<Asked> log() const {
    std::lock_guard const lock(mutex_);
    return log_;
  }
  /// The targets asked for, without the base path, sorted.
  [[nodiscard]] std::vector<std::string> targets() const {
    std::vector<std::string> targets;
    for (Asked const& asked : log()) targets.push_back(asked.target.substr(base_path_.size()));
    std::sort(targets.begin(), targets.end());
    return targets;
  }
  [[nodiscard]] int accepted() const {
    std::lock_guard const lock(mutex_);
    return accepted_;
  }
  void forget() {
    std::lock_guard const lock(mutex_);
    log_.clear();
  }
  /// Whether `count` requests have come within a minute.
  [[nodiscard]] bool has_been_asked(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::minutes(1), [&] { return log_.size() >= count; });
  }

 private:
  struct Resource {
    std::string type, id, text;
  };
  struct FreeTls {
    void operator()(SSL* tls) const { SSL_free(tls); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  /// One connection, plain or TLS.
  struct Stream {
    int socket;
    std::unique_ptr<SSL, FreeTls> tls;
    long read(char* into, std::size_t size) const {
      return tls ? SSL_read(tls.get(), into, static_cast<int>(size)) : ::recv(socket, into, size, 0);
    }
    bool write(std::string_view bytes) const {
      while (!bytes.empty()) {
        std::size_t const step = std::min<std::size_t>(bytes.size(), 65536);
        long const count = tls ? SSL_write(tls.get(), bytes.data(), static_cast<int>(step))
                               : ::send(socket, bytes.data(), step, MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
      }
      return true;
    }
  };

  void load_tls(Tls const& tls) {
    context_.reset(SSL_CTX_new(TLS_server_method()));
    if (SSL_CTX_use_certificate_chain_file(context_.get(), tls.certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context_.get(), tls.key.c_str(), SSL_FILETYPE_PEM) != 1) {
      throw std::runtime_error("the FHIR server's certificate cannot be read");
    }
  }

  void accept_all() {
    while (true) {
      int const socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      std::lock_guard const lock(mutex_);
      if (stopping_ || socket < 0) {
        if (socket >= 0) ::close(socket);
        if (stopping_) return;
        continue;
      }
      int const on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      open_.push_back(socket);
      int const number = ++accepted_;
      connections_.emplace_back([this, socket, number] {
        serve(socket, number);
        std::lock_guard const done(mutex_);
        std::erase(open_, socket);
        ::close(socket);
      });
    }
  }

  void serve(int socket, int number) {
    Stream stream{socket, nullptr};
    if (context_) {
      stream.tls.reset(SSL_new(context_.get()));
      SSL_set_fd(stream.tls.get(), socket);
      if (SSL_accept(stream.tls.get()) != 1) return;
    }
    std::string pending;
    while (true) {
      std::size_t end = 0;
      while ((end = pending.find("\r\n\r\n")) == std::string::npos) {
        std::array<char, 4096> bytes{};
        long const count = stream.read(bytes.data(), bytes.size());
        if (count <= 0) return;
        pending.append(bytes.data(), static_cast<std::size_t>(count));
      }
      Asked const asked = parse(pending.substr(0, end + 2), number);
      pending.erase(0, end + 4);
      std::optional<Misbehaviour> how;  // a copy: another may be told while this one is carried out
      {
        std::lock_guard const lock(mutex_);
        log_.push_back(asked);
        for (auto& [beginning, misbehaviour] : misbehaviours_) {
          if (asked.target.starts_with(beginning) && misbehaviour.times > 0) {
            --misbehaviour.times;
            how = misbehaviour;
          }
        }
      }
      changed_.notify_all();
      if (!(how ? misbehave(stream, *how, asked) : answer(stream, asked))) return;
    }
  }

  static Asked parse(std::string_view head, int number) {
    Asked asked;
    asked.connection = number;
    asked.method = head.substr(0, head.find(' '));
    head.remove_prefix(asked.method.size() + 1);
    asked.target = head.substr(0, head.find(' '));
    auto const header = [head](std::string_view name) {
      for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
        std::string_view line = head.substr(at + 2);
        line = line.substr(0, line.find("\r\n"));
        bool const same = line.size() > name.size() && line[name.size()] == ':' &&
                          std::equal(name.begin(), name.end(), line.begin(), [](unsigned char a, unsigned char b) {
                            return std::tolower(a) == std::tolower(b);
                          });
        if (!same) continue;
        line.remove_prefix(name.size() + 1);
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        return std::string(line);
      }
      return std::string();
    };
    asked.authorization = header("authorization");
    asked.accept = header("accept");
    asked.accept_encoding = header("accept-encoding");
    asked.host = header("host");
    asked.traceparent = header("traceparent");
    asked.tracestate = header("tracestate");
    return asked;
  }

  static std::string head(int status, std::size_t length, std::string const& more = "") {
    return "HTTP/1.1 " + std::to_string(status) +
           " x\r\nContent-Type: application/fhir+json\r\nContent-Length: " + std::to_string(length) + "\r\n" + more +
           "\r\n";
  }
  static std::string outcome(std::string const& code) {
    return R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","code":")" + code + "\"}]}";
  }
  static bool send(Stream const& stream, int status, std::string const& body, std::string const& more = "") {
    return stream.write(head(status, body.size(), more) + body);
  }

  bool misbehave(Stream const& stream, Misbehaviour const& how, Asked const& asked) {
    using Kind = Misbehaviour::Kind;
    std::string const empty = R"({"resourceType":"Bundle","type":"searchset"})";
    switch (how.kind) {
      case Kind::status: return send(stream, how.status, outcome("processing"), how.text);
      case Kind::hang: {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopping_; });
        return false;
      }
      case Kind::drop: return false;
      case Kind::truncate: stream.write(head(200, empty.size() + 1000) + empty); return false;
      case Kind::oversize:
        return stream.write(head(200, how.bytes + empty.size())) && stream.write(std::string(how.bytes, ' ')) &&
               stream.write(empty);
      case Kind::chunked: {
        bool open =
            stream.write("HTTP/1.1 200 x\r\nContent-Type: application/fhir+json\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (std::size_t sent = 0; open && sent < how.bytes; sent += 0x1000) {
          open = stream.write("1000\r\n" + std::string(0x1000, ' ') + "\r\n");
        }
        return open && stream.write("2\r\n{}\r\n0\r\n\r\n");
      }
      case Kind::redirect: return send(stream, 302, "", "Location: " + how.text + "\r\n");
      case Kind::not_json: return send(stream, 200, "<html>Please sign in</html>");
      case Kind::raw: return send(stream, 200, how.text);
      case Kind::before: return stream.write(how.text) && answer(stream, asked);
      case Kind::after: return answer(stream, asked, how.text);
      case Kind::twice: return answer(stream, asked) && answer(stream, asked);
      case Kind::wire: return stream.write(how.text);
      case Kind::endless: {
        std::string const line = "X-Line: as long as any other line\r\n";
        for (bool open = stream.write(how.text); open; endless_bytes_ += line.size()) open = stream.write(line);
        return false;
      }
    }
    return false;
  }

  static std::string parameter(std::string_view query, std::string_view name) {
    std::string const wanted = "&" + std::string(name) + "=";
    std::string const all = "&" + std::string(query);
    std::size_t const at = all.find(wanted);
    return at == std::string::npos ? "" : all.substr(at + wanted.size(), all.find('&', at + 1) - at - wanted.size());
  }

  /// `trailer`: bytes that follow the body.
  bool answer(Stream const& stream, Asked const& asked, std::string const& trailer = "") {
    auto const send = [&trailer](Stream const& to, int status, std::string const& body) {
      return to.write(head(status, body.size()) + body + trailer);
    };
    if (asked.method != "GET") return send(stream, 405, outcome("not-supported"));
    if (!token_.empty() && asked.authorization != "Bearer " + token_) return send(stream, 401, outcome("login"));
    std::string const by_key = base_path_ + "?_getpages=";
    if (asked.target.starts_with(by_key)) {
      std::lock_guard const lock(mutex_);
      std::string const key = asked.target.substr(by_key.size(), asked.target.find('&') - by_key.size());
      auto const search = searches_.find(key);
      if (search == searches_.end()) return send(stream, 410, outcome("not-found"));
      std::string const offset = parameter(asked.target.substr(base_path_.size() + 1), "_getpagesoffset");
      return send(stream, 200, page(search->second.first, "patient=" + search->second.second + "&_page=" + offset));
    }
    if (!asked.target.starts_with(base_path_ + "/")) return send(stream, 404, outcome("not-found"));
    std::string_view path = asked.target;
    path.remove_prefix(base_path_.size() + 1);
    std::size_t const mark = path.find('?');
    std::string const type_or_read(path.substr(0, mark));
    std::string_view const query = mark == std::string_view::npos ? "" : path.substr(mark + 1);
    std::lock_guard const lock(mutex_);
    if (std::size_t const slash = type_or_read.find('/'); slash != std::string::npos) {
      for (Resource const& resource : resources_) {
        if (resource.type + "/" + resource.id == (impostor_.empty() ? type_or_read : "Patient/" + impostor_))
          return send(stream, 200, resource.text);
      }
      return send(stream, 404, outcome("not-found"));
    }
    return send(stream, 200, page(type_or_read, query));
  }

  /// One page of a search. The page number travels in the `next` link as `_page`, as servers' own tokens do.
  std::string page(std::string const& type, std::string_view query) {
    std::string const patient = impostor_.empty() ? parameter(query, "patient") : impostor_;
    std::string const reference = "\"Patient/" + patient + "\"";
    std::vector<Resource const*> found;
    for (Resource const& resource : resources_) {
      if (resource.type == type && resource.text.find(reference) != std::string::npos) found.push_back(&resource);
    }
    std::string const number = parameter(query, "_page");
    std::size_t const page = number.empty() ? 0 : std::stoul(number);
    std::size_t const begin = std::min(found.size(), page * page_size_);
    std::size_t const end = std::min(found.size(), begin + page_size_);
    std::string entries;
    for (std::size_t i = begin; i < end; ++i) {
      entries += std::string(entries.empty() ? "" : ",") + R"({"fullUrl":")" + base() + "/" + type + "/" +
                 found[i]->id + R"(","search":{"mode":"match"},"resource":)" + found[i]->text + "}";
    }
    std::string const self = base() + "/" + type + "?patient=" + patient;
    std::string links = R"({"relation":"self","url":")" + self + "\"}";
    if (end < found.size()) {
      std::string const origin_text = next_origin_.empty() ? origin() : next_origin_;
      std::string const key = "5f0c" + std::to_string(searches_.size());
      std::string const search =
          pages_by_key_ ? "?_getpages=" + key + "&_getpagesoffset=" : "/" + type + "?patient=" + patient + "&_page=";
      if (pages_by_key_) searches_[key] = {type, patient};
      std::string url = origin_text + base_path_ + search + std::to_string(page + 1);
      if (!next_form_.empty()) {
        url = next_form_;
        url.replace(url.find('%'), 1, std::to_string(page + 1));
      }
      links += R"(,{"relation":"next","url":")" + url + "\"}";
    }
    return R"({"resourceType":"Bundle","type":"searchset","total":)" + std::to_string(found.size()) + R"(,"link":[)" +
           links + R"(],"entry":[)" + entries + "]}";
  }

  std::string base_path_;
  std::unique_ptr<SSL_CTX, FreeTls> context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::size_t page_size_ = 1000;
  bool pages_by_key_ = false;
  std::map<std::string, std::pair<std::string, std::string>> searches_;  // by key: type and patient
  std::string next_origin_, next_form_, impostor_;
  std::atomic<std::size_t> endless_bytes_ = 0;
  std::string token_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  int accepted_ = 0;
  std::vector<int> open_;
  std::vector<Resource> resources_;
  std::map<std::string, Misbehaviour> misbehaviours_;
  std::vector<Asked> log_;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace ivig::test
