import type { Knex } from 'knex'
import { hideRestricted } from '../src/platform/db/protect.ts'

/** What is written about a restricted record is as hidden as the record (docs/adr/0019): the thread, and each message in it. */
export const up = async (knex: Knex) => {
  await hideRestricted(knex, 'message_threads', 'client_id')
  await hideRestricted(knex, 'messages', 'client_id')
}
