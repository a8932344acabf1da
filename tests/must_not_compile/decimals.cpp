// No binary floating point on the way to a dose, and no number that nobody asked whether it is one.
#include "base/decimal.h"

namespace ivig::base {

#ifdef MUST_NOT_COMPILE
// error: from 'double' to 'ivig::base::Decimal'
Decimal of_double() { return 0.4; }
// error: no matching function for call to 'ivig::base::Decimal::Decimal(double)'
Decimal made_of_double() { return Decimal(0.4); }
// error: conversion from 'double' to 'int64_t'
Decimal cut_off(double grams) { return Decimal(grams, 0); }
// error: from 'int' to 'ivig::base::Decimal'
Decimal without_scale() { return 4; }
// error: cannot convert 'ivig::base::Decimal' to 'double'
double to_double(Decimal dose) { return dose; }
// error: no match for 'operator*'
Decimal times_double(Decimal dose, double weight) { return dose * weight; }
// error: no match for 'operator<'
bool below_double(Decimal dose) { return dose < 2.0; }
// error: from 'ivig::base::Result<ivig::base::Decimal>'
Decimal unasked(std::string_view text) { return Decimal::parse(text); }
// error: ignoring return value of
void forgotten(std::string_view text) { Decimal::parse(text); }
// error: ignoring return value of
void not_rounded(Decimal dose) { dose.rounded(1); }
#else
Decimal of_literal() { return {4, 1}; }
double to_double(Decimal dose) { return dose.approximate(); }
Decimal times(Decimal dose, Decimal weight) { return dose * weight; }
bool below(Decimal dose) { return dose < Decimal(2, 0); }
Decimal asked(std::string_view text) { return Decimal::parse(text).value_or(Decimal()); }
Decimal rounded(Decimal dose) { return dose.rounded(1); }
#endif

}  // namespace ivig::base
