# Third-party libraries, each behind the folder that may use it.
# Boost 1.74 and no other: libcpprest is built against it, and two Boosts in one process crash (docs/architecture.md).
find_package(Boost 1.74 EXACT REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(RapidJSON REQUIRED)
find_package(tl-expected REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(simdjson REQUIRED)
find_package(Threads REQUIRED)
# The core alone: its own HTTP server is not used, nor what that would link.
find_library(IVIG_PROMETHEUS prometheus-cpp-core REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
# SOCI's package has no CMake configuration.
find_library(IVIG_SOCI_CORE soci_core REQUIRED)
find_library(IVIG_SOCI_SQLITE soci_sqlite3 REQUIRED)
find_library(IVIG_SOCI_POSTGRESQL soci_postgresql REQUIRED)
pkg_check_modules(CJOSE REQUIRED IMPORTED_TARGET cjose)
set(Boost_USE_DEBUG_RUNTIME OFF)  # Debian has the release variants only, whatever the build type
find_package(cpprestsdk REQUIRED)

foreach(folder base rules fhir certs server store advice hooks web batch app)
  add_library(ivig_${folder}_libraries INTERFACE)
endforeach()
target_include_directories(ivig_base_libraries SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIRS})
target_link_libraries(ivig_base_libraries INTERFACE tl::expected Boost::headers OpenSSL::Crypto Threads::Threads
                      ${IVIG_PROMETHEUS} $<LINK_ONLY:simdjson::simdjson>)
# Linked only: one file includes it (CMakeLists.txt), and the others need not know how it was built.
target_link_libraries(ivig_fhir_libraries INTERFACE $<LINK_ONLY:cpprestsdk::cpprest> OpenSSL::SSL)
target_link_libraries(ivig_certs_libraries INTERFACE OpenSSL::SSL PkgConfig::CJOSE)
target_link_libraries(ivig_server_libraries INTERFACE OpenSSL::SSL spdlog::spdlog)
target_link_libraries(ivig_store_libraries INTERFACE ${IVIG_SOCI_SQLITE} ${IVIG_SOCI_POSTGRESQL} ${IVIG_SOCI_CORE}
                      PkgConfig::LIBPQ PkgConfig::SQLITE)
find_library(IVIG_CMARK cmark-gfm REQUIRED)
target_link_libraries(ivig_web_libraries INTERFACE ${IVIG_CMARK})
target_link_libraries(ivig_app_libraries INTERFACE yaml-cpp CLI11::CLI11 spdlog::spdlog)
