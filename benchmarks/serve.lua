-- wrk: sentences to /v1/interpret, by turns. RATE requests a second over all THREADS; without it, as fast as they are
-- answered.
local ffi = require("ffi")
ffi.cdef[[
typedef struct { long sec; long nsec; } batti_time;
int clock_gettime(int clock, batti_time *t);
]]

local function now_ms()
  local t = ffi.new("batti_time")
  ffi.C.clock_gettime(1, t)
  return tonumber(t.sec) * 1000 + tonumber(t.nsec) / 1e6
end

local bodies = {}
for line in io.lines(os.getenv("SENTENCES")) do
  table.insert(bodies, '{"sentence": "' .. line .. '"}')
end
local at, due = math.floor(now_ms()) % #bodies, nil -- each run goes on with other sentences
local rate = tonumber(os.getenv("RATE") or "0") / tonumber(os.getenv("THREADS") or "1")

if rate > 0 then
  function delay()
    local now = now_ms()
    due = math.max((due or now) + 1000 / rate, now - 1000)
    return math.max(0, math.floor(due - now + 0.5))
  end
end

function request()
  at = at % #bodies + 1
  return wrk.format("POST", "/v1/interpret", {["Content-Type"] = "application/json"}, bodies[at])
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '{"requests_per_second": %.1f, "p50_ms": %.1f, "p99_ms": %.1f, "max_ms": %.1f, ' ..
    '"seconds": %.1f, "requests": %d, "errors": %d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    latency.max / 1000, summary.duration / 1e6, summary.requests,
    e.connect + e.read + e.write + e.status + e.timeout))
end
