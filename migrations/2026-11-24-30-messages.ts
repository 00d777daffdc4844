import type { Knex } from 'knex'
import { guardSealed } from '../src/platform/db/guard-sealed.ts'
import { protect } from '../src/platform/db/protect.ts'

/**
 * What people write to each other (docs/adr/0017). A participant's row says what waits for them, so that every page finds it
 * by one partial index; `named` is false for whoever takes part only by a role the thread is addressed to. A thread about a
 * client goes with the client. Messages are never changed, but for their seal and tokens when keys turn.
 *
 * `search_messages` is a function for the reason that `search_clients` is one (docs/adr/0002), with the same owner and rights
 * and a tenant condition of its own; it finds only what `reader` takes part in.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table message_threads (
      tenant_id uuid not null references tenants,
      id uuid not null,
      client_id uuid,
      subject_sealed bytea not null,
      messages integer not null,
      last_at timestamptz(3) not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, client_id) references clients (tenant_id, id) on delete cascade
    );
    create index message_threads_client on message_threads (tenant_id, client_id, last_at desc) where client_id is not null;

    create table message_thread_roles (
      tenant_id uuid not null,
      thread_id uuid not null,
      role text not null,
      primary key (tenant_id, thread_id, role),
      foreign key (tenant_id, thread_id) references message_threads (tenant_id, id) on delete cascade
    );
    create index message_thread_roles_role on message_thread_roles (tenant_id, role);

    create table messages (
      tenant_id uuid not null,
      id uuid not null,
      thread_id uuid not null,
      client_id uuid,
      number integer not null,
      sent_by integer not null,
      sent_at timestamptz(3) not null,
      urgent boolean not null,
      text_sealed bytea not null,
      search_tokens bigint[] not null,
      index_key integer,
      primary key (tenant_id, id),
      unique (tenant_id, thread_id, number),
      foreign key (tenant_id, thread_id) references message_threads (tenant_id, id) on delete cascade
    );
    create index messages_search on messages using gin (search_tokens);

    create table message_participants (
      tenant_id uuid not null,
      thread_id uuid not null,
      account_id integer not null,
      named boolean not null,
      joined_at timestamptz(3) not null,
      unread integer not null default 0,
      urgent integer not null default 0,
      archived_at timestamptz(3),
      last_at timestamptz(3) not null,
      primary key (tenant_id, thread_id, account_id),
      foreign key (tenant_id, thread_id) references message_threads (tenant_id, id) on delete cascade,
      foreign key (tenant_id, account_id) references accounts (tenant_id, id)
    );
    create index message_participants_inbox on message_participants (tenant_id, account_id, last_at desc);
    create index message_participants_waiting on message_participants (tenant_id, account_id) where unread > 0 or urgent > 0;

    create table message_receipts (
      tenant_id uuid not null,
      message_id uuid not null,
      account_id integer not null,
      read_at timestamptz(3) not null,
      acknowledged_at timestamptz(3),
      primary key (tenant_id, message_id, account_id),
      foreign key (tenant_id, message_id) references messages (tenant_id, id) on delete cascade,
      foreign key (tenant_id, account_id) references accounts (tenant_id, id)
    );

    create function search_messages(tokens bigint[], reader integer, roles text[], most integer)
      returns table (id uuid)
      language plpgsql stable security definer
      set search_path = pg_catalog, pg_temp
      set enable_seqscan = off
      set jit = off
    as $$
    begin
      if cardinality(tokens) = 0 then return; end if;
      return query
        with hits as materialized (select m.* from public.messages m where m.search_tokens @> tokens)
        select hits.id
          from hits join public.message_participants p
            on p.tenant_id = hits.tenant_id and p.thread_id = hits.thread_id and p.account_id = reader
         where hits.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
           and (p.named or exists (select from public.message_thread_roles r
                 where r.tenant_id = p.tenant_id and r.thread_id = p.thread_id and r.role = any (roles)))
         order by hits.sent_at desc, hits.id
         limit most;
    end $$;

    grant select on messages, message_participants, message_thread_roles to ostoja_search;
    grant usage, create on schema public to ostoja_search;
    alter function search_messages(bigint[], integer, text[], integer) owner to ostoja_search;
    revoke create on schema public from ostoja_search;
    revoke all on function search_messages(bigint[], integer, text[], integer) from public;
    grant execute on function search_messages(bigint[], integer, text[], integer) to ostoja_app;
  `)
  await protect(knex, 'message_threads', { app: 'select, insert, update, delete' })
  await protect(knex, 'message_thread_roles', { app: 'select, insert' })
  await protect(knex, 'messages', { app: 'select, insert, update (text_sealed, search_tokens, index_key)' })
  await protect(knex, 'message_participants', { app: 'select, insert, update' })
  await protect(knex, 'message_receipts', { app: 'select, insert, update (acknowledged_at)' })
  await guardSealed(knex, 'message_threads', ['subject_sealed'])
  await guardSealed(knex, 'messages', ['text_sealed'], 'index_key')
}
