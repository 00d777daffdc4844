/**
 * What every transition of `active:<tenant>:<account>` begins with. The key is a hash; times are milliseconds since 1970 and
 * come from the caller's clock.
 *
 *   session, device, since, last   which session, of which browser, from when, last activity of the person
 *   idle                           the tenant's auto-logout time; a change of the setting writes it here at once
 *   remembered                     '1': survives closing and losing the browser (until idle)
 *   leased, seen                   '1' once a page has sent a heartbeat; when a page was last heard of
 *   stream                         the browser's open event stream
 *   closing                        past this moment the session is over, unless a page is heard of before
 *   away                           the stream broke without a word: past this moment others may sign in, before `closing`
 *   page:<id>                      'e:<t>' a page on its way, 'c:<t>' a page that is open and visible, 'b:<t>' one that is open in
 *                                  the background, 'l:<t>' one that is about to be left, 'x:<t>' one that has been left
 *   ended                          why it is over; nothing takes this back
 *   before, beforeEnded            the session it replaced, and why that one is over
 */
export const times = {
  /** No session lives longer than this, however busy (ASVS 7.3.2). */
  absolute: 12 * 60 * 60_000,
  /** Between the last page's leaving and the end. */
  grace: 3000,
  /** A stream that broke without a word: from then on the account is free for others. */
  away: 5000,
  /** And the end of its session: a network that was gone for 8 s comes back before it. */
  unheard: 9000,
  /** Without a heartbeat for so long the browser is gone. Pages send one every 40 s, throttled ones every 60 s. */
  lease: 110_000,
  /** How long a page that has not been heard of again counts as open. */
  pageLife: 90_000,
  /** How long a page may take from its request, or from its answer where that took long, to its first heartbeat. */
  arrival: 15_000,
}

export const prelude = `
local key, now = KEYS[1], tonumber(ARGV[1])
local function read()
  local held, flat = {}, redis.call('HGETALL', key)
  for at = 1, #flat, 2 do held[flat[at]] = flat[at + 1] end
  return held
end
local names = { 'session', 'device', 'since', 'last', 'idle', 'remembered', 'leased', 'seen', 'closing', 'away', 'ended',
  'before', 'beforeEnded' }
local function facts()
  local held, values = {}, redis.call('HMGET', key, unpack(names))
  for at, name in ipairs(names) do held[name] = values[at] or nil end
  return held
end
local function forgetPages(held)
  for field, value in pairs(held) do
    local at = field:sub(1, 5) == 'page:' and tonumber(value:sub(3))
    if at and at < now - ${times.lease} then redis.call('HDEL', key, field) end
  end
end
local function verdict(held)
  if not held.session then return 'none' end
  if held.ended then return held.ended end
  local why, when = 'live', now + 1
  local function due(reason, at) if at <= now and at < when then why, when = reason, at end end
  due('idle', held.last + held.idle)
  due('limit', held.since + ${times.absolute})
  if held.closing then due(held.away and 'lost' or 'closed', tonumber(held.closing)) end
  if held.leased and held.remembered ~= '1' then due('lost', held.seen + ${times.lease}) end
  return why
end
local function isAway(held)
  return held.away and tonumber(held.away) <= now
end
local function heardOf()
  redis.call('HDEL', key, 'closing', 'away')
end
local function finish(why)
  redis.call('HSET', key, 'ended', why)
end
local function act(held)
  redis.call('HSET', key, 'last', now)
  redis.call('PEXPIRE', key, tonumber(held.idle))
end
local function whyNot(held, session)
  if not held.session then return 'idle' end
  if held.before == session then return held.beforeEnded end
  return 'elsewhere'
end
local function ends(held)
  return { held.last + held.idle - now, held.since + ${times.absolute} - now, tonumber(held.idle) }
end
`
