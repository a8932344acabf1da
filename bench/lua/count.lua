-- wrk script: as post.lua, but ends after so many requests of each thread. Arguments: the body's file, the count.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
dofile(here .. "post.lua")

local prepare = init
local text, left

function init(args)
  prepare(args)
  text = wrk.format()
  left = tonumber(args[2])
end

function request()
  left = left - 1
  if left <= 0 then used_up() end
  return text
end
