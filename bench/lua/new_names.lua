-- wrk script: as post.lua, with every display text another each time, so that no name was ever read before.
-- Arguments after "--": the file of the body.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
dofile(here .. "post.lua")

local prepare = init
local number = 0

function init(args)
  prepare(args)
  -- Threads and runs must not send the same names.
  math.randomseed(os.time() + tonumber(tostring(wrk):match("0x(%x+)"), 16) % 1000003)
  number = math.random(1, 2 ^ 31) * 2 ^ 20
end

function request()
  number = number + 1
  local body = wrk.body:gsub('("display": ")', "%1" .. string.format("%.0f ", number))
  return wrk.format(nil, nil, nil, body)
end
