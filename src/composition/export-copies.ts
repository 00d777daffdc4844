import { openStore, problemOf } from '../features/backups/index.ts'

type Settings = Parameters<typeof openStore>[0]

/** Copies of exports lie in a folder of their own in the store of backups: what tidies up one leaves the other alone. */
export const openCopyStore = ({ store, s3 }: Settings) =>
  openStore({ store: `${store.replace(/\/+$/, '')}/exports`, s3 })

/** What is wrong, in the words of exports. */
export const copyFailure = (fault: unknown) => {
  const problem = problemOf(fault)
  return problem === 'disk-full' || problem === 'store-unreachable' ? problem : 'fault'
}
