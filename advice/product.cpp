#include "advice/product.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "advice/statements.h"

namespace ivig::advice {
namespace {

using rules::Basis;

enum class Route : std::uint8_t { not_given, intravenous, other };

/// The route of the order; an order with several dosages is intravenous if one of them is.
Route route_of(Knowledge const& knowledge, fhir::Order const& order) {
  auto const& sets = knowledge.products;
  Route route = Route::not_given;
  for (auto const& given : order.routes) {
    Statement statement = recognise(knowledge, Place::treatment, given, {}, true);
    if (statement.match(sets.route_intravenous) != nullptr) return Route::intravenous;
    if (statement.match(sets.route_subcutaneous) != nullptr || statement.match(sets.route_intramuscular) != nullptr) {
      route = Route::other;
    }
  }
  return route;
}

/// How a concept speaks about the product.
struct Identity {
  bool intravenous = false, any_route = false, look_alike = false;
  [[nodiscard]] bool known() const { return intravenous || any_route || look_alike; }
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
    auto const& alike = sets.look_alikes;
    if (set == sets.intravenous && !broader) identity.intravenous = true;
    else if (set == sets.route_required || set == sets.intravenous) identity.any_route = true;
    else if (std::find(alike.begin(), alike.end(), set) != alike.end()) identity.look_alike = true;
  }

  Knowledge const& knowledge_;
};

/// Free text is not believed against a coding of a known system that names something else. REQ CTX-10
bool contradicted(Knowledge const& knowledge, Identifier const& identifier, fhir::Concept const& drug) {
  return std::any_of(drug.codings.begin(), drug.codings.end(), [&](fhir::Coding const& coding) {
    if (!knowledge.terms.is_known_system(coding.system) || coding.display.empty()) return false;
    Identity named = identifier.by_text(coding.display);
    return named.look_alike || !named.known();
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

/// "10%" (g per 100 mL) or "100 mg/mL" in the text of the drug, as g/mL.
std::string concentration_in(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (auto const& [unit, per_ml] : {std::pair{std::string_view("%"), base::Decimal(100, 0)},
                                     std::pair{std::string_view("mg/ml"), base::Decimal(1000, 0)}}) {
    std::size_t at = lower.find(unit);
    if (at == std::string::npos) continue;
    while (at > 0 && lower[at - 1] == ' ') --at;
    std::size_t start = at;
    while (start > 0 && (std::isdigit(static_cast<unsigned char>(lower[start - 1])) != 0 || lower[start - 1] == '.'))
      --start;
    auto number = base::Decimal::parse(std::string_view(lower).substr(start, at - start));
    if (number) return (*number / per_ml).short_text();
  }
  return {};
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
  if (product.concentration_g_per_ml.empty()) product.concentration_g_per_ml = concentration_in(text);
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

/// All but the product's name and strength, and the codes that tell them.
Product identify(Knowledge const& knowledge, fhir::Order const& order, std::vector<fhir::CodeMatch>& matches) {
  Product product;
  Identifier identifier(knowledge);
  Identity identity = identifier.by_code(order.drug, matches);
  Identity text = identifier.by_text(drug_text(order));
  product.basis = Basis::code;
  if (!identity.known()) {
    for (auto const& ingredient : order.ingredients) {
      std::vector<fhir::CodeMatch> ingredient_matches;
      Identity one = identifier.by_code(ingredient, ingredient_matches);
      identity.intravenous = identity.intravenous || one.intravenous;
      identity.any_route = identity.any_route || one.any_route;
      identity.look_alike = identity.look_alike || one.look_alike;
    }
  }
  bool service = order.resource_type == "ServiceRequest" || order.resource_type == "ProcedureRequest";
  if (!identity.known()) {
    if (contradicted(knowledge, identifier, order.drug)) {
      product.contradicted = text.intravenous && !text.look_alike;
      return product;
    }
    identity = text;
    // A request for a service is for a product only when it says "intravenous": "immune globulin" may be a test.
    if (service) identity.any_route = false;
    product.basis = Basis::text;
  } else if (!identity.intravenous && text.intravenous && !text.look_alike) {
    identity.intravenous = true;  // a code for any route, and a name that is intravenous only
  }
  if (identity.look_alike || (text.look_alike && !identity.intravenous) ||
      !(identity.intravenous || identity.any_route))
    return {};

  Route route = route_of(knowledge, order);
  product.other_route = route == Route::other;
  if (product.other_route) return product;
  product.ivig = true;
  product.route_unknown = !identity.intravenous && route == Route::not_given && !service;
  product.uncertain = order.drug_unresolved;
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
