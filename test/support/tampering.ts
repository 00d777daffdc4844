import { randomInt } from 'node:crypto'
import type pg from 'pg'

type Victim = { owner: pg.Client; tenantId: string; otherTenantId: string }
/** One way of changing the log by hand; it says how often it changed anything. */
type Tampering = (victim: Victim) => Promise<number>

const tables = ['audit_events', 'audit_seals', 'audit_unsealed'] as const

/** Puts a tenant's log back as it is now, whatever was done to it. Triggers sleep meanwhile, as whoever owns a database can have it. */
export const keepLog = async ({ owner, tenantId, otherTenantId }: Victim) => {
  for (const table of tables)
    await owner.query(
      `create temp table kept_${table} as select * from ${table} where tenant_id in ('${tenantId}', '${otherTenantId}')`,
    )
  return async () => {
    await owner.query('begin; set local session_replication_role = replica')
    for (const table of tables) {
      await owner.query(`delete from ${table} where tenant_id in ('${tenantId}', '${otherTenantId}')`)
      await owner.query(`insert into ${table} overriding system value select * from kept_${table}`)
    }
    await owner.query('commit')
  }
}

const quietly =
  (sql: (victim: Victim) => string): Tampering =>
  async victim => {
    await victim.owner.query('begin; set local session_replication_role = replica')
    const { rowCount } = await victim.owner.query(sql(victim))
    await victim.owner.query('commit')
    return rowCount ?? 0
  }

const anEvent = (tenantId: string, most = 1) =>
  `(select id from audit_events where tenant_id = '${tenantId}' order by random() limit ${most})`
const edit = (set: string) =>
  quietly(
    ({ tenantId }) => `update audit_events set ${set} where tenant_id = '${tenantId}' and id = ${anEvent(tenantId)}`,
  )
const ofSeals = (set: string, which = `kind = 'events'`) =>
  quietly(
    ({ tenantId }) =>
      `update audit_seals set ${set} where tenant_id = '${tenantId}' and number =
         (select number from audit_seals where tenant_id = '${tenantId}' and ${which} order by random() limit 1)`,
  )
const forged = (tenantId: string, id: string, at: string) =>
  `insert into audit_events (tenant_id, id, at, action, account_id, detail) overriding system value
   select '${tenantId}', ${id}, ${at}, 'client.viewed', 1, '{}'`

/** Everything that whoever owns the database can do to the log, by SQL. */
export const tamperings: Record<string, Tampering> = {
  'an event’s action': edit(`action = action || 'x'`),
  'an event’s time, by a microsecond': edit(`at = at + interval '1 microsecond'`),
  'an event’s time, by a year': edit(`at = at - interval '1 year'`),
  'whose event it is': edit('account_id = coalesce(account_id, 0) + 1'),
  'an account where there was none, or none where there was one': edit(
    'account_id = case when account_id is null then 7 end',
  ),
  'what an event is about': edit(`subject_id = coalesce(subject_id, '') || 'x'`),
  'an event about nothing': edit(`subject_id = case when subject_id is null then 'x' end`),
  'an event’s detail': edit(`detail = detail || jsonb_build_object('page', random())`),
  'a null within the detail': edit(
    `detail = case when detail ? 'nothing' then detail - 'nothing' else detail || '{"nothing": null}' end`,
  ),
  'an event’s number': edit('id = id + 1000000'),
  'whose log an event is in': quietly(
    ({ tenantId, otherTenantId }) =>
      `update audit_events set tenant_id = '${otherTenantId}' where tenant_id = '${tenantId}' and id = ${anEvent(tenantId)}`,
  ),
  'one event removed': quietly(
    ({ tenantId }) => `delete from audit_events where tenant_id = '${tenantId}' and id = ${anEvent(tenantId)}`,
  ),
  'several removed': quietly(
    ({ tenantId }) =>
      `delete from audit_events where tenant_id = '${tenantId}' and id in ${anEvent(tenantId, randomInt(2, 6))}`,
  ),
  'one removed and another put in its place': quietly(
    ({ tenantId }) =>
      `with gone as (delete from audit_events where tenant_id = '${tenantId}' and id = ${anEvent(tenantId)} returning *)
       insert into audit_events (tenant_id, id, at, action) overriding system value
       select tenant_id, id + 1000000, at, action from gone`,
  ),
  'two that changed places': quietly(
    ({ tenantId }) =>
      `with two as (select id, lead(id) over (order by id) as next from audit_events where tenant_id = '${tenantId}' and id in ${anEvent(tenantId, 2)}),
            pair as (select id, next from two where next is not null)
       update audit_events e set action = other.action, detail = other.detail, subject_id = other.subject_id, at = other.at
         from pair, audit_events other
        where e.tenant_id = '${tenantId}' and other.tenant_id = e.tenant_id and other.id <> e.id
          and e.id in (pair.id, pair.next) and other.id in (pair.id, pair.next)`,
  ),
  'one put in past the trigger': quietly(({ tenantId }) =>
    forged(tenantId, String(randomInt(5_000_000, 6_000_000)), 'now()'),
  ),
  'one put in before all others': quietly(({ tenantId }) =>
    forged(tenantId, String(-randomInt(1, 1000)), `now() - interval '1 day'`),
  ),
  'one put in the usual way, with a time that is past': async ({ owner, tenantId }) =>
    (
      await owner.query(
        `insert into audit_events (tenant_id, at, action) values ('${tenantId}', now() - interval '${randomInt(100, 10_000)} minutes', 'client.viewed')`,
      )
    ).rowCount ?? 0,
  'one put in, and kept from being sealed by a note for another': async ({ owner, tenantId }) => {
    await owner.query(`insert into audit_events (tenant_id, action) values ('${tenantId}', 'client.viewed')`)
    return (
      (await owner.query(`update audit_unsealed set event_id = ${anEvent(tenantId)} where tenant_id = '${tenantId}'`))
        .rowCount ?? 0
    )
  },
  'the newest cut off with their seals': async ({ owner, tenantId }) => {
    const seals = `select number from audit_seals where tenant_id = '${tenantId}' order by number desc limit ${randomInt(1, 5)}`
    await owner.query(
      `delete from audit_events where tenant_id = '${tenantId}' and id in
         (select unnest(event_ids) from audit_seals where tenant_id = '${tenantId}' and number in (${seals}))`,
    )
    return (
      (await owner.query(`delete from audit_seals where tenant_id = '${tenantId}' and number in (${seals})`))
        .rowCount ?? 0
    )
  },
  'the newest unsealed, to be sealed again once they are changed': quietly(
    ({ tenantId }) =>
      `with gone as (delete from audit_seals where tenant_id = '${tenantId}' and number =
          (select max(number) from audit_seals where tenant_id = '${tenantId}') returning *)
       insert into audit_unsealed (tenant_id, event_id) select tenant_id, unnest(event_ids) from gone`,
  ),
  'the whole log and its chain': quietly(
    ({ tenantId }) =>
      `with seals as (delete from audit_seals where tenant_id = '${tenantId}')
       delete from audit_events where tenant_id = '${tenantId}'`,
  ),
  'the beginning removed with its seals': quietly(
    ({ tenantId }) =>
      `with gone as (delete from audit_seals where tenant_id = '${tenantId}' and number <= 2 returning event_ids)
       delete from audit_events where tenant_id = '${tenantId}' and id in (select unnest(event_ids) from gone)`,
  ),
  'a seal removed from the middle with its events, the later ones moved up': async ({ owner, tenantId }) => {
    const number = randomInt(2, 6)
    await owner.query(
      `with gone as (delete from audit_seals where tenant_id = '${tenantId}' and number = ${number} returning event_ids)
       delete from audit_events where tenant_id = '${tenantId}' and id in (select unnest(event_ids) from gone)`,
    )
    // Away and back: numbers must not meet on the way.
    await owner.query(
      `update audit_seals set number = number + 1000 where tenant_id = '${tenantId}' and number > ${number}`,
    )
    const moved = await owner.query(
      `update audit_seals set number = number - 1001 where tenant_id = '${tenantId}' and number > 1000`,
    )
    return moved.rowCount ?? 0
  },
  'a seal removed': quietly(
    ({ tenantId }) => `delete from audit_seals where tenant_id = '${tenantId}' and number = ${randomInt(2, 7)}`,
  ),
  'the order of a seal’s events': ofSeals(
    `event_ids = (select array_agg(id order by id desc) from unnest(event_ids) id)`,
    `count > 1`,
  ),
  'an event taken out of its seal, with its hash': ofSeals(
    'event_ids = event_ids[2:], macs = substring(macs from 17), count = count - 1',
  ),
  'a seal’s hashes of events': ofSeals(`macs = set_byte(macs, ${randomInt(0, 16)}, (get_byte(macs, 0) + 1) % 256)`),
  'a seal’s head': ofSeals(`head = set_byte(head, 5, (get_byte(head, 5) + 1) % 256)`),
  'a seal’s time, by a microsecond': ofSeals(`sealed_at = sealed_at + interval '1 microsecond'`),
  'a seal’s time, by a day': ofSeals(`sealed_at = sealed_at - interval '1 day'`),
  'a seal’s place': ofSeals('first = first + 1'),
  'a seal’s kind': ofSeals(`kind = 'begun'`),
  'a seal’s words': ofSeals(`detail = '{"more":true}'`),
  'a seal’s key': ofSeals('key_id = key_id + 1000'),
  'a seal made up at the end': quietly(
    ({ tenantId }) =>
      `insert into audit_seals select tenant_id, number + 1, kind, first + count, count, event_ids, macs, detail, key_id, now(), head
         from audit_seals where tenant_id = '${tenantId}' order by number desc limit 1`,
  ),
  'a stub made up for a beginning that was removed': quietly(
    ({ tenantId }) =>
      `with gone as (delete from audit_seals where tenant_id = '${tenantId}' and number <= 2 returning number, head, first, count, event_ids),
            events as (delete from audit_events where tenant_id = '${tenantId}' and id in (select unnest(event_ids) from gone)),
            last as (select * from audit_seals where tenant_id = '${tenantId}' order by number desc limit 1)
       insert into audit_seals select tenant_id, number + 1, 'removed', first + count, 0, '{}', '',
              (select json_build_object('through', number, 'head', encode(head, 'hex'), 'events', first - 1 + count)::text from gone order by number desc limit 1),
              key_id, now(), head from last`,
  ),
}
