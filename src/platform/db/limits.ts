/** What an organisation may have only so much of. */
export type Limit = 'accounts' | 'clients' | 'storage'

const limits: Record<string, Limit> = { most_accounts: 'accounts', most_clients: 'clients', most_bytes: 'storage' }

/** Which limit the database has refused a row for (SQLSTATE OS001, raised by `use_room`); null for any other fault. */
export const limitOf = (fault: unknown): Limit | null => {
  const { code, constraint } = (fault ?? {}) as { code?: unknown; constraint?: unknown }
  return code === 'OS001' ? (limits[String(constraint)] ?? null) : null
}
