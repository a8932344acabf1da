# What every target of the project is compiled with.
add_library(ivig_options INTERFACE)
target_include_directories(ivig_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(ivig_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual -Wconversion
  -Werror -Wno-error=deprecated-declarations
  -Wno-restrict  # GCC 12 sees overlaps in std::string concatenation that are none (GCC bug 105651)
  -Wno-mismatched-new-delete  # GCC 12 takes the frame of an inlined coroutine for a mismatched pair
  $<$<CXX_COMPILER_ID:GNU>:-fcoroutines> -msse4.2)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")  # the fuzz preset: GCC judges warnings; docs/architecture.md, Traps
  target_compile_options(ivig_options INTERFACE -Wno-unknown-warning-option -Wno-error)
  target_compile_definitions(ivig_options INTERFACE BOOST_ASIO_HAS_CO_AWAIT=1 BOOST_ASIO_HAS_STD_COROUTINE=1
                             __cpp_impl_coroutine=201902L)
endif()
# Not BOOST_ASIO_NO_DEPRECATED: libcpprest is built without it, and functions of one name would differ in one process.
target_compile_definitions(ivig_options INTERFACE RAPIDJSON_SSE42 RAPIDJSON_HAS_STDSTRING=1)
# Hardening (SECURITY.md): position independent, read-only relocations, stack protector, fortified libc calls.
target_compile_options(ivig_options INTERFACE -fstack-protector-strong $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
target_link_options(ivig_options INTERFACE -pie -Wl,-z,relro,-z,now)

# A request runs through far more code than the first-level cache holds: code that is small beats code that is unrolled.
# A warning card under load costs 0.85 of what it costs with CMake's own -O3.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

if(IVIG_SANITIZE)
  target_compile_options(ivig_options INTERFACE -fsanitize=${IVIG_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(ivig_options INTERFACE -fsanitize=${IVIG_SANITIZE})
endif()
if(IVIG_COVERAGE)
  target_compile_options(ivig_options INTERFACE --coverage)
  target_link_options(ivig_options INTERFACE --coverage)
endif()
if(IVIG_FUZZ)
  # trace-pc counts steps (tests/fuzz/steps.h); the rest guides libFuzzer.
  target_compile_options(ivig_options INTERFACE -fsanitize=fuzzer-no-link -fsanitize-coverage=trace-pc)
endif()

find_program(IVIG_CCACHE ccache)
if(IVIG_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${IVIG_CCACHE})
endif()

# One file that joins coroutines with TLS needs 1.4 GB to compile: such files take a slot of this pool.
set_property(GLOBAL PROPERTY JOB_POOLS heavy=1)

# Takes from a list of files those that wait for a network or a database: the dearest to compile, no fuzz target runs
# them, and clang 14 cannot compile coroutines with the instrumentation of the fuzz preset.
function(ivig_drop_waiting list)
  set(kept)
  foreach(source IN LISTS ${list})
    file(STRINGS ${source} waiting REGEX "co_await|co_return|<soci/|<cpprest/" LIMIT_COUNT 1)
    if(NOT waiting)
      list(APPEND kept ${source})
    endif()
  endforeach()
  set(${list} ${kept} PARENT_SCOPE)
endfunction()

function(ivig_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cpp)
  if(IVIG_FUZZ)
    ivig_drop_waiting(sources)
  endif()
  if(NOT sources)
    add_library(ivig_${name} INTERFACE)
    return()
  endif()
  add_library(ivig_${name} STATIC ${sources})
  target_link_libraries(ivig_${name} PUBLIC ivig_options ivig_${name}_libraries)
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(ivig_${name} PUBLIC ivig_${dependency})
  endforeach()
endfunction()

function(ivig_app_library)
  if(ARGN)
    add_library(ivig_app STATIC ${ARGN})
    target_link_libraries(ivig_app PUBLIC ivig_options ivig_app_libraries ivig_batch ivig_hooks ivig_server ivig_certs)
  else()
    add_library(ivig_app INTERFACE)
    target_link_libraries(ivig_app INTERFACE ivig_options ivig_batch ivig_hooks ivig_server ivig_certs)
  endif()
endfunction()
