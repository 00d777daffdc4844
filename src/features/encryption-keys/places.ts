/**
 * Where values sealed with a tenant's data key live. A row's name, for the vault, is its key columns joined by ':'.
 * The table's primary key is tenant_id and these.
 */
export type SealedColumn = { column: `${string}.${string}`; key: readonly string[] }

/**
 * A table of blind tokens, whose column `index_key` says which index key made a row's. `keys`: whose key that is, the
 * tenant's own or, where one looks before the tenant is known, the installation's.
 */
export type BlindIndex = {
  table: string
  keys: 'tenant' | 'installation'
  /**
   * Makes a tenant's next tokens anew that another key than `keyId` made. `broken`: of how many rows the values that tokens
   * are made of do not open; `last`: where to go on, null at the end.
   */
  reindex: (tenantId: string, keyId: number, after: string | null, most: number) => Promise<Reindexed>
}

export type Reindexed = { made: number; broken: number; last: string | null }

/** Sealed values outside the database, and how long they live at most: so long a data key that has turned still opens them. */
export type PassingPlace = { what: string; lifeMs: number }

export const splitColumn = ({ column }: Pick<SealedColumn, 'column'>) => {
  const [table = '', name = ''] = column.split('.')
  return { table, name }
}
