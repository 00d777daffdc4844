import type { Knex } from 'knex'
import { protect } from '../src/platform/db/protect.ts'

/**
 * Clients, the versions they had before, and the counters of their file numbers.
 *
 * `clients` holds the present version of a record, `client_versions` the earlier ones. `version`, `action`, `updated_*` and
 * `import_id` all tell of that one version: an import that made it can be taken back while nobody has changed it since.
 * Times are kept to the millisecond so that a page key, which the program reads as a Date, finds its own row again.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table clients (
      tenant_id uuid not null references tenants,
      id uuid not null default gen_random_uuid(),
      status text not null default 'active' check (status in ('active', 'archived')),
      version integer not null default 1,
      action text not null default 'created' check (action in ('created', 'amended', 'archived', 'restored', 'reverted')),
      profile_sealed bytea not null,
      search_tokens bigint[] not null,
      letter_token bigint not null,
      person_token bigint not null,
      file_number_token bigint not null,
      created_at timestamptz(3) not null,
      created_by integer,
      updated_at timestamptz(3) not null,
      updated_by integer,
      import_id uuid,
      primary key (tenant_id, id)
    );
    create unique index clients_file_number on clients (tenant_id, file_number_token);
    create index clients_newest on clients (tenant_id, status, created_at desc, id desc);
    create index clients_letter on clients (tenant_id, status, letter_token);
    create index clients_person on clients (tenant_id, person_token);
    create index clients_import on clients (tenant_id, import_id) where import_id is not null;
    create index clients_search on clients using gin (search_tokens);

    create table client_versions (
      tenant_id uuid not null,
      client_id uuid not null,
      version integer not null,
      action text not null check (action in ('created', 'amended', 'archived', 'restored', 'reverted')),
      profile_sealed bytea not null,
      changed_at timestamptz(3) not null,
      changed_by integer,
      import_id uuid,
      primary key (tenant_id, client_id, version),
      foreign key (tenant_id, client_id) references clients (tenant_id, id) on delete cascade
    );
    create index client_versions_import on client_versions (tenant_id, import_id) where import_id is not null;

    create table file_number_counters (
      tenant_id uuid not null references tenants,
      last integer not null,
      primary key (tenant_id)
    );
  `)
  await protect(knex, 'clients', { app: 'select, insert, update, delete' })
  await protect(knex, 'client_versions', { app: 'select, insert, delete' })
  await protect(knex, 'file_number_counters', { app: 'select, insert, update' })
  await addSearch(knex)
}

/**
 * The one way to the search index; docs/adr/0002 says why it is a function. Every step stops at its limit, exact words and
 * active clients first, so that a common word costs no more than a rare one. The materialised step sees only the index
 * condition: the planner can't prefer another index, and the tenant is compared where no leak-proofness is asked.
 */
const addSearch = async (knex: Knex) => {
  const exactly = (status: string) => `
    (with hits as materialized (select c.* from public.clients c where c.search_tokens @> exact_tokens)
     select hits.id, hits.status, hits.profile_sealed, true
       from hits
      where hits.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid and hits.status = '${status}')`
  const byPrefix = (status: string) => `
    (with hits as materialized (select c.* from public.clients c where c.search_tokens @> prefix_tokens)
     select hits.id, hits.status, hits.profile_sealed, false
       from hits
      where hits.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid and hits.status = '${status}'
        and not hits.search_tokens @> exact_tokens)`

  await knex.raw(`
    create function search_clients(exact_tokens bigint[], prefix_tokens bigint[], most integer)
      returns table (id uuid, status text, profile_sealed bytea, exact boolean)
      language plpgsql stable security definer
      set search_path = pg_catalog, pg_temp
      set enable_seqscan = off
    as $$
    begin
      if cardinality(prefix_tokens) = 0 or cardinality(exact_tokens) = 0 then return; end if;
      return query
        ${exactly('active')}
        union all ${byPrefix('active')}
        union all ${exactly('archived')}
        union all ${byPrefix('archived')}
        limit most;
    end $$;

    grant select on clients to ostoja_search;
    grant usage, create on schema public to ostoja_search;
    alter function search_clients(bigint[], bigint[], integer) owner to ostoja_search;
    revoke create on schema public from ostoja_search;
    revoke all on function search_clients(bigint[], bigint[], integer) from public;
    grant execute on function search_clients(bigint[], bigint[], integer) to ostoja_app;
  `)
}
