import type { Knex } from 'knex'

/**
 * A search asks once (docs/adr/0014). Few answers come out of one look at the index, put in order here; where there are
 * more than fit, whole words and active clients are asked for first, each look stopping when the answer is full. Only
 * where few were found does it look for what sounds alike, so that nobody waits for a second question.
 *
 * Its owner, rights and tenant condition are those of docs/adr/0002. Compiling a plan would take longer than carrying it out.
 */
export const up = async (knex: Knex) => {
  const looks = [
    ['active', true],
    ['active', false],
    ['archived', true],
    ['archived', false],
  ] as const
  const found = (tokens: string) =>
    `with hits as materialized (select c.* from public.clients c where c.search_tokens @> ${tokens})`
  const look = ([status, exact]: (typeof looks)[number]) => `
    (${found(exact ? 'exact_tokens' : 'prefix_tokens')}
     select hits.id, hits.status, hits.profile_sealed, ${exact}
       from hits
      where hits.tenant_id = tenant and hits.status = '${status}' ${exact ? '' : 'and not hits.search_tokens @> exact_tokens'})`

  await knex.raw(`
    drop function search_clients(bigint[], bigint[], integer);

    create function search_clients(exact_tokens bigint[], prefix_tokens bigint[], sounds bigint[], enough integer, most integer)
      returns table (id uuid, status text, profile_sealed bytea, exact boolean)
      language plpgsql stable security definer
      set search_path = pg_catalog, pg_temp
      set enable_seqscan = off
      set jit = off
    as $$
    declare
      tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
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
                from hits where hits.tenant_id = tenant limit most) few;

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
            from hits where hits.tenant_id = tenant and hits.id <> all (coalesce(ids, '{}')) limit most;
      end loop;
    end $$;

    grant usage, create on schema public to ostoja_search;
    alter function search_clients(bigint[], bigint[], bigint[], integer, integer) owner to ostoja_search;
    revoke create on schema public from ostoja_search;
    revoke all on function search_clients(bigint[], bigint[], bigint[], integer, integer) from public;
    grant execute on function search_clients(bigint[], bigint[], bigint[], integer, integer) to ostoja_app;

    alter function browse_clients(bigint, text, integer) set jit = off;
  `)
}
