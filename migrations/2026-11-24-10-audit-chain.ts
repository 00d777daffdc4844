import type { Knex } from 'knex'
import { installationId } from '../src/platform/actor.ts'
import { protect } from '../src/platform/db/protect.ts'

/**
 * The log becomes a chain (docs/adr/0015). Whatever enters `audit_events` is noted in `audit_unsealed` by the same statement; the
 * worker takes from there what is committed, seals it into `audit_seals`, and strikes it out. What was there before is sealed first.
 *
 * A column that is added to `audit_events` later must be nullable and without a default: what is sealed of an event are its
 * columns that are not null, so that older events stay what they were.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    alter table tenant_keys drop constraint tenant_keys_purpose_check;
    alter table tenant_keys add constraint tenant_keys_purpose_check
      check (purpose in ('data', 'index') or (purpose = 'chain' and tenant_id = '${installationId}'));

    alter table tenants add column audit_years integer not null default 6 check (audit_years between 1 and 50);

    -- No foreign keys: every writer would pay for them, and rows live for seconds.
    create table audit_unsealed (
      tenant_id uuid not null,
      event_id bigint not null,
      at timestamptz not null default now(),
      primary key (tenant_id, event_id)
    );

    create table audit_seals (
      tenant_id uuid not null references tenants,
      number bigint not null check (number > 0),
      kind text not null check (kind in ('begun', 'events', 'removed', 'restored')),
      -- The place in the chain of the first of its events, counted from 1; of the next one where it has none.
      first bigint not null,
      count integer not null check (count = cardinality(event_ids) and octet_length(macs) = 16 * count),
      event_ids bigint[] not null,
      -- Of each event 16 bytes, in their order.
      macs bytea not null,
      -- JSON, in the very letters that were sealed.
      detail text not null,
      key_id integer not null,
      sealed_at timestamptz not null,
      head bytea not null,
      primary key (tenant_id, number)
    );

    create table audit_chain_state (
      tenant_id uuid not null references tenants check (tenant_id = '${installationId}'),
      -- When nothing was left unsealed last.
      passed_at timestamptz,
      anchored_at timestamptz,
      verified_at timestamptz,
      verified_events bigint not null default 0,
      -- What was found, as kinds and numbers; empty where all is right.
      findings jsonb not null default '[]',
      told_at timestamptz,
      primary key (tenant_id)
    );

    create function note_unsealed_events() returns trigger language plpgsql set search_path = pg_catalog, public as $$
    begin
      insert into public.audit_unsealed (tenant_id, event_id) select tenant_id, id from fresh;
      return null;
    end $$;
    create trigger audit_events_noted after insert on audit_events referencing new table as fresh
      for each statement execute function note_unsealed_events();
  `)
  await protect(knex, 'audit_unsealed', { app: 'select, insert, delete' })
  await protect(knex, 'audit_seals', { app: 'select, insert' })
  await protect(knex, 'audit_chain_state', { app: 'select, insert, update' })
  await knex.raw(`
    grant select (tenant_id, at) on audit_unsealed to ostoja_signin;
    create policy audit_unsealed_of_all on audit_unsealed for select to ostoja_signin using (true);
    grant select (tenant_id, number, first, count, key_id, sealed_at, head) on audit_seals to ostoja_signin;
    create policy audit_seals_of_all on audit_seals for select to ostoja_signin using (true);
  `)
  await noteEventsOfBefore(knex)
  await makeRemoval(knex)
}

/** Row security is forced on the owner too, so each organisation's events are noted by themselves. */
const noteEventsOfBefore = (knex: Knex) =>
  knex.raw(`
    alter table audit_events no force row level security;
    alter table audit_unsealed no force row level security;
    insert into audit_unsealed (tenant_id, event_id, at) select tenant_id, id, at from audit_events;
    alter table audit_events force row level security;
    alter table audit_unsealed force row level security;
  `)

/**
 * The program's login may not remove events. This function does it for the worker, and removes only what a stub in the chain
 * vouches for and what is older than the organisation wants its log kept: a year at the least.
 */
const makeRemoval = (knex: Knex) =>
  knex.raw(`
    create function remove_sealed_events(stub bigint) returns bigint
      language plpgsql security definer set search_path = pg_catalog, public as $$
    declare
      own uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
      last bigint;
      before timestamptz;
      removed bigint;
    begin
      select (detail::jsonb ->> 'through')::bigint into last from public.audit_seals
       where tenant_id = own and number = stub and kind = 'removed';
      select now() - make_interval(years => audit_years) into before from public.tenants where id = own;
      if last is null or before is null or last >= stub then
        raise exception 'no stub vouches for what is to be removed';
      end if;
      if exists (select from public.audit_seals seals, unnest(seals.event_ids) as sealed (event_id)
                   join public.audit_events events on events.tenant_id = own and events.id = sealed.event_id
                  where seals.tenant_id = own and seals.number <= last and events.at >= before) then
        raise exception 'events are to be kept longer than that';
      end if;
      delete from public.audit_events events using public.audit_seals seals, unnest(seals.event_ids) as sealed (event_id)
       where events.tenant_id = own and seals.tenant_id = own and seals.number <= last and events.id = sealed.event_id;
      get diagnostics removed = row_count;
      delete from public.audit_seals where tenant_id = own and number <= last;
      return removed;
    end $$;
    grant create on schema public to ostoja_search;
    alter function remove_sealed_events(bigint) owner to ostoja_search;
    revoke create on schema public from ostoja_search;
    revoke all on function remove_sealed_events(bigint) from public;
    grant execute on function remove_sealed_events(bigint) to ostoja_app;
    grant select, delete on audit_events, audit_seals to ostoja_search;
    grant select on tenants to ostoja_search;
  `)
