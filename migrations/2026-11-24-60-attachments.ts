import type { Knex } from 'knex'
import { guardSealed } from '../src/platform/db/guard-sealed.ts'
import { protect } from '../src/platform/db/protect.ts'

/**
 * Files that go with messages (docs/adr/0020). Until its message is sent a file lies in a tray: what one form of one account
 * has gathered. `facts_sealed` holds its name, kind, size and own key, and is null while the file arrives: without it the
 * chunks are nobody's. Chunks are random to whoever looks, so that PostgreSQL need not try to shrink them (storage external).
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table attachments (
      tenant_id uuid not null references tenants,
      id uuid not null,
      tray_id uuid not null,
      message_id uuid,
      added_by integer not null,
      added_at timestamptz(3) not null,
      stirred_at timestamptz(3) not null,
      facts_sealed bytea,
      primary key (tenant_id, id),
      foreign key (tenant_id, added_by) references accounts (tenant_id, id),
      foreign key (tenant_id, message_id) references messages (tenant_id, id) on delete cascade,
      check (message_id is null or facts_sealed is not null)
    );
    create index attachments_message on attachments (tenant_id, message_id) where message_id is not null;
    create index attachments_tray on attachments (tenant_id, tray_id) where message_id is null;
    create index attachments_unsent on attachments (tenant_id, stirred_at) where message_id is null;

    create table attachment_chunks (
      tenant_id uuid not null,
      attachment_id uuid not null,
      position integer not null check (position >= 0),
      bytes bytea not null,
      primary key (tenant_id, attachment_id, position),
      foreign key (tenant_id, attachment_id) references attachments (tenant_id, id) on delete cascade
    );
    alter table attachment_chunks alter column bytes set storage external;

    create function attachment_chunks_use_room() returns trigger language plpgsql set search_path = public, pg_temp
    as $$
    declare
      change record;
      sign integer := case tg_op when 'INSERT' then 1 else -1 end;
    begin
      for change in select tenant_id, sum(octet_length(bytes)) as bytes from changed group by tenant_id loop
        perform use_room(change.tenant_id, 0, 0, sign * change.bytes);
      end loop;
      return null;
    end $$;
    create trigger attachment_chunks_use_room_inserted after insert on attachment_chunks
      referencing new table as changed for each statement execute function attachment_chunks_use_room();
    create trigger attachment_chunks_use_room_deleted after delete on attachment_chunks
      referencing old table as changed for each statement execute function attachment_chunks_use_room();
  `)
  await protect(knex, 'attachments', { app: 'select, insert, update, delete' })
  await protect(knex, 'attachment_chunks', { app: 'select, insert, delete' })
  await guardSealed(knex, 'attachments', ['facts_sealed'])
}
