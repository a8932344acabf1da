// Client tokens made beforehand, each good for one call, and the key set that verifies them.
//
//   make_tokens FOLDER ISSUER AUDIENCE RS384_COUNT ES384_COUNT
//
// Writes FOLDER/jwks.json, FOLDER/RS384.tokens and FOLDER/ES384.tokens, a token a line. They live 59 minutes.

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/tokens.h"

namespace {

using ivig::test::SigningKey;
using ivig::test::Token;

constexpr int kThreads = 2;
constexpr int kLifeSeconds = 59 * 60;  // an hour is the longest that the server takes

/// Every kThreads-th token, beginning with `first`.
void sign(Token const& pattern, SigningKey const& key, std::size_t first, std::vector<std::string>& tokens) {
  std::string const prefix = "\"" + pattern.header_text("alg") + "-";
  for (std::size_t i = first; i < tokens.size(); i += kThreads) {
    tokens[i] = pattern.with("jti", prefix + std::to_string(i) + "\"").signed_by(key);
  }
}

void write(std::string const& folder, Token const& pattern, SigningKey const& key, std::size_t count) {
  std::vector<std::string> tokens(count);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] { sign(pattern, key, i, tokens); });
    }
  }
  std::ofstream out(folder + "/" + pattern.header_text("alg") + ".tokens");
  for (auto const& token : tokens) out << token << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "make_tokens FOLDER ISSUER AUDIENCE RS384_COUNT ES384_COUNT\n";
    return 2;
  }
  std::string const folder = argv[1];
  SigningKey const rsa = SigningKey::rsa();
  SigningKey const ec = SigningKey::ec();
  std::ofstream(folder + "/jwks.json") << ivig::test::jwk_set({rsa.jwk("rsa"), ec.jwk("ec")});
  std::string const exp = std::to_string(ivig::test::token_clock() + kLifeSeconds);
  write(folder, ivig::test::token(argv[2], argv[3], "rsa", "RS384").with("exp", exp), rsa,
        static_cast<std::size_t>(std::atoll(argv[4])));
  write(folder, ivig::test::token(argv[2], argv[3], "ec", "ES384").with("exp", exp), ec,
        static_cast<std::size_t>(std::atoll(argv[5])));
  return 0;
}
