-- wrk script: posts one body again and again. Arguments after "--": the file of the body.
function init(args)
  local file = assert(io.open(args[1], "rb"))
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = file:read("*a")
  file:close()
end

-- For the scripts that send a number of requests: ends this thread, once. wrk itself would sleep on until its time is over;
-- the line tells the harness to interrupt it.
local stopped = false
function used_up()
  if stopped then return end
  stopped = true
  wrk.thread:stop()
  io.write("USED UP\n")
  io.flush()
end

-- One line for the harness; times in microseconds.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
