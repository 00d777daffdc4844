import type { Knex } from 'knex'
import { guardSealed } from '../src/platform/db/guard-sealed.ts'
import { protect } from '../src/platform/db/protect.ts'

/**
 * What the security officers of an organisation want to be told of (`log_watching`; no row: as it is by default), how far the log has
 * been looked through, and what was found. A thing is found once, by its `mark`; what is more of the same counts up. It is open
 * until somebody has looked since it last happened. What they wrote is sealed.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table log_watching (
      tenant_id uuid not null references tenants,
      read_in_hour integer not null default 60 check (read_in_hour between 5 and 1000),
      night_from integer not null default 22 check (night_from between 0 and 23),
      night_to integer not null default 6 check (night_to between 0 and 23),
      weekends boolean not null default true,
      refused_in_day integer not null default 3 check (refused_in_day between 1 and 100),
      name_staff boolean not null default false,
      looked_until timestamptz(3),
      primary key (tenant_id)
    );

    create table unusual_things (
      tenant_id uuid not null references tenants,
      id uuid not null default gen_random_uuid(),
      kind text not null check (kind in ('many-read', 'odd-hours', 'own-family-name', 'colleague', 'refused', 'exported', 'printed')),
      mark text not null,
      account_id integer not null,
      subject_id uuid,
      first_at timestamptz(3) not null,
      last_at timestamptz(3) not null,
      count integer not null,
      looked_at timestamptz(3),
      primary key (tenant_id, id),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id),
      foreign key (tenant_id, subject_id) references clients (tenant_id, id) on delete cascade
    );
    create unique index unusual_things_mark on unusual_things (tenant_id, kind, mark);
    create index unusual_things_newest on unusual_things (tenant_id, last_at desc, id);
    create index unusual_things_open on unusual_things (tenant_id, last_at desc, id) where looked_at is null or looked_at < last_at;

    create table unusual_looks (
      tenant_id uuid not null,
      id uuid not null default gen_random_uuid(),
      thing_id uuid not null,
      looked_at timestamptz(3) not null,
      looked_by integer not null,
      note_sealed bytea not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, thing_id) references unusual_things (tenant_id, id) on delete cascade,
      foreign key (tenant_id, looked_by) references accounts (tenant_id, id)
    );
    create index unusual_looks_thing on unusual_looks (tenant_id, thing_id, looked_at);
  `)
  await protect(knex, 'log_watching', { app: 'select, insert, update, delete' })
  await protect(knex, 'unusual_things', { app: 'select, insert, update, delete' })
  await protect(knex, 'unusual_looks', { app: 'select, insert, update (note_sealed), delete' })
  await guardSealed(knex, 'unusual_looks', ['note_sealed'])
}
