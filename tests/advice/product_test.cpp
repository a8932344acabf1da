// Which orders are for intravenous immune globulin: names of drug databases, NDCs in their spellings, look-alikes,
// products for other routes, and strengths. The table in docs/products.md is held to the same reading.

#include "advice/product.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "advice/strength.h"
#include "fhir/read_resources.h"
#include "tests/support/order_answers.h"

namespace ivig::advice {
namespace {

std::string quoted(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  return text;
}

std::string outcome(Product const& product) {
  if (product.ivig && product.wrong_route) return "wrong route";
  if (product.ivig) return product.route_unknown ? "IVIG, route asked" : "IVIG";
  return product.other_route ? "other route" : "no";
}

Product product_of(std::string const& members) {
  auto body =
      base::JsonBody::parse(quoted("{'resourceType':'MedicationRequest','status':'draft'," + members + "}"), {});
  if (!body) throw std::invalid_argument(members);
  fhir::ResourceIndex const index;
  fhir::Chart const chart;
  return recognise_product(*test::tree_knowledge(), fhir::read_order((*body)->root(), index, chart));
}

std::string const kIv = ",'dosageInstruction':[{'route':{'text':'Intravenous'}}]";
std::string const kSc = ",'dosageInstruction':[{'route':{'text':'subcutaneous'}}]";
std::string told(std::string const& text) { return ",'dosageInstruction':[{'text':'" + text + "'}]"; }
std::string named(std::string const& text) { return "'medicationCodeableConcept':{'text':'" + text + "'}"; }
std::string coded(std::string const& system, std::string const& code, std::string const& text = "") {
  return "'medicationCodeableConcept':{'coding':[{'system':'" + system + "','code':'" + code + "'}]" +
         (text.empty() ? "" : ",'text':'" + text + "'") + "}";
}
std::string ndc(std::string const& code, std::string const& text = "") {
  return coded("http://hl7.org/fhir/sid/ndc", code, text);
}

struct Case {
  std::string order, expected;
};

void hold(std::vector<Case> const& cases) {
  for (auto const& [order, expected] : cases) EXPECT_EQ(outcome(product_of(order)), expected) << order;
}

TEST(Product, B13_names_of_drug_databases) {
  std::vector<std::string> const names{"IMMUN GLOB G(IGG)/GLY/IGA OV50 20 GRAM/200 ML (10 %)",
                                       "immun glob G(IgG)/gly/IgA ov50 10 % injection",
                                       "Immun Glob G(IgG)/Pro/IgA 0-50",
                                       "Immune Globul G/Gly/Iga Avg 46",
                                       "IMMUNE GLOB,GAMM(IGG)10%-MALT",
                                       "imm glob g (IgG) human",
                                       "immune glob 10%",
                                       "Immune serum globulin",
                                       "immune globulin (human) 10 % solution",
                                       "immunoglobulin human normal 100 mg/mL",
                                       "immunoglobulin"};
  for (auto const& name : names) {
    hold({{named(name) + kIv, "IVIG"},
          {named(name), "IVIG, route asked"},
          {named(name) + told("400 mg/kg IV daily for 5 days"), "IVIG"},
          {named(name + " IV"), "IVIG"},
          {named(name) + kSc, "other route"}});
  }
  hold({{named("ivIg (human)"), "IVIG"}, {named("IVIG"), "IVIG"}, {named("immune globulin human-ifas 10 %"), "IVIG"}});
}

TEST(Product, B13_an_antigen_or_fragment_is_another_product) {
  for (std::string const name :
       {"hepatitis B immune globulin", "immun glob hep B 5 mL", "rabies immune globulin", "immune glob,tetanus",
        "CMV immune globulin IV", "Rho(D) immune globulin IV", "botulism immune globulin IV", "anthrax immune globulin",
        "vaccinia immune globulin IV", "varicella-zoster immune globulin", "antithymocyte globulin (rabbit)",
        "lymphocyte immune globulin equine", "digoxin immune fab", "crotalidae immune Fab", "immune globulin,rabies"}) {
    hold({{named(name) + kIv, "no"}, {named(name), "no"}});
  }
}

TEST(Product, B12_a_product_for_another_route_ordered_intravenously) {
  for (std::string const name :
       {"Hizentra", "HIZENTRA 20 % 4 g/20 mL", "Cuvitru 20%", "Xembify", "Cutaquig 16.5%", "HyQvia", "Gammanorm",
        "GamaSTAN", "immune globulin intramuscular", "immune globulin (human)-hipp 16.5 % 2 gram/12 mL",
        "immune globulin, human-klhw 20%", "immune globulin (human) 20 % 1 gram/5 mL", "immune globulin 10 % subcut",
        "immune globulin IM", "IgG/hyaluronidase, recombinant"}) {
    hold({{named(name) + kIv, "wrong route"}, {named(name) + told("10 g IV piggyback once"), "wrong route"}});
    EXPECT_FALSE(product_of(named(name) + kSc).ivig) << name;
    EXPECT_FALSE(product_of(named(name)).ivig) << name;
  }
  for (std::string const name :
       {"Gamunex-C (IV/SC)", "Gammagard Liquid 10 % IV or subcutaneous", "Gamunex-C 10 % subcut"})
    EXPECT_FALSE(product_of(named(name) + kIv).wrong_route) << name;
  hold({{named("hyaluronidase, human recombinant (Hylenex)") + kIv, "no"},
        {named("Gamunex-C 10 % subcut") + kIv, "IVIG, route asked"},
        {ndc("44206-456-21", "immune globulin (human) 20 % 1 gram/5 mL") + kIv, "wrong route"},
        {ndc("0069-1476-02") + kIv, "wrong route"},
        {ndc("13533-335-12", "immune globulin (human) 15-18 % injection"), "no"},
        {ndc("13533-335-12", "immune globulin (human) 15-18 % injection") + kIv, "wrong route"}});
}

TEST(Product, H2_the_NDC_in_every_spelling) {
  for (std::string const code :
       {"68982-822-05", "68982-0822-05", "68982082205", "6898282205", "68982-822", "68982 0822 05", "NDC 68982-822-05",
        "N468982082205", "068982-0822-05", "68982–822–05", "68982-*822-05"}) {
    for (std::string const system :
         {"http://hl7.org/fhir/sid/ndc", "https://hl7.org/fhir/sid/ndc/", "urn:oid:2.16.840.1.113883.6.69",
          "2.16.840.1.113883.6.69", "NDC", "ndc11", "http://hl7.org/fhir/sid/ndc|2026"}) {
      Product const product = product_of(coded(system, code));
      EXPECT_EQ(outcome(product), "IVIG") << system << " " << code;
      EXPECT_EQ(product.name, "Panzyga") << system << " " << code;
    }
  }
  // Zeros in front of the labeler, written, padded, and lost where the code was kept as a number.
  for (std::string const code : {"0069-1415-02", "00069-1415-02", "00069141502", "0069141502", "69141502"})
    EXPECT_EQ(product_of(ndc(code)).name, "Panzyga") << code;
  hold({{"'medicationCodeableConcept':{'coding':[{'code':'68982-0822-05'}]}", "IVIG"},
        {ndc("68982-823-05"), "no"},
        {ndc("68982"), "no"},
        {ndc("68982-822-055"), "no"},
        {ndc("6898-2822-05-1"), "no"},
        {ndc("44206-451-01"), "no"},
        {ndc("0944-2700-02"), "IVIG, route asked"}});
}

TEST(Product, H3_of_two_strengths_none_is_assumed) {
  struct Strength {
    std::string name, expected;
  };
  for (auto const& [name, expected] : std::vector<Strength>{{"Octagam", ""},
                                                            {"Octagam 5%", "0.05"},
                                                            {"OCTAGAM (immune globulin) 10 %", "0.1"},
                                                            {"Gammagard S/D", ""},
                                                            {"Gammagard S/D 5 %", "0.05"},
                                                            {"Carimune NF", ""},
                                                            {"Carimune NF 6 g/100 mL", "0.06"},
                                                            {"Privigen", "0.1"},
                                                            {"Privigen 5%", ""},
                                                            {"IVIG", ""},
                                                            {"IVIG 5 g/50 mL (10 %)", "0.1"},
                                                            {"IVIG 5% or 10%", ""},
                                                            {"immune glob IV 10 gram/100 mL", "0.1"},
                                                            {"IVIG 100 mg/mL", "0.1"}})
    EXPECT_EQ(product_of(named(name) + kIv).concentration_g_per_ml, expected) << name;
}

/// The rows of the first table: brand, route, strength, ...
std::vector<std::vector<std::string>> table_rows() {
  std::ifstream in(std::string(IVIG_SOURCE_DIR) + "/docs/products.md");
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| ") || line.starts_with("| ---") || line.starts_with("| product")) continue;
    std::vector<std::string> cells;
    for (std::size_t at = 2; at < line.size();) {
      std::size_t const end = line.find(" | ", at);
      cells.push_back(line.substr(at, end == std::string::npos ? line.size() - at - 2 : end - at));
      at = end == std::string::npos ? line.size() : end + 3;
    }
    rows.push_back(std::move(cells));
  }
  return rows;
}

TEST(Product, B13_every_product_of_the_table_is_recognised_as_it_says) {
  auto const rows = table_rows();
  ASSERT_GE(rows.size(), 40U);
  for (auto const& row : rows) {
    ASSERT_GE(row.size(), 3U);
    std::string const& route = row[1];
    std::string const expected = route == "IV" ? "IVIG" : route == "IV, SC" ? "IVIG, route asked" : "no";
    EXPECT_EQ(outcome(product_of(named(row[0]))), expected) << row[0];
    std::string const by_vein = route.starts_with("IV") ? "IVIG" : "wrong route";
    EXPECT_EQ(outcome(product_of(named(row[0]) + kIv)), by_vein) << row[0];
  }
}

}  // namespace
}  // namespace ivig::advice
