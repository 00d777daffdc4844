import { AsyncLocalStorage } from 'node:async_hooks'

/** What a line of the log belongs to: the request it was written for or that asked for the job, and the job. */
export type Trace = { requestId?: string | undefined; jobId?: string | undefined }

/**
 * The one thing that is not passed from function to function: it decides nothing, and is read only where a line is written or
 * a job is put in the queue (docs/adr/0013).
 */
const traces = new AsyncLocalStorage<Trace>()

/** Runs `work`; every line it logs, and every job it puts in the queue, bears the trace. */
export const traced = <T>(trace: Trace, work: () => T): T => traces.run(trace, work)

export const currentTrace = (): Trace => traces.getStore() ?? {}
