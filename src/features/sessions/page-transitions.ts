import { prelude, times } from './script-prelude.ts'

/** The transitions that pages and their event stream bring about. None of them is activity, but a beat that says so. */
export const pageScripts = {
  /** A page says that it is open: now, session, page, whether the person did something, whether it is visible -> ms left until idle, until the limit, idle */
  beat: `${prelude}
local held = read()
if held.session ~= ARGV[2] or verdict(held) ~= 'live' then return false end
local known = held['page:' .. ARGV[3]]
if known and known:sub(1, 1) == 'x' then return ends(held) end
local kind = ARGV[5] == '1' and 'c:' or 'b:'
redis.call('HSET', key, 'page:' .. ARGV[3], kind .. now, 'leased', '1', 'seen', now)
heardOf()
if ARGV[4] == '1' then
  held.last = now
  act(held)
end
forgetPages(held)
return ends(held)`,

  /**
   * A page is about to be left, for another one or for good, or not after all (a download): now, session, page. Where the stream has
   * broken just before and no other page is visible or on its way, the browser was closed.
   */
  leaving: `${prelude}
local held = read()
local own = 'page:' .. ARGV[3]
if held.session ~= ARGV[2] or (held[own] or ''):sub(1, 1) == 'x' then return 0 end
redis.call('HSET', key, own, 'l:' .. now)
if not held.away then return 1 end
for field, value in pairs(held) do
  local kind, at = value:sub(1, 1), field:sub(1, 5) == 'page:' and field ~= own and tonumber(value:sub(3))
  if at and at > now - ${times.pageLife} and (kind == 'c' or kind == 'e') then return 1 end
end
redis.call('HDEL', key, 'away')
redis.call('HSET', key, 'closing', math.min(tonumber(held.closing), now + ${times.grace}))
return 1`,

  /** A page has been left: now, session, page. Only the last one's leaving starts the grace. */
  close: `${prelude}
local held = read()
if held.session ~= ARGV[2] or held.remembered == '1' or verdict(held) ~= 'live' then return 0 end
local own = 'page:' .. ARGV[3]
redis.call('HSET', key, own, 'x:' .. now)
local ends = now + ${times.grace}
for field, value in pairs(held) do
  if field:sub(1, 5) == 'page:' and field ~= own then
    local kind, at = value:sub(1, 1), tonumber(value:sub(3))
    if (kind == 'c' or kind == 'b' or kind == 'l') and at > now - ${times.pageLife} then return 0 end
    if kind == 'e' then ends = math.max(ends, at + ${times.arrival}) end
  end
end
redis.call('HDEL', key, 'away')
redis.call('HSET', key, 'closing', ends)
return 1`,

  /** A page has been answered that took long, and is on its way only now: now, session, page */
  answered: `${prelude}
local held = read()
local own = 'page:' .. ARGV[3]
if held.session ~= ARGV[2] or verdict(held) ~= 'live' or (held[own] or ''):sub(1, 1) ~= 'e' then return 0 end
redis.call('HSET', key, own, 'e:' .. now)
if held.closing then
  heardOf()
  redis.call('HSET', key, 'closing', now + ${times.arrival})
end
return 1`,

  /** A request was answered by something else than a page (a download, a redirect): now, session, page */
  unpage: `${prelude}
if redis.call('HGET', key, 'session') ~= ARGV[2] then return 0 end
return redis.call('HDEL', key, 'page:' .. ARGV[3])`,

  /** The browser has opened its event stream, in place of any other: now, session, stream */
  watch: `${prelude}
local held = read()
if held.session ~= ARGV[2] or verdict(held) ~= 'live' then return 0 end
redis.call('HSET', key, 'stream', ARGV[3])
for field, value in pairs(held) do
  -- Pages that have been left may have asked for a stream before.
  if field:sub(1, 5) == 'page:' and value:sub(1, 1) ~= 'x' then
    heardOf()
    return 1
  end
end
return 1`,

  /**
   * The browser's end of its stream is gone: now, session, stream. Where a page was visible, a grace begins; where all were in the
   * background, as on a phone, the lease goes on.
   */
  unwatch: `${prelude}
local held = read()
if held.session ~= ARGV[2] or held.stream ~= ARGV[3] then return 0 end
redis.call('HDEL', key, 'stream')
if held.remembered == '1' or not held.leased or held.closing or verdict(held) ~= 'live' then return 0 end
local latest = {}
for field, value in pairs(held) do
  local kind, at = value:sub(1, 1), field:sub(1, 5) == 'page:' and tonumber(value:sub(3))
  if at and at > now - ${times.lease} then latest[kind] = math.max(latest[kind] or 0, at) end
end
if latest.b and not latest.c then return 0 end
local expected = (latest.e or 0) + ${times.arrival}
local ends = now + (latest.c and ${times.unheard} or ${times.grace})
if expected <= now and latest.c then redis.call('HSET', key, 'away', now + ${times.away}) end
redis.call('HSET', key, 'closing', math.max(ends, expected))
return 1`,
} as const
