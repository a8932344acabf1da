#include "certs/certificate_expiry.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <ctime>
#include <optional>

#include "base/regular_file.h"
#include "certs/openssl.h"

namespace ivig::certs {
namespace {

std::optional<base::Now> end_of(X509 const* certificate) {
  std::tm broken_down{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &broken_down) != 1) return {};
  return base::Now(std::chrono::seconds(timegm(&broken_down)));
}

}  // namespace

base::Result<base::Now> first_expiry(std::filesystem::path const& file) {
  auto const text = base::read_regular_file(file.string());
  if (!text) return base::fail(base::Errc::io, file.string(), text.error().detail);
  BioPtr const in(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  if (!in) return base::fail(base::Errc::internal, file.string(), take_openssl_error());
  std::optional<base::Now> first;
  while (true) {
    CertificatePtr const certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    auto const end = end_of(certificate.get());
    if (end && (!first || *end < *first)) first = end;
  }
  ERR_clear_error();  // the end of the file is an error to OpenSSL
  if (!first) return base::fail(base::Errc::invalid_value, file.string(), "holds no certificate");
  return *first;
}

}  // namespace ivig::certs
