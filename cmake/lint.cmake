# What `./dev lint` loads into clang-tidy. Compiled like LLVM 14 itself, which has no type information at run time.
find_path(IVIG_TIDY_HEADERS clang-tidy/ClangTidyCheck.h PATHS /usr/lib/llvm-14/include REQUIRED NO_DEFAULT_PATH)
add_library(tidy_own_code MODULE EXCLUDE_FROM_ALL cmake/own_code.cpp)
target_include_directories(tidy_own_code SYSTEM PRIVATE ${IVIG_TIDY_HEADERS})
target_compile_options(tidy_own_code PRIVATE -fno-rtti)
set_target_properties(tidy_own_code PROPERTIES CXX_STANDARD 17 PREFIX "")
