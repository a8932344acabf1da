#include "advice/product.h"

#include <algorithm>
#include <array>
#include <optional>

#include "advice/statements.h"
#include "advice/strength.h"
#include "base/json_read.h"

namespace ivig::advice {
namespace {

using rules::Basis;

/// The routes that a text or code names.
struct Routes {
  bool intravenous = false, other = false;
  [[nodiscard]] bool none() const { return !intravenous && !other; }
  [[nodiscard]] bool only_intravenous() const { return intravenous && !other; }
  [[nodiscard]] bool only_other() const { return other && !intravenous; }
};

/// What the order's own elements say.
Routes routes_of(Knowledge const& knowledge, fhir::Order const& order) {
  auto const& sets = knowledge.products;
  Routes routes;
  for (auto const& given : order.routes) {
    Statement statement = recognise(knowledge, Place::treatment, given, {}, true);
    if (statement.match(sets.route_intravenous) != nullptr) routes.intravenous = true;
    else if (statement.match(sets.route_subcutaneous) != nullptr ||
             statement.match(sets.route_intramuscular) != nullptr)
      routes.other = true;
  }
  return routes;
}

/// Adds the routes that words name and do not deny.
void add_routes(Knowledge const& knowledge, Wording const& wording, Routes& routes) {
  auto const& sets = knowledge.products;
  for (auto const& mention : wording.mentions) {
    auto const& owner = knowledge.owners[mention.owner];
    if (owner.kind != PhraseOwner::Kind::value_set || mention.assertion != fhir::Assertion::affirmed) continue;
    if (owner.set == sets.route_intravenous) routes.intravenous = true;
    if (owner.set == sets.route_subcutaneous || owner.set == sets.route_intramuscular) routes.other = true;
  }
}

/// Instructions are about a patient: how they read is not remembered.
Routes routes_in_instructions(Knowledge const& knowledge, fhir::Order const& order) {
  Routes routes;
  auto add = [&](std::string_view text) {
    if (!text.empty()) add_routes(knowledge, read_wording(knowledge, text), routes);
  };
  for (auto const* dosage : order.dosages) {
    for (char const* member : {"text", "patientInstruction"}) add(base::string_member(*dosage, member));
  }
  if (order.resource != nullptr) add(base::string_member(*order.resource, "renderedDosageInstruction"));
  return routes;
}

/// How a concept speaks about the product.
struct Identity {
  bool intravenous = false, any_route = false, look_alike = false;
  bool other_route_only = false;  ///< normal immune globulin that is not made for intravenous use
  bool other_route_hint = false;  ///< a word that beside a name for any route says so: "-klhw", "hyaluronidase"
  [[nodiscard]] bool known() const { return intravenous || any_route || look_alike || other_route_only; }
  [[nodiscard]] bool counts() const { return intravenous || any_route; }
  void add(Identity const& more) {
    intravenous = intravenous || more.intravenous;
    any_route = any_route || more.any_route;
    look_alike = look_alike || more.look_alike;
    other_route_only = other_route_only || more.other_route_only;
    other_route_hint = other_route_hint || more.other_route_hint;
  }
};

class Identifier {
 public:
  explicit Identifier(Knowledge const& knowledge) : knowledge_(knowledge) {}

  [[nodiscard]] Identity by_code(fhir::Concept const& what, std::vector<fhir::CodeMatch>& matches) const {
    Identity identity;
    for (auto const& coding : what.codings) knowledge_.terms.find(coding, matches);
    for (auto const& match : matches) note(match.set, match.broader, identity);
    return identity;
  }

  [[nodiscard]] Identity by_text(std::string_view text) const {
    Identity identity;
    auto const wording = knowledge_.wordings->of(knowledge_, text);
    for (auto const& mention : wording->mentions) {
      auto const& owner = knowledge_.owners[mention.owner];
      bool usable = owner.kind == PhraseOwner::Kind::value_set && mention.assertion == fhir::Assertion::affirmed &&
                    mention.kind != fhir::PhraseKind::ambiguous_abbreviation;
      if (usable) note(owner.set, mention.kind == fhir::PhraseKind::broader, identity);
    }
    return identity;
  }

 private:
  void note(fhir::SetIndex set, bool broader, Identity& identity) const {
    auto const& sets = knowledge_.products;
    auto holds = [set](std::vector<fhir::SetIndex> const& list) {
      return std::find(list.begin(), list.end(), set) != list.end();
    };
    if (set == sets.intravenous && !broader) identity.intravenous = true;
    else if (set == sets.route_required || set == sets.intravenous) identity.any_route = true;
    else if (holds(sets.other_route_only)) (broader ? identity.other_route_hint : identity.other_route_only) = true;
    else if (holds(sets.look_alikes)) identity.look_alike = true;
  }

  Knowledge const& knowledge_;
};

/// Free text is not believed against a coding of a known system that names something else. REQ CTX-10
bool contradicted(Knowledge const& knowledge, Identifier const& identifier, fhir::Concept const& drug) {
  return std::any_of(drug.codings.begin(), drug.codings.end(), [&](fhir::Coding const& coding) {
    if (!knowledge.terms.is_known_system(coding.system) || coding.display.empty()) return false;
    Identity named = identifier.by_text(coding.display);
    return named.look_alike || !(named.counts() || named.other_route_only);
  });
}

/// The brand name that a text holds, the longest one as the value set writes it; empty when none.
std::string brand_in(Knowledge const& knowledge, std::string_view text) {
  BrandName const* best = nullptr;
  knowledge.brand_words.each(fhir::folded_text(text) + " ", [&](std::uint32_t index) {
    BrandName const& brand = knowledge.brands[index];
    if (best == nullptr || brand.folded.size() > best->folded.size() ||
        (brand.folded.size() == best->folded.size() && &brand < best))
      best = &brand;
  });
  return best == nullptr ? std::string() : best->name;
}

/// The products that go by `name`: "Octagam" is two strengths.
std::vector<fhir::ProductProfile const*> products_named(Knowledge const& knowledge, std::string_view name) {
  std::vector<fhir::ProductProfile const*> found;
  std::string const wanted = fhir::folded_text(name) + " ";
  knowledge.brand_words.each(wanted, [&](std::uint32_t index) {
    BrandName const& brand = knowledge.brands[index];
    bool const listed = std::find(found.begin(), found.end(), brand.profile) != found.end();
    if (!listed && brand.folded == wanted) found.push_back(brand.profile);
  });
  return found;
}

/// The stabilizers of these products; a semicolon in a profile separates forms of one brand. Empty when the stabilizer
/// of one of them is not known.
std::vector<std::string> stabilizers_of(std::vector<fhir::ProductProfile const*> const& profiles) {
  std::vector<std::string> found;
  for (auto const* profile : profiles) {
    if (profile->stabilizer.empty()) return {};
    for (std::size_t at = 0; at != std::string::npos;) {
      std::size_t end = profile->stabilizer.find(';', at);
      found.push_back(profile->stabilizer.substr(at, end == std::string::npos ? end : end - at));
      at = end == std::string::npos ? end : end + 1;
    }
  }
  return found;
}

std::string drug_text(fhir::Order const& order) {
  std::string text(order.drug.text);
  for (auto const& coding : order.drug.codings) text.append(" ; ").append(coding.display);
  return text;
}

void describe(Knowledge const& knowledge, fhir::Order const& order, std::vector<fhir::CodeMatch> const& matches,
              Product& product) {
  std::string text = drug_text(order);
  for (auto const& match : matches) {
    auto const& code = knowledge.terms.sets()[match.set].codes[match.code];
    if (product.name.empty()) product.name = code.brand;
    if (product.concentration_g_per_ml.empty()) product.concentration_g_per_ml = code.concentration_g_per_ml;
  }
  if (auto brand = brand_in(knowledge, text); !brand.empty()) product.name = brand;
  auto profiles = products_named(knowledge, product.name);
  product.stabilizers = stabilizers_of(profiles);
  // A name that several strengths share fixes none.
  if (profiles.size() == 1) {
    product.name = profiles.front()->brand;
    if (product.concentration_g_per_ml.empty())
      product.concentration_g_per_ml = profiles.front()->concentration_g_per_ml;
  }
  auto const stated = strengths_in(text);
  auto const known = base::Decimal::parse(product.concentration_g_per_ml);
  // Of two strengths neither is believed: where it matters, it is asked for.
  if (stated.size() == 1)
    product.concentration_g_per_ml = known && !(*known == stated.front()) ? "" : stated.front().short_text();
  if (!product.name.empty()) return;
  product.name = order.drug.text;
  for (auto const& coding : order.drug.codings) {
    if (product.name.empty()) product.name = coding.display;
  }
}

}  // namespace

bool is_over(fhir::Order const& order) {
  constexpr std::array<std::string_view, 6> kOver{"entered-in-error", "cancelled", "stopped",
                                                  "completed",        "ended",     "revoked"};
  return std::find(kOver.begin(), kOver.end(), order.status) != kOver.end();
}

bool is_live(fhir::Order const& order) { return !order.do_not_perform && !order.reported && !is_over(order); }

namespace {

/// A request for a service is for a product only when it says "intravenous": "immune globulin" may be a test.
bool is_service(fhir::Order const& order) {
  return order.resource_type == "ServiceRequest" || order.resource_type == "ProcedureRequest";
}

/// By the codes, else by the texts; nullopt when a coding of a known system names something else than the texts.
std::optional<Identity> identity_of(Knowledge const& knowledge, fhir::Order const& order, std::string_view name,
                                    Identity const& text, std::vector<fhir::CodeMatch>& matches, Basis& basis) {
  Identifier const identifier(knowledge);
  Identity identity = identifier.by_code(order.drug, matches);
  if (!identity.known()) {
    for (auto const& ingredient : order.ingredients) {
      std::vector<fhir::CodeMatch> of_ingredient;
      identity.add(identifier.by_code(ingredient, of_ingredient));
    }
  }
  basis = Basis::code;
  if (!identity.known()) {
    if (contradicted(knowledge, identifier, order.drug)) return std::nullopt;
    identity.add(text);
    if (is_service(order)) identity.any_route = false;
    basis = Basis::text;
  } else if (!identity.intravenous && !identity.other_route_only && text.intravenous && !text.look_alike) {
    identity.intravenous = true;  // a code for any route, and a name that is intravenous only
  }
  identity.look_alike = identity.look_alike || (text.look_alike && !identity.intravenous);
  if (identity.intravenous || !(identity.counts() || text.counts())) return identity;
  auto const& limit = knowledge.rules.products.too_strong_for_vein;
  auto const strengths = limit ? strengths_in(name) : std::vector<base::Decimal>{};
  bool const strong =
      std::any_of(strengths.begin(), strengths.end(), [&](base::Decimal const& one) { return *limit <= one; });
  if (strong || text.other_route_only || text.other_route_hint || identity.other_route_hint)
    identity.other_route_only = true;
  return identity;
}

/// All but the product's name and strength, and the codes that tell them.
Product identify(Knowledge const& knowledge, fhir::Order const& order, std::vector<fhir::CodeMatch>& matches) {
  Product product;
  std::string const name = drug_text(order);
  Identity const text = Identifier(knowledge).by_text(name);
  auto const identity = identity_of(knowledge, order, name, text, matches, product.basis);
  if (!identity) {
    product.contradicted = text.intravenous && !text.look_alike;
    return product;
  }
  if (identity->look_alike || !(identity->counts() || identity->other_route_only)) return {};

  Routes const ordered = routes_of(knowledge, order);
  // Beside the route itself the instructions have nothing to add.
  Routes const told = ordered.intravenous ? Routes() : routes_in_instructions(knowledge, order);
  Routes named;
  add_routes(knowledge, *knowledge.wordings->of(knowledge, name), named);
  bool const into_vein =
      ordered.intravenous || told.only_intravenous() || (ordered.none() && told.none() && named.only_intravenous());
  // A name without a brand that tells one route is the name of a product for it.
  bool const named_for_other = named.only_other() && !identity->intravenous && brand_in(knowledge, name).empty();
  product.uncertain = order.drug_unresolved;
  if (identity->other_route_only || named_for_other) {
    product.wrong_route = true;
    product.ivig = into_vein || named.only_intravenous();
    product.other_route = !into_vein && !identity->other_route_only;
    return product;
  }
  product.other_route = ordered.only_other() && !told.only_intravenous();
  if (ordered.none() && told.only_other()) product.other_route = !identity->intravenous;
  if (product.other_route) return product;
  product.ivig = true;
  // Two things are said of the route, or nothing.
  bool const contrary = ordered.only_other() || (into_vein && named.only_other());
  bool const open = contrary || (ordered.none() && !into_vein && !identity->intravenous);
  product.route_unknown = open && !is_service(order);
  return product;
}

}  // namespace

bool is_product(Knowledge const& knowledge, fhir::Order const& order) {
  std::vector<fhir::CodeMatch> matches;
  return identify(knowledge, order, matches).ivig;
}

Product recognise_product(Knowledge const& knowledge, fhir::Order const& order) {
  std::vector<fhir::CodeMatch> matches;
  Product product = identify(knowledge, order, matches);
  if (product.ivig) describe(knowledge, order, matches, product);
  return product;
}

}  // namespace ivig::advice
