#pragma once
// As much of a browser as the console's tests need: a cookie jar, and forms filled in as their page gave them.

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "tests/support/test_client.h"
#include "web/form.h"

namespace ivig::test {

class Browser {
 public:
  using Call = std::function<Answer(std::string const& request)>;
  /// `call` sends bytes to the server and returns its answer.
  explicit Browser(Call call, std::string host = "localhost") : call_(std::move(call)), host_(std::move(host)) {}

  Answer get(std::string const& path) {
    return remember(
        call_("GET " + path + " HTTP/1.1\r\nHost: " + host_ + "\r\nAccept: text/html\r\n" + cookies() + "\r\n"));
  }

  /// Sends a form; `more`: further header lines.
  Answer post(std::string const& path, std::map<std::string, std::string> const& fields, std::string const& more = "") {
    std::string body;
    for (auto const& [name, value] : fields) {
      body += (body.empty() ? "" : "&") + web::url_escaped(name) + "=" + web::url_escaped(value);
    }
    return remember(call_("POST " + path + " HTTP/1.1\r\nHost: " + host_ + "\r\n" + cookies() + more +
                          "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n\r\n" + body));
  }

  /// The token of the forms of a page.
  static std::string csrf(Answer const& page) {
    std::string const mark = "name=\"csrf\" value=\"";
    auto const at = page.body.find(mark);
    if (at == std::string::npos) return {};
    auto const from = at + mark.size();
    return page.body.substr(from, page.body.find('"', from) - from);
  }

  std::map<std::string, std::string> jar;

 private:
  [[nodiscard]] std::string cookies() const {
    std::string line;
    for (auto const& [name, value] : jar) line += (line.empty() ? "Cookie: " : "; ") + name + "=" + value;
    return line.empty() ? line : line + "\r\n";
  }

  Answer remember(Answer answer) {
    for (auto const& [name, value] : answer.headers) {
      if (name != "Set-Cookie") continue;
      auto const equals = value.find('='), end = value.find(';');
      if (value.find("Max-Age=0") != std::string::npos) jar.erase(value.substr(0, equals));
      else jar[value.substr(0, equals)] = value.substr(equals + 1, end - equals - 1);
    }
    return answer;
  }

  Call call_;
  std::string host_;
};

}  // namespace ivig::test
