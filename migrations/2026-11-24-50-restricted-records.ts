import type { Knex } from 'knex'
import { guardSealed } from '../src/platform/db/guard-sealed.ts'
import { hideRestricted, protect } from '../src/platform/db/protect.ts'

/**
 * Records that only named people see, and the cases of those who opened one all the same: docs/adr/0019.
 *
 * A row of `client_restrictions` is a restriction that holds now; `people` are ids of accounts. Every list there was, and the
 * lifting, stands in `client_restriction_versions`. A case without a client is a search among restricted records that found none.
 *
 * `hidden_clients` are those of the tenant whom the account of this transaction may not see now: it is read by the policies of every
 * table that holds something of a client, and by the two functions that read the search index past them.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    alter table tenants
      add column break_glass_minutes integer not null default 60 check (break_glass_minutes between 5 and 720);

    create table client_restrictions (
      tenant_id uuid not null,
      client_id uuid not null,
      people integer[] not null check (cardinality(people) > 0),
      since timestamptz(3) not null,
      changed_at timestamptz(3) not null,
      primary key (tenant_id, client_id),
      foreign key (tenant_id, client_id) references clients (tenant_id, id) on delete cascade
    );

    create table client_restriction_versions (
      tenant_id uuid not null,
      client_id uuid not null,
      version integer not null,
      action text not null check (action in ('restricted', 'changed', 'lifted')),
      people integer[] not null,
      note_sealed bytea not null,
      at timestamptz(3) not null,
      by integer,
      primary key (tenant_id, client_id, version),
      foreign key (tenant_id, client_id) references clients (tenant_id, id) on delete cascade
    );

    create table break_glass_cases (
      tenant_id uuid not null references tenants,
      id uuid not null,
      client_id uuid,
      account_id integer not null,
      opened_at timestamptz(3) not null,
      ends_at timestamptz(3) not null,
      ended_at timestamptz(3),
      reason_sealed bytea not null,
      judgement text check (judgement in ('justified', 'not-justified', 'follow-up')),
      judgement_sealed bytea,
      judged_at timestamptz(3),
      judged_by integer,
      primary key (tenant_id, id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id),
      foreign key (tenant_id, client_id) references clients (tenant_id, id) on delete cascade,
      check (num_nulls(judgement, judgement_sealed, judged_at) in (0, 3))
    );
    create index break_glass_cases_access on break_glass_cases (tenant_id, account_id, ends_at) where client_id is not null;
    create index break_glass_cases_client on break_glass_cases (tenant_id, client_id) where client_id is not null;
    create index break_glass_cases_newest on break_glass_cases (tenant_id, opened_at desc, id);
    create index break_glass_cases_open on break_glass_cases (tenant_id, opened_at) where judgement is null;
  `)
  await protect(knex, 'client_restrictions', { app: 'select, insert, update, delete' })
  await protect(knex, 'client_restriction_versions', { app: 'select, insert, update (note_sealed)' })
  await protect(knex, 'break_glass_cases', { app: 'select, insert, update, delete' })
  await guardSealed(knex, 'client_restriction_versions', ['note_sealed'])
  await guardSealed(knex, 'break_glass_cases', ['reason_sealed', 'judgement_sealed'])

  await addView(knex)
  await hideRestricted(knex, 'clients', 'id')
  for (const table of [
    'client_versions',
    'emergency_contacts',
    'emergency_contact_versions',
    'calls',
    'client_group_members',
  ])
    await hideRestricted(knex, table, 'client_id')
  await hideInIndex(knex)
}

/** Where nothing says who acts, every restricted record is hidden: forgetting to say it shows too little, never too much. */
const addView = async (knex: Knex) => {
  const tenant = `(select nullif(current_setting('app.tenant_id', true), '')::uuid)`
  const account = `(select nullif(nullif(current_setting('app.account_id', true), ''), 'system')::int)`
  const now = `(select coalesce(nullif(current_setting('app.now', true), '')::timestamptz, now()))`
  await knex.raw(`
    create view broken_glass with (security_invoker = true) as
      select id as case_id, client_id from break_glass_cases
       where tenant_id = ${tenant} and account_id = ${account} and ends_at > ${now} and client_id is not null;

    create view hidden_clients with (security_invoker = true) as
      select restriction.client_id from client_restrictions restriction
       where restriction.tenant_id = ${tenant}
         and (select coalesce(current_setting('app.account_id', true), '') <> 'system')
         and coalesce(${account}, 0) <> all (restriction.people)
         and not exists (select from broken_glass where broken_glass.client_id = restriction.client_id);

    grant select on broken_glass, hidden_clients to ostoja_app, ostoja_backup, ostoja_search;
    grant select on client_restrictions, break_glass_cases to ostoja_search;
  `)
}

/** Rights, owner and tenant condition are those of docs/adr/0002; what is new is that hidden clients are left out. */
const hideInIndex = async (knex: Knex) => {
  const looks = [
    ['active', true],
    ['active', false],
    ['archived', true],
    ['archived', false],
  ] as const
  const found = (tokens: string) =>
    `with hits as materialized (select c.* from public.clients c where c.search_tokens @> ${tokens})`
  const seen = 'hits.tenant_id = tenant and hits.id <> all (hidden)'
  const hidden = `hidden uuid[] := array(select client_id from public.hidden_clients);`
  const look = ([status, exact]: (typeof looks)[number]) => `
    (${found(exact ? 'exact_tokens' : 'prefix_tokens')}
     select hits.id, hits.status, hits.profile_sealed, ${exact}
       from hits
      where ${seen} and hits.status = '${status}' ${exact ? '' : 'and not hits.search_tokens @> exact_tokens'})`

  await knex.raw(`
    create or replace function search_clients(exact_tokens bigint[], prefix_tokens bigint[], sounds bigint[], enough integer, most integer)
      returns table (id uuid, status text, profile_sealed bytea, exact boolean)
      language plpgsql stable security definer
      set search_path = pg_catalog, pg_temp
      set enable_seqscan = off
      set jit = off
    as $$
    declare
      tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
      ${hidden}
      ids uuid[];
      statuses text[];
      profiles bytea[];
      wholes boolean[];
      sound bigint[];
    begin
      if tenant is null or cardinality(prefix_tokens) = 0 or cardinality(exact_tokens) = 0 then return; end if;

      select array_agg(few.id), array_agg(few.status), array_agg(few.profile_sealed), array_agg(few.whole)
        into ids, statuses, profiles, wholes
        from (${found('prefix_tokens')}
              select hits.id, hits.status, hits.profile_sealed, hits.search_tokens @> exact_tokens as whole
                from hits where ${seen} limit most) few;

      if coalesce(cardinality(ids), 0) >= most then
        return query ${looks.map(look).join(' union all ')} limit most;
        return;
      end if;
      return query
        select few.id, few.status, few.profile_sealed, few.whole
          from unnest(ids, statuses, profiles, wholes) few (id, status, profile_sealed, whole)
         order by few.status, few.whole desc;

      if coalesce(cardinality(ids), 0) >= enough or cardinality(sounds) = 0 then return; end if;
      foreach sound slice 1 in array sounds loop
        return query
          ${found('sound')}
          select hits.id, hits.status, hits.profile_sealed, false
            from hits where ${seen} and hits.id <> all (coalesce(ids, '{}')) limit most;
      end loop;
    end $$;

    create or replace function browse_clients(shelf bigint, wanted text, most integer)
      returns table (id uuid, status text, profile_sealed bytea, created_at timestamptz)
      language plpgsql stable security definer
      set search_path = pg_catalog, pg_temp
      set enable_seqscan = off
      set jit = off
    as $$
    declare
      tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
      ${hidden}
    begin
      return query
        with hits as materialized (select c.* from public.clients c where c.search_tokens @> array[shelf])
        select hits.id, hits.status, hits.profile_sealed, hits.created_at::timestamptz
          from hits
         where ${seen} and hits.status = wanted
         limit most;
    end $$;
  `)
}
