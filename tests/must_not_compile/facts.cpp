// Facts own their words, and unknown is not false.
#include "rules/facts.h"

namespace ivig::rules {

#ifdef MUST_NOT_COMPILE
// error: to 'ivig::rules::FactValue'
FactValue of_view(std::string_view words) { return {Truth::yes, Basis::code, words, {}}; }
// error: to 'ivig::rules::Indication'
Indication from_view(std::string_view place) { return {FactIndex{}, Truth::yes, Basis::code, place}; }
// error: to 'ivig::rules::FactValue'
FactValue of_bool(bool value) { return {value, Basis::code, {}, {}}; }
// error: could not convert 'fact' from 'ivig::rules::Truth' to 'bool'
int if_fact(Truth fact) { return fact ? 1 : 0; }
// error: no match for 'operator!'
bool denied(Truth fact) { return !fact; }
// error: no match for 'operator&&'
bool both(Truth one, Truth other) { return one && other; }
// error: no match for 'operator=='
bool known_true(Truth fact) { return fact == true; }
// error: assignment of member 'ivig::rules::FactValue::value' in read-only object
void past_the_door(FactValues& facts) { facts[0].value = Truth::yes; }
// error: from 'const std::vector<ivig::rules::Truth>' to 'ivig::rules::FactValues'
FactValues untold(std::vector<Truth> const& truths) { return truths; }
// error: use of deleted function
FactValue const& lent_by_a_temporary(std::vector<Truth> const& truths) { return FactValues(truths)[0]; }
// error: use of deleted function
std::vector<Truth> const& truths_of_a_temporary(Facts (*facts)()) { return facts().values.truths(); }
// error: use of deleted function
std::size_t read_from_a_temporary(Facts (*facts)()) { return facts().values.read().size(); }
#else
FactValue of_view(std::string_view words) { return {Truth::yes, Basis::code, std::string(words), {}}; }
Indication from_view(std::string_view place) { return {0, Truth::yes, Basis::code, std::string(place)}; }
FactValue of_bool(bool value) { return {value ? Truth::yes : Truth::no, Basis::code, {}, {}}; }
int if_fact(Truth fact) { return fact == Truth::yes ? 1 : 0; }
Truth denied(Truth fact) { return truth_not(fact); }
Truth both(Truth one, Truth other) { return truth_and(one, other); }
void through_the_door(FactValues& facts) { facts.set(0, {Truth::yes, Basis::code, {}, {}}); }
FactValues told(std::vector<Truth> const& truths) { return FactValues(truths); }
FactValue const& lent(FactValues const& facts) { return facts[0]; }
std::vector<Truth> const& truths(Facts const& facts) { return facts.values.truths(); }
std::size_t read(Facts const& facts) { return facts.values.read().size(); }
#endif

}  // namespace ivig::rules
