import type { Knex } from 'knex'
import { installationId } from '../src/platform/actor.ts'
import { protect } from '../src/platform/db/protect.ts'

const inTheRealm = `(select nullif(current_setting('app.tenant_id', true), '')::uuid) = '${installationId}'`

/**
 * What operators keep of organisations: address, limits, suspension and closing; and how much each holds.
 *
 * A transaction of the operators' realm may see and change the rows of `tenants` and read `tenant_usage`: names and numbers,
 * and nothing an organisation has put in. `suspended_at` stays while a closing waits, so that taking it back leads to where
 * it was. Everything of `tenant_usage` is counted as rows are made, and `bytes` once a night anew.
 */
export const up = async (knex: Knex) => {
  await knex.raw(`
    alter table tenants
      add column domain text check (domain = lower(domain) and length(domain) between 4 and 253),
      add column most_accounts integer check (most_accounts > 0),
      add column most_clients integer check (most_clients > 0),
      add column most_bytes bigint check (most_bytes > 0),
      add column suspended_at timestamptz(3),
      add column closes_at timestamptz(3),
      add column form_id uuid;
    create unique index tenants_domain on tenants (domain);
    create unique index tenants_form on tenants (form_id);
    create index tenants_closing on tenants (closes_at) where closes_at is not null;
    create policy tenants_of_operators on tenants to ostoja_app using (${inTheRealm}) with check (${inTheRealm});

    create table tenant_usage (
      tenant_id uuid not null references tenants,
      accounts integer not null,
      clients integer not null,
      bytes bigint not null,
      measured_at timestamptz(3),
      primary key (tenant_id)
    );
  `)
  await protect(knex, 'tenant_usage', { app: 'select, insert, update, delete' })
  await knex.raw(
    `create policy tenant_usage_for_operators on tenant_usage for select to ostoja_app using (${inTheRealm})`,
  )
  await count(knex)
  await letGoWithTheirTenant(knex, 'officer_keys')
}

/** Rows that are never deleted but where their organisation was closed for good. */
const letGoWithTheirTenant = async (knex: Knex, table: string) => {
  await knex.raw(`
    grant delete on ${table} to ostoja_app;
    create policy ${table}_deleted_with_tenant on ${table} as restrictive for delete to ostoja_app
      using ((select status from tenants where id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) = 'closed');
  `)
}

/**
 * Limits hold where rows are made, whoever makes them: each insertion counts itself in the organisation's one row, whose lock
 * lets no two pass at the same time, and fails with OS001 where that is more than may be. Nothing that is there already is
 * ever refused a change: a telephone number can be put right in an organisation that is full.
 */
const count = async (knex: Knex) => {
  await knex.raw(`
    create function use_room(tenant uuid, more_accounts bigint, more_clients bigint, more_bytes bigint) returns void
      language plpgsql set search_path = public, pg_temp
    as $$
    declare
      used tenant_usage;
      most tenants;
    begin
      update tenant_usage
         set accounts = accounts + more_accounts, clients = clients + more_clients, bytes = greatest(0, bytes + more_bytes)
       where tenant_id = tenant returning * into used;
      if not found then
        if more_accounts + more_clients + more_bytes <= 0 then return; end if;
        insert into tenant_usage as present (tenant_id, accounts, clients, bytes)
          values (tenant, (select count(*) from accounts where tenant_id = tenant and status = 'active'),
                  (select count(*) from clients where tenant_id = tenant), more_bytes)
          on conflict (tenant_id) do update
            set accounts = present.accounts + more_accounts, clients = present.clients + more_clients, bytes = present.bytes + more_bytes
          returning * into used;
      end if;
      select * into most from tenants where id = tenant;
      if more_accounts > 0 and used.accounts > most.most_accounts then
        raise exception 'limit' using errcode = 'OS001', constraint = 'most_accounts';
      elsif more_clients > 0 and used.clients > most.most_clients then
        raise exception 'limit' using errcode = 'OS001', constraint = 'most_clients';
      elsif more_bytes > 0 and used.bytes > most.most_bytes then
        raise exception 'limit' using errcode = 'OS001', constraint = 'most_bytes';
      end if;
    end $$;

    create function clients_use_room() returns trigger language plpgsql set search_path = public, pg_temp
    as $$
    declare
      change record;
      sign integer := case tg_op when 'INSERT' then 1 else -1 end;
    begin
      for change in select tenant_id, count(*) as rows, sum(octet_length(profile_sealed)) as bytes from changed group by tenant_id loop
        perform use_room(change.tenant_id, 0, sign * change.rows, sign * change.bytes);
      end loop;
      return null;
    end $$;
    create trigger clients_use_room_inserted after insert on clients
      referencing new table as changed for each statement execute function clients_use_room();
    create trigger clients_use_room_deleted after delete on clients
      referencing old table as changed for each statement execute function clients_use_room();

    create function accounts_use_room() returns trigger language plpgsql set search_path = public, pg_temp
    as $$
    begin
      if tg_op = 'INSERT' and new.status = 'active' then perform use_room(new.tenant_id, 1, 0, 0);
      elsif tg_op = 'DELETE' and old.status = 'active' then perform use_room(old.tenant_id, -1, 0, 0);
      elsif tg_op = 'UPDATE' and new.status <> old.status then
        perform use_room(new.tenant_id, case new.status when 'active' then 1 else -1 end, 0, 0);
      end if;
      return null;
    end $$;
    create trigger accounts_use_room after insert or delete or update of status on accounts
      for each row execute function accounts_use_room();

    create function imports_use_room() returns trigger language plpgsql set search_path = public, pg_temp
    as $$
    begin
      perform use_room(new.tenant_id, 0, 0, octet_length(new.file_sealed));
      return null;
    end $$;
    create trigger imports_use_room after insert on imports for each row execute function imports_use_room();
  `)
}
