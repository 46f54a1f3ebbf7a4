-- What wrk sends, from the environment, and what it has seen, as one line of JSON.
wrk.method = os.getenv("BENCH_METHOD") or "GET"
wrk.body = os.getenv("BENCH_BODY")
if wrk.body then wrk.headers["Content-Type"] = "application/json" end
local key = os.getenv("BENCH_KEY")
if key then wrk.headers["X-API-Key"] = key end

-- A file of paths, one a line: asked for in turns.
local list = os.getenv("BENCH_PATHS")
if list then
  local requests, turn = {}, 0
  function init()
    for path in io.lines(list) do requests[#requests + 1] = wrk.format(nil, path) end
  end
  function request()
    turn = turn % #requests + 1
    return requests[turn]
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"durationUs":%d,"p50Us":%d,"p99Us":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
