// A JSON text has one owner; its values are looked at and never carried away.
#include "base/json_body.h"
#include "base/json_read.h"

namespace ivig::base {

#ifdef MUST_NOT_COMPILE
// error: use of deleted function 'ivig::base::Json::Json(const ivig::base::Json&)'
Json carried_away(JsonBody const& body) { return body.root(); }
// error: use of deleted function 'ivig::base::JsonBody::JsonBody(const ivig::base::JsonBody&)'
JsonBody copied(JsonBody const& body) { return body; }
// error: is private within this context
std::size_t unparsed(std::string const& bytes) { return JsonBody(bytes).wire().size(); }
// error: is private within this context
bool is_object(Json const& value) { return value.type_ == Json::Type::object; }
// error: ignoring return value of
void forgotten(std::string const& bytes) { JsonBody::parse(bytes, {}); }
// error: has no member named 'root'
bool unasked(Result<JsonBody*> const& body) { return body.root().IsObject(); }
#else
Json const& looked_at(JsonBody const& body) { return body.root(); }
bool is_object(Json const& value) { return value.IsObject(); }
bool parsed(std::string const& bytes) { return JsonBody::parse(bytes, {}).has_value(); }
bool asked(Result<JsonBody*> const& body) { return body && (*body)->root().IsObject(); }
#endif

}  // namespace ivig::base
