#include "store/references.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace ivig::store {
namespace {

TEST(References, are_kept_plain_without_a_key) {
  EXPECT_EQ(References().kept("Patient/p1"), "Patient/p1");
  EXPECT_EQ(References().kept_place("Condition/c1"), "Condition/c1");
}

TEST(References, are_hashed_with_the_key_and_keep_their_type) {
  References const one(std::string(32, 'a')), other(std::string(32, 'b'));
  std::string const hashed = one.kept("Patient/p1");
  EXPECT_EQ(hashed.substr(0, 9), "Patient/~");
  EXPECT_EQ(hashed.size(), 9U + 32U);
  EXPECT_EQ(hashed.find("p1"), std::string::npos);
  EXPECT_EQ(one.kept("Patient/p1"), hashed) << "one patient's decisions must be found together";
  EXPECT_NE(one.kept("Patient/p2"), hashed);
  EXPECT_NE(other.kept("Patient/p1"), hashed);
  EXPECT_EQ(one.kept(""), "");
  EXPECT_EQ(one.kept("urn:uuid:1").substr(0, 1), "~");
}

TEST(References, are_hashed_in_places_of_facts_but_paths_without_an_id_stay) {
  References const references(std::string(32, 'a'));
  EXPECT_EQ(references.kept_place("MedicationRequest.reasonCode[0].coding[1]"),
            "MedicationRequest.reasonCode[0].coding[1]");
  EXPECT_EQ(references.kept_place("Condition/c1"), references.kept("Condition/c1"));
  EXPECT_EQ(references.kept_place("Observation/o1 [0]"), references.kept("Observation/o1") + " [0]");
}

TEST(References, are_hashed_within_sentences) {
  References const references(std::string(32, 'a'));
  std::string const order = references.kept("MedicationRequest/o-1"), patient = references.kept("Patient/p1");
  EXPECT_EQ(references.kept_in_text("Runs beside MedicationRequest/o-1. For \"Patient/p1\", 2 g/kg (EFNS/PNS)"),
            "Runs beside " + order + ". For \"" + patient + "\", 2 g/kg (EFNS/PNS)");
  EXPECT_EQ(references.kept_in_text(patient), patient);
  EXPECT_EQ(References().kept_in_text("Patient/p1"), "Patient/p1");
}

TEST(References, make_a_key_once_that_its_owner_alone_may_read) {
  test::TemporaryFolder folder;
  auto const file = folder.path() / "store.key";
  auto const first = References::with_key_file(file);
  auto const second = References::with_key_file(file);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->hashed());
  EXPECT_EQ(first->kept("Patient/p"), second->kept("Patient/p"));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(file).permissions(), perms::owner_read | perms::owner_write);
}

TEST(References, refuse_a_key_that_is_too_short) {
  test::TemporaryFolder folder;
  std::ofstream(folder.path() / "k") << "short\n";
  auto const references = References::with_key_file(folder.path() / "k");
  ASSERT_FALSE(references);
  EXPECT_EQ(references.error().code, base::Errc::invalid_config);
}

}  // namespace
}  // namespace ivig::store
