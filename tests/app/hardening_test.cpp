// The program as it was linked: what the loader and the compiler do against memory errors (SECURITY.md, "Build").

#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

/// The parts of a 64-bit ELF file that say how it is hardened.
class Program {
 public:
  explicit Program(char const* file) {
    std::ifstream in(file, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  [[nodiscard]] Elf64_Ehdr header() const { return at<Elf64_Ehdr>(0); }

  [[nodiscard]] std::vector<Elf64_Phdr> segments(unsigned type) const {
    std::vector<Elf64_Phdr> found;
    for (unsigned i = 0; i < header().e_phnum; ++i) {
      auto const segment = at<Elf64_Phdr>(header().e_phoff + i * sizeof(Elf64_Phdr));
      if (segment.p_type == type) found.push_back(segment);
    }
    return found;
  }

  [[nodiscard]] std::uint64_t dynamic(std::int64_t tag) const {
    for (auto const& segment : segments(PT_DYNAMIC)) {
      for (std::size_t i = 0; i < segment.p_filesz / sizeof(Elf64_Dyn); ++i) {
        auto const entry = at<Elf64_Dyn>(segment.p_offset + i * sizeof(Elf64_Dyn));
        if (entry.d_tag == tag) return entry.d_un.d_val;
      }
    }
    return 0;
  }

  /// Whether a symbol of that name is looked up in a library.
  [[nodiscard]] bool imports(std::string const& name) const {
    return bytes_.find('\0' + name + '\0') != std::string::npos || bytes_.find('\0' + name + '@') != std::string::npos;
  }

 private:
  template <class T>
  [[nodiscard]] T at(std::size_t offset) const {
    T value{};
    if (offset + sizeof value <= bytes_.size()) std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }
  std::string bytes_;
};

TEST(Hardening, the_program_is_position_independent_with_read_only_relocations) {
  Program const program(IVIG_BINARY);
  ASSERT_EQ(std::memcmp(program.header().e_ident, ELFMAG, SELFMAG), 0) << IVIG_BINARY;
  EXPECT_EQ(program.header().e_type, ET_DYN);
  EXPECT_NE(program.dynamic(DT_FLAGS_1) & DF_1_PIE, 0U) << "no PIE";
  EXPECT_EQ(program.segments(PT_GNU_RELRO).size(), 1U) << "no RELRO";
  EXPECT_NE(program.dynamic(DT_FLAGS_1) & DF_1_NOW, 0U) << "symbols are bound late: the table stays writable";
}

TEST(Hardening, no_memory_is_writable_and_executable) {
  Program const program(IVIG_BINARY);
  ASSERT_EQ(program.segments(PT_GNU_STACK).size(), 1U);
  EXPECT_EQ(program.segments(PT_GNU_STACK)[0].p_flags & PF_X, 0U);
  for (auto const& segment : program.segments(PT_LOAD)) {
    EXPECT_NE(segment.p_flags & (PF_W | PF_X), static_cast<unsigned>(PF_W | PF_X));
  }
}

TEST(Hardening, stacks_are_protected_and_libc_calls_fortified) {
#ifdef IVIG_FORTIFIED
  Program const program(IVIG_BINARY);
  EXPECT_TRUE(program.imports("__stack_chk_fail"));
  EXPECT_TRUE(program.imports("__memcpy_chk") || program.imports("__snprintf_chk") || program.imports("__read_chk"));
#else
  GTEST_SKIP() << "of the release preset only: sanitizers bring their own";
#endif
}

}  // namespace
