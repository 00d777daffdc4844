import type { Readable } from 'node:stream'
import { dayIn } from '../../../platform/time/wall-clock.ts'

/** Where copies of exports are kept, as the feature that keeps backups opens it. */
export type CopyStore = {
  write: (name: string, source: Readable) => Promise<void>
  size: (name: string) => Promise<number | null>
  list: () => Promise<readonly { name: string }[]>
  remove: (name: string) => Promise<void>
  /** Removes what interrupted writing has left. */
  sweep: () => Promise<void>
}

export type CopyFailure = 'store-unreachable' | 'disk-full' | 'altered' | 'fault'

type Export = { tenantId: string; exportId: string; madeAt: Date }

/**
 * What a copy is called there: whose it is and of what day, so that on the day when only the store is left the newest is found
 * by its name. Nothing in it says who anybody is.
 */
export const copyName = ({ tenantId, exportId, madeAt }: Export): string =>
  `${copiesOf(tenantId)}${dayIn(madeAt, 'UTC')}-${exportId}.html`

/** How every copy of an organisation begins. */
export const copiesOf = (tenantId: string): string => `export-${tenantId}-`
