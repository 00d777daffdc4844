import { pageScripts } from './page-transitions.ts'
import { prelude } from './script-prelude.ts'

/**
 * The transitions of `active:<tenant>:<account>`; each is one Lua script on that one key, so that no two of them ever see each
 * other half-done.
 */
export const scripts = {
  ...pageScripts,

  /** now, session, device, idle, policy, remembered -> 'claimed' | 'blocked', since, last */
  claim: `${prelude}
local held = read()
local state = verdict(held)
local gone = isAway(held)
if state == 'live' and not gone and held.device ~= ARGV[3] and ARGV[5] == 'block' then return { 'blocked', held.since, held.last } end
redis.call('DEL', key)
redis.call('HSET', key, 'session', ARGV[2], 'device', ARGV[3], 'since', now, 'last', now, 'seen', now, 'idle', ARGV[4],
  'remembered', ARGV[6])
if held.session then
  if state == 'live' then state = gone and 'lost' or 'elsewhere' end
  redis.call('HSET', key, 'before', held.session, 'beforeEnded', state)
end
redis.call('PEXPIRE', key, ARGV[4])
return { 'claimed' }`,

  /** A request: now, session, active, page on its way or '' -> 'live', ms left, remembered | why not */
  touch: `${prelude}
local held = facts()
if held.session ~= ARGV[2] then return { whyNot(held, ARGV[2]) } end
local state = verdict(held)
if state ~= 'live' then
  finish(state)
  return { state }
end
if ARGV[3] == '1' then
  held.last = now
  redis.call('HSET', key, 'seen', now)
  heardOf()
  act(held)
end
if ARGV[4] ~= '' then
  redis.call('HSET', key, 'page:' .. ARGV[4], 'e:' .. now)
  if redis.call('HLEN', key) % 64 == 0 then forgetPages(read()) end
end
local left = ends(held)
return { 'live', math.min(left[1], left[2]), held.remembered }`,

  /** now, session or '' for whichever is live, why -> 1 when a live one was ended */
  end: `${prelude}
local held = read()
if ARGV[2] ~= '' and held.session ~= ARGV[2] then return 0 end
local state = verdict(held)
if state == 'none' or held.ended then return 0 end
if state == 'live' then state = ARGV[3] end
finish(state)
return state == ARGV[3] and 1 or 0`,

  /** The setting has changed: now, idle, whether remembering is still allowed */
  retime: `${prelude}
local held = read()
local state = verdict(held)
if state == 'none' or held.ended then return 0 end
if state ~= 'live' then
  finish(state)
  return 0
end
redis.call('HSET', key, 'idle', ARGV[2])
if ARGV[3] ~= '1' and held.remembered == '1' then redis.call('HSET', key, 'remembered', '0', 'seen', now) end
redis.call('PEXPIRE', key, math.max(1, held.last + ARGV[2] - now))
return 1`,

  /** now -> state, since, last */
  look: `${prelude}
local held = read()
local state = verdict(held)
if state == 'live' and isAway(held) then state = 'lost' end
return { state, held.since or '', held.last or '' }`,
} as const
export type Transition = keyof typeof scripts
