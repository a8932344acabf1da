-- wrk script: as post.lua, with a token of its own for every request, because a token is good for one call. Ends when
-- the tokens are used up. One thread only. Arguments: the body's file, the tokens' file, the first token, how many.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
dofile(here .. "post.lua")

local prepare = init
local tokens, at = {}, 0

function init(args)
  prepare(args)
  local first, count = tonumber(args[3]), tonumber(args[4])
  local number = 0
  for line in io.lines(args[2]) do
    number = number + 1
    if number > first + count then break end
    if number > first then tokens[#tokens + 1] = "Bearer " .. line end
  end
end

function request()
  at = at + 1
  if at >= #tokens then
    used_up()
    at = #tokens
  end
  wrk.headers["Authorization"] = tokens[at]
  return wrk.format()
end
