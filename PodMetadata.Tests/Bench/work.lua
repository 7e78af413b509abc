-- The requests of one work, for wrk: wrk … -s work.lua ADDRESS -- WORK FIRST LAST RUN THREADS BODIES
-- WORK is one of the functions below, FIRST and LAST the pods it is about, RUN a number that no other run has, and BODIES a file with the
-- end of a body a line.
local count = 0

function setup(thread)
  thread:set("number", count)
  count = count + 1
end

local bodies, first, last, run, threads, make = {}
local sent = 0

local function get(path)
  return "GET " .. path .. " HTTP/1.1\r\nHost: localhost\r\n\r\n"
end

local function post(path, body)
  return "POST " .. path .. " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

local function any()
  return math.random(first, last)
end

-- The pod of the request after the last, and that request's number among those of all threads: as in Pgbench.cs, requests that follow each
-- other are about pods far apart, and each pod comes once before one comes again.
local function following()
  local n = sent * threads + number
  sent = sent + 1
  return first + n * 7919 % (last - first + 1), n
end

local function ip(id)
  return "10." .. math.floor(id / 65536) .. "." .. math.floor(id / 256) % 256 .. "." .. id % 256
end

-- The stamps of later requests, and of later runs, are later.
local function spec(id, body)
  return post("/pod/spec", string.format(
    '{"pod_name":"pod-%d","pod_namespace":"ns-%d","pod_ip":"%s","node_name":"node-%d","is_dead":false%s,"time_stamp":"2026-06-01T%02d:%02d:00.%06d"}',
    id, id % 80, ip(id), math.floor(id / 30), bodies[body % #bodies + 1], math.floor(run / 60), run % 60, sent))
end

local works = {
  name = function() return get("/pod/name/pod-" .. any()) end,
  ip = function() return get("/pod/ip/" .. ip(any())) end,
  list = function() return get("/pod/list/node-" .. math.floor(any() / 30)) end,
  new = function() return spec(following()) end,
  changed = function()
    local id, n = following()
    return spec(id, id + run * 100 + math.floor(n / (last - first + 1)))
  end,
  unchanged = function()
    local id = following()
    return spec(id, id - 1)
  end,
  mark_dead = function()
    local id = following()
    return post("/pod/mark_dead", '{"pod_name":"pod-' .. id .. '","pod_ip":"' .. ip(id) .. '"}')
  end,
}

function init(args)
  make, first, last, run, threads = works[args[1]], tonumber(args[2]), tonumber(args[3]), tonumber(args[4]), tonumber(args[5])
  math.randomseed(run * threads + number)
  if args[6] then
    for body in io.lines(args[6]) do
      bodies[#bodies + 1] = body
    end
  end
end

function request()
  return make()
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("wrk: %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
