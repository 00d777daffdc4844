import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '../platform/whole-file.ts'

/** Somebody who can sign in to the demonstration data. */
export type DemonstrationAccount = { tenant: string; role: string; login: string; password: string; url: string }

export const accountsFileOf = (dataDir: string) => join(dataDir, 'demo-accounts.json')

/** The accounts that were made with the demonstration data; null when there is none. */
export const readAccounts = async (dataDir: string): Promise<DemonstrationAccount[] | null> => {
  try {
    return JSON.parse(await readFile(accountsFileOf(dataDir), 'utf8')) as DemonstrationAccount[]
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw fault
  }
}

/** Keeps the accounts, readable by the operator only. */
export const writeAccounts = (dataDir: string, accounts: readonly DemonstrationAccount[]) =>
  writeWhole(accountsFileOf(dataDir), `${JSON.stringify(accounts, null, 2)}\n`)

/** The same accounts, at the address that is served this time. */
export const moveAccounts = async (dataDir: string, url: string): Promise<DemonstrationAccount[] | null> => {
  const accounts = await readAccounts(dataDir)
  if (!accounts?.some(account => account.url !== url)) return accounts
  const moved = accounts.map(account => ({ ...account, url }))
  await writeAccounts(dataDir, moved)
  return moved
}

/** A table for a terminal, one account a line. */
export const tableOf = (accounts: readonly DemonstrationAccount[]): string => {
  const rows = [
    ['Organisation', 'Role', 'Login', 'Password'],
    ...accounts.map(a => [a.tenant, a.role, a.login, a.password]),
  ]
  const widths = [0, 1, 2, 3].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows
    .map(row => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}
