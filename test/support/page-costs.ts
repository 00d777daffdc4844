import pg from 'pg'
import type { Redis } from 'ioredis'

/**
 * What a page asked for: statements of PostgreSQL, how often it waited for it (what is sent before an answer has come leaves
 * in one flight), and commands of Redis.
 */
export type Cost = { statements: string[]; flights: number; commands: string[] }
type Query = { text?: string } | string | undefined

/** Notes what this process asks of its database and its Redis until `stop`. */
export const noteCosts = (redis: Redis) => {
  let cost: Cost = { statements: [], flights: 0, commands: [] }
  const outstanding = new WeakMap<object, number>()
  // Pipes of the driver itself, so that nothing that asks by another way is missed.
  const prototype = pg.Client.prototype as unknown as { query: (this: object, ...args: unknown[]) => unknown }
  const { query } = prototype
  prototype.query = function (...args) {
    const [asked] = args as [Query]
    cost.statements.push(
      (typeof asked === 'string' ? asked : (asked?.text ?? '')).replaceAll(/\s+/g, ' ').slice(0, 160),
    )
    const before = outstanding.get(this) ?? 0
    if (before === 0) cost.flights += 1
    outstanding.set(this, before + 1)
    const answered = () => void outstanding.set(this, (outstanding.get(this) ?? 1) - 1)
    const last = args.at(-1)
    if (typeof last === 'function')
      args[args.length - 1] = (...answer: unknown[]) => {
        answered()
        ;(last as (...answer: unknown[]) => void)(...answer)
      }
    const asking = query.apply(this, args)
    if (asking instanceof Promise) asking.then(answered, answered)
    return asking
  }
  const sendCommand = redis.sendCommand.bind(redis)
  redis.sendCommand = function (...args) {
    cost.commands.push(args[0].name)
    return sendCommand(...args)
  }

  return {
    /** What `work` asks for; the least of several times, since now and then something is looked up anew. */
    of: async (work: () => Promise<unknown>, times = 4): Promise<Cost> => {
      const costs: Cost[] = []
      for (let time = 0; time < times; time++) {
        cost = { statements: [], flights: 0, commands: [] }
        await work()
        costs.push(cost)
      }
      return costs.sort((one, other) => sizeOf(one) - sizeOf(other))[0]!
    },
    stop: () => {
      prototype.query = query
      redis.sendCommand = sendCommand
    },
  }
}

const sizeOf = ({ statements, commands }: Cost) => statements.length + commands.length
