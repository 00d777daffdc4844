import { parseArgs } from 'node:util'

export type Options = {
  clients: number
  /** Of each measurement; the median counts. */
  rounds: number
  /** How long a load lasts, in seconds. */
  seconds: number
  importRows: number
  growth: readonly number[]
  only: string | null
  json: string | null
  keep: string | null
}

/** `--quick` takes a few minutes and is good for ratios while working; the table of docs/performance.md is taken without it. */
export const readOptions = (args: string[]): Options => {
  const { values } = parseArgs({
    args,
    options: {
      clients: { type: 'string' },
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      only: { type: 'string' },
      keep: { type: 'string' },
      'import-rows': { type: 'string' },
    },
  })
  const clients = Number(values.clients ?? (values.quick ? 10_000 : 100_000))
  if (!Number.isInteger(clients) || clients < 1000) throw new Error('--clients: a whole number of at least 1000')
  return {
    clients,
    rounds: 3,
    seconds: values.quick ? 2 : 5,
    importRows: Math.min(clients, Number(values['import-rows'] ?? (values.quick ? 5_000 : 100_000))),
    growth: values.growth ? [10_000, 100_000, 1_000_000] : [],
    only: values.only ?? null,
    json: values.json ?? null,
    keep: values.keep ?? null,
  }
}
