#pragma once
// Does an order's drug make it an order for IVIG? Asked of every order of an export, so that drugs seen before are
// remembered by the bytes that name them.

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "advice/knowledge.h"
#include "base/json_glance.h"
#include "base/result.h"
#include "batch/options.h"

namespace ivig::batch {

struct OrderedDrug {
  bool ivig = false;      ///< if its route does not tell otherwise
  std::string elsewhere;  ///< else, where the drug stands in a Medication of its own: that one's id
};

/// One per thread.
class OrderedDrugs {
 public:
  OrderedDrugs(advice::Knowledge const& knowledge, Limits const& limits) : knowledge_(knowledge), limits_(limits) {}

  /// The drug of an order. `written`: its top members if they are known as they are written, else nullptr. The result
  /// is good until the next call. Errors: those of JsonBody::parse.
  [[nodiscard]] base::Result<OrderedDrug> of_order(std::string_view order,
                                                   std::vector<base::WrittenMember> const* written);
  /// What an order for this Medication would be for.
  [[nodiscard]] base::Result<OrderedDrug> of_medication(std::string_view medication, std::string_view id) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  [[nodiscard]] base::Result<OrderedDrug> read(std::string order) const;

  advice::Knowledge const& knowledge_;
  Limits const& limits_;
  std::string naming_;  // an order with nothing but what names its drug
  std::unordered_map<std::string, OrderedDrug, Hash, std::equal_to<>> known_;
  std::size_t known_bytes_ = 0;
};

}  // namespace ivig::batch
