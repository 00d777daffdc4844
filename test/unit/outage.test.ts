import { describe, expect, it } from 'vitest'
import { Away, outageOf } from '../../src/platform/outage.ts'

const fault = (message: string, more: object = {}) => Object.assign(new Error(message), more)
const ofDatabase = (code: string) => fault('some reason', { code, severity: 'FATAL' })

const outages: [string, unknown, 'postgres' | 'redis'][] = [
  ...['57P01', '57P02', '57P03', '08000', '08003', '08006', '53300', '53100', '57014', '25006', '58030'].map(
    code => [`SQLSTATE ${code}`, ofDatabase(code), 'postgres'] as [string, unknown, 'postgres'],
  ),
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'].map(
    code => [code, fault('connect', { code }), 'postgres'] as [string, unknown, 'postgres'],
  ),
  ['a broken connection', fault('Connection terminated unexpectedly'), 'postgres'],
  ['a connection that takes too long', fault('timeout expired'), 'postgres'],
  ['a full pool', fault('Knex: Timeout acquiring a connection', { name: 'KnexTimeoutError' }), 'postgres'],
  ['a silent server', new Away('postgres'), 'postgres'],
  ['one that is the cause of another', new Error('could not read', { cause: ofDatabase('57P01') }), 'postgres'],
  ['Redis after its retries', fault('Reached the max retries', { name: 'MaxRetriesPerRequestError' }), 'redis'],
  ['a frozen Redis', fault('Command timed out'), 'redis'],
  ['a closed Redis', fault('Connection is closed.'), 'redis'],
  ['a Redis that loads', fault('LOADING Redis is loading the dataset in memory'), 'redis'],
  ['a Redis that is full', fault('OOM command not allowed'), 'redis'],
]

describe('an outage', () => {
  it.each(outages)('is %s', (_, error, service) => {
    expect(outageOf(error)).toBe(service)
  })

  it.each([
    ['a bug', new TypeError('x is not a function')],
    ['a refused row', ofDatabase('23505')],
    ['a wrong statement', ofDatabase('42601')],
    ['a deadlock', ofDatabase('40P01')],
    ['an unknown script', fault('NOSCRIPT No matching script')],
    ['a text', 'Connection terminated'],
    ['nothing', undefined],
  ])('is not %s', (_, error) => {
    expect(outageOf(error)).toBeNull()
  })
})
