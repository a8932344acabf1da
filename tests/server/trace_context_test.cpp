#include "server/trace_context.h"

#include <gtest/gtest.h>

namespace ivig::server {
namespace {

constexpr char const* kHeader = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContext, gives_the_trace_id_of_a_well_formed_header) {
  EXPECT_EQ(trace_id(kHeader), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(trace_id("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later"),
            "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST(TraceContext, gives_none_for_anything_else) {
  for (char const* header : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                             "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                             "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g"}) {
    EXPECT_EQ(trace_id(header), std::nullopt) << header;
  }
}

TEST(TraceContext, goes_on_under_a_span_of_its_own) {
  EXPECT_EQ(outbound_traceparent(kHeader, "0123456789abcdef"),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0123456789abcdef-01");
  EXPECT_EQ(outbound_traceparent("nonsense", "0123456789abcdef"), "");
  EXPECT_EQ(outbound_traceparent(kHeader, "0000000000000000"), "");
}

}  // namespace
}  // namespace ivig::server
