import type { Knex } from 'knex'

/**
 * Which file numbers are taken, also by restricted records that the reader may not see: the unique index knows one spelling of a number
 * only, and 41 would become the twin of a hidden 000041. It answers with those claims that another client stands against, and with nothing of that client
 * (docs/adr/0019).
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create function file_numbers_taken(tokens bigint[], ids uuid[]) returns table (token bigint, id uuid)
      language sql stable security definer
      set search_path = pg_catalog, pg_temp
    as $$
      select asked.token, asked.id
        from unnest(tokens, ids) asked (token, id)
       where exists (
         select from public.clients c
          where c.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
            and c.file_number_token = asked.token
            and c.id <> asked.id)
    $$;

    grant usage, create on schema public to ostoja_search;
    alter function file_numbers_taken(bigint[], uuid[]) owner to ostoja_search;
    revoke create on schema public from ostoja_search;
    revoke all on function file_numbers_taken(bigint[], uuid[]) from public;
    grant execute on function file_numbers_taken(bigint[], uuid[]) to ostoja_app;
  `)
}
