import type { Knex } from 'knex'

/**
 * What the pages of the log need: docs/adr/0016.
 *
 * `sign_in_id` names the sign-in that an event belongs to, from whose sealed row a page tells from where it was. It is no
 * foreign key: sign-ins are forgotten long before events are.
 *
 * `events_about` gives the events about one client: those whose subject it is, those that showed it among others, and
 * downloads of exports that held it. It is a function for the reason that `search_clients` is one (docs/adr/0002), with the same
 * owner and tenant condition; it gives no more than ids, and the rows are read under the policy.
 */
export const up = async (knex: Knex) => {
  const filters = `
        e.tenant_id = tenant
    and (accounts is null or e.account_id = any (accounts))
    and (actions is null or e.action = any (actions))
    and (sign_ins is null or e.sign_in_id = any (sign_ins))
    and (since is null or e.at >= since)
    and (until is null or e.at < until)
    and (before_at is null or (e.at, e.id) < (before_at, before_id))`
  const newest = 'order by e.at desc, e.id desc limit most'

  await knex.raw(`
    alter table audit_events add column sign_in_id uuid;
    alter table sign_ins add column outcome text not null default 'entered' check (outcome in ('entered', 'refused', 'blocked'));

    drop index audit_events_subject;
    drop index audit_events_account;
    create index audit_events_at on audit_events (tenant_id, at desc, id desc);
    create index audit_events_subject on audit_events (tenant_id, subject_id, at desc, id desc);
    create index audit_events_account on audit_events (tenant_id, account_id, at desc, id desc);
    create index audit_events_action on audit_events (tenant_id, action, at desc, id desc);
    create index audit_events_sign_in on audit_events (tenant_id, sign_in_id, at desc, id desc) where sign_in_id is not null;
    create index audit_events_clients on audit_events using gin ((detail -> 'clients')) where detail \\? 'clients';

    create function events_about(client text, exports text[], accounts integer[], actions text[], sign_ins uuid[],
                                 since timestamptz, until timestamptz, before_at timestamptz, before_id bigint, most integer)
      returns table (id bigint)
      language plpgsql stable security definer
      set search_path = pg_catalog, pg_temp
      set enable_seqscan = off
      set jit = off
    as $$
    declare
      tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    begin
      if tenant is null or client is null then return; end if;
      return query
        with shown as materialized (
          select e.* from public.audit_events e where e.detail \\? 'clients' and e.detail -> 'clients' \\? client
        ),
        about as (
          (select e.at, e.id from public.audit_events e where e.subject_id = client and ${filters} ${newest})
          union
          (select e.at, e.id from shown e where ${filters} ${newest})
          union
          (select e.at, e.id from public.audit_events e
            where e.subject_id = any (exports) and e.action = 'export.downloaded' and ${filters} ${newest})
        )
        select e.id from about e ${newest};
    end $$;

    grant select on audit_events to ostoja_search;
    grant usage, create on schema public to ostoja_search;
    alter function events_about(text, text[], integer[], text[], uuid[], timestamptz, timestamptz, timestamptz, bigint, integer)
      owner to ostoja_search;
    revoke create on schema public from ostoja_search;
    revoke all on function events_about(text, text[], integer[], text[], uuid[], timestamptz, timestamptz, timestamptz, bigint, integer)
      from public;
    grant execute on function events_about(text, text[], integer[], text[], uuid[], timestamptz, timestamptz, timestamptz, bigint, integer)
      to ostoja_app;
  `)
}
