import type { Knex } from 'knex'

/**
 * Names that are only like what was typed are asked for in one look: of each list of tokens (a spelling, a sound, a word with
 * a letter left out) a client has at least one. Before, each combination of sounds was a look of its own.
 *
 * `index_version` says by which edition of the rules a client's tokens were made. Those who were here before have the first;
 * the worker makes their tokens anew (docs/adr/0008) and finds them by `clients_outdated`, which is empty once it is done.
 *
 * Owner, rights, tenant condition and what is hidden are those of docs/adr/0002 and 0019.
 */
export const up = async (knex: Knex) => {
  const looks = [
    ['active', true],
    ['active', false],
    ['archived', true],
    ['archived', false],
  ] as const
  const found = (condition: string) => `with hits as materialized (select c.* from public.clients c where ${condition})`
  const having = (tokens: string) => found(`c.search_tokens @> ${tokens}`)
  const seen = 'hits.tenant_id = tenant and hits.id <> all (hidden)'
  const look = ([status, exact]: (typeof looks)[number]) => `
    (${having(exact ? 'exact_tokens' : 'prefix_tokens')}
     select hits.id, hits.status, hits.profile_sealed, ${exact}
       from hits
      where ${seen} and hits.status = '${status}' ${exact ? '' : 'and not hits.search_tokens @> exact_tokens'})`

  await knex.raw(`
    alter table clients add column index_version integer not null default 1;
    create index clients_outdated on clients (tenant_id, id) where index_version < 2;

    drop function search_clients(bigint[], bigint[], bigint[], integer, integer);

    create function search_clients(exact_tokens bigint[], prefix_tokens bigint[], alike bigint[], enough integer, most integer)
      returns table (id uuid, status text, profile_sealed bytea, exact boolean)
      language plpgsql stable security definer
      set search_path = pg_catalog, pg_temp
      set enable_seqscan = off
      set jit = off
    as $$
    declare
      tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
      hidden uuid[] := array(select client_id from public.hidden_clients);
      ids uuid[];
      statuses text[];
      profiles bytea[];
      wholes boolean[];
    begin
      if tenant is null or cardinality(prefix_tokens) = 0 or cardinality(exact_tokens) = 0 then return; end if;

      select array_agg(few.id), array_agg(few.status), array_agg(few.profile_sealed), array_agg(few.whole)
        into ids, statuses, profiles, wholes
        from (${having('prefix_tokens')}
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

      if coalesce(cardinality(ids), 0) >= enough or cardinality(alike) = 0 then return; end if;
      return query
        ${found([1, 2, 3, 4].map(list => `c.search_tokens && alike[${list}:${list}]`).join(' and '))}
        select hits.id, hits.status, hits.profile_sealed, false
          from hits where ${seen} and hits.id <> all (coalesce(ids, '{}')) limit most;
    end $$;

    grant usage, create on schema public to ostoja_search;
    alter function search_clients(bigint[], bigint[], bigint[], integer, integer) owner to ostoja_search;
    revoke create on schema public from ostoja_search;
    revoke all on function search_clients(bigint[], bigint[], bigint[], integer, integer) from public;
    grant execute on function search_clients(bigint[], bigint[], bigint[], integer, integer) to ostoja_app;
  `)
}
