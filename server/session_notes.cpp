#include "server/session_notes.h"

#include <cxxabi.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <typeinfo>

#include "server/trace_context.h"

namespace ivig::server {

namespace asio = boost::asio;

bool prepare_socket(Socket& socket, std::string& peer) {
  boost::system::error_code error;
  auto const endpoint = socket.remote_endpoint(error);
  if (error) return false;
  auto const address = endpoint.address();
  peer = address.is_v6() && address.to_v6().is_v4_mapped()
             ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string()
             : address.to_string();
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  socket.non_blocking(true, error);  // the writes of plain connections are tried at once
  return !error;
}

std::vector<std::string> certificate_names(SSL* connection) {
  std::vector<std::string> names;
  // Also of a resumed session: the ticket holds the certificate. Nothing is here that was not verified.
  X509* const certificate = SSL_get0_peer_certificate(connection);
  if (certificate == nullptr || SSL_get_verify_result(connection) != X509_V_OK) return names;
  std::unique_ptr<BIO, decltype(&BIO_free_all)> const text(BIO_new(BIO_s_mem()), BIO_free_all);
  if (text && X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) >= 0) {
    char* data = nullptr;
    long const size = BIO_get_mem_data(text.get(), &data);
    names.emplace_back(data, static_cast<std::size_t>(size));
  }
  std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> const others(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; others && i < sk_GENERAL_NAME_num(others.get()); ++i) {
    int kind = 0;
    void const* const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(others.get(), i), &kind);
    std::string_view const prefix = kind == GEN_DNS     ? "DNS:"
                                    : kind == GEN_URI   ? "URI:"
                                    : kind == GEN_EMAIL ? "email:"
                                                        : "";
    if (prefix.empty()) continue;
    auto const* const string = static_cast<ASN1_STRING const*>(value);
    names.push_back(std::string(prefix) + std::string(reinterpret_cast<char const*>(ASN1_STRING_get0_data(string)),
                                                      static_cast<std::size_t>(ASN1_STRING_length(string))));
  }
  return names;
}

void note_answer(Worker& worker, Service const& service, RequestHead const& head, bool has_request_line,
                 Response const& response, std::size_t bytes, Clock::time_point started) {
  Counters::count(worker.counters.answers[std::min(response.status / 100, 5U)]);
  if (!service.access_log || !worker.log.enabled(LogLevel::info)) return;
  AccessLine line;
  line.request_id = head.request_id;
  if (has_request_line) {
    line.method = head.method;
    line.trace_id = trace_id(head.header("traceparent")).value_or(std::string_view());
  }
  line.route = response.route;
  line.client = response.client;
  line.status = response.status;
  line.bytes = bytes;
  line.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started);
  line.tls = head.tls;
  worker.log.access(line);
}

void note_exception(Worker& worker, std::string_view request_id) {
  Counters::count(worker.counters.handler_exceptions);
  std::type_info const* const type = abi::__cxa_current_exception_type();
  worker.log.error("handler_exception",
                   {{"request_id", request_id}, {"type", type == nullptr ? "unknown" : type->name()}});
}

}  // namespace ivig::server
