import { OperatorFault } from '../../../platform/errors.ts'
import type { BackupSettings } from '../needs.ts'
import { createFolderStore } from './folder.ts'
import type { Store } from './store.ts'

/** The store that the settings name. @throws OperatorFault where a bucket lacks its key */
export const openStore = ({ store, s3 }: Pick<BackupSettings, 'store' | 's3'>): Store => {
  if (!store.startsWith('s3://')) return createFolderStore(store)
  if (!s3) throw new OperatorFault('BACKUP_STORE: a bucket also needs BACKUP_S3_KEY_ID and BACKUP_S3_SECRET.')
  return lazyStore(store, async () => (await import('./s3.ts')).createBucketStore({ store, s3 }))
}

/** The library for buckets is large: only who uses one loads it, when they first do. */
const lazyStore = (where: string, load: () => Promise<Store>): Store => {
  let loaded: Promise<Store> | undefined
  const store = () => (loaded ??= load())
  return {
    where,
    write: async (...args) => (await store()).write(...args),
    read: async name => (await store()).read(name),
    size: async name => (await store()).size(name),
    list: async () => (await store()).list(),
    remove: async name => (await store()).remove(name),
    sweep: async () => (await store()).sweep(),
  }
}
