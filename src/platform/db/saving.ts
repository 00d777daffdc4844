import { AsyncLocalStorage } from 'node:async_hooks'

const requests = new AsyncLocalStorage<{ maySave: boolean }>()

/** Runs the work of one request, of which `mayHaveSaved` can be asked. */
export const noticeSaving = <T>(work: () => T): T => requests.run({ maySave: false }, work)

/** A change is about to be committed: from now on it may be saved, also where no answer to that comes. */
export const noteSaving = (): void => {
  const request = requests.getStore()
  if (request) request.maySave = true
}

/** Whether this request has changed something, or may have; only for what an error page says about it. */
export const mayHaveSaved = (): boolean => requests.getStore()?.maySave ?? false
