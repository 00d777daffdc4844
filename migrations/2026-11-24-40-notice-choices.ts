import type { Knex } from 'knex'
import { protect } from '../src/platform/db/protect.ts'

/** Which kinds of notices come to somebody by e-mail too. A kind without a row is as `notices/kinds.ts` says. */
export const up = async (knex: Knex) => {
  await knex.raw(`
    create table notice_choices (
      tenant_id uuid not null,
      account_id integer not null,
      kind text not null,
      by_mail boolean not null,
      primary key (tenant_id, account_id, kind),
      foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
    );
  `)
  await protect(knex, 'notice_choices', { app: 'select, insert, update, delete' })
}
