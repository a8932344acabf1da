#pragma once
// Reactions to a substance as the record tells them: allergies, how a treatment went, problems that name both.
// "IVIG: anaphylaxis" and "IVIG: headache" are different facts; which is which is data (docs/rule-form.md,
// "Reactions").

#include <vector>

#include "advice/treatments.h"

namespace ivig::advice {

/// One entry of the record that can tell of reactions. A resolved allergy counts: the body remembers.
struct ReactionStatement {
  enum class Source : std::uint8_t { allergy, treatment, problem };
  Source source = Source::allergy;
  Statement substance;
  struct Reaction {
    std::vector<Statement> manifestations;
    bool severe = false;  ///< recorded as severe or of high criticality
  };
  std::vector<Reaction> reactions;
};

/// Allergies, treatments given and problems not refuted, as entries that reaction clauses are read from. The statements
/// must be those of this record.
[[nodiscard]] std::vector<ReactionStatement> reaction_statements(Knowledge const& knowledge, fhir::Chart const& chart,
                                                                 std::vector<TreatmentStatement> const& treatments,
                                                                 std::vector<Statement> const& problems);

/// True when the entry tells of a reaction to the clause's substance, of the kind the clause asks for.
[[nodiscard]] bool tells_of(Knowledge const& knowledge, ReactionStatement const& entry, ReactionUse const& use);

/// True for an allergy to the clause's substance that tells neither what happened nor how severe it was.
[[nodiscard]] bool leaves_open(ReactionStatement const& entry, ReactionUse const& use);

}  // namespace ivig::advice
