import type { Knex } from 'knex'

/**
 * What lists need with a million clients: docs/adr/0008.
 *
 * `browse_clients` gives the clients of one shelf, a beginning of family names, out of the search index: a function for the
 * reason that `search_clients` is one (docs/adr/0002), with the same owner, the same rights and the same tenant condition.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create function browse_clients(shelf bigint, wanted text, most integer)
      returns table (id uuid, status text, profile_sealed bytea, created_at timestamptz)
      language plpgsql stable security definer
      set search_path = pg_catalog, pg_temp
      set enable_seqscan = off
    as $$
    begin
      return query
        with hits as materialized (select c.* from public.clients c where c.search_tokens @> array[shelf])
        select hits.id, hits.status, hits.profile_sealed, hits.created_at::timestamptz
          from hits
         where hits.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid and hits.status = wanted
         limit most;
    end $$;

    grant usage, create on schema public to ostoja_search;
    alter function browse_clients(bigint, text, integer) owner to ostoja_search;
    revoke create on schema public from ostoja_search;
    revoke all on function browse_clients(bigint, text, integer) from public;
    grant execute on function browse_clients(bigint, text, integer) to ostoja_app;

    create index audit_events_views on audit_events (tenant_id, account_id, id desc)
      where action = 'client.viewed' and detail -> 'import' is null;
  `)
}
