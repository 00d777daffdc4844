import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { readAhead } from '../../src/platform/read-ahead.ts'

async function* numbers(count: number, taken: number[] = []) {
  for (let n = 0; n < count; n += 1) {
    taken.push(n)
    yield n
  }
}
const everything = async <T>(source: AsyncIterable<T>) => {
  const all: T[] = []
  for await (const one of source) all.push(one)
  return all
}

describe('reading ahead', () => {
  it('gives everything in order, however long each takes', async () => {
    for (const most of [0, 1, 3]) {
      const work = async (n: number) => {
        await pause(n % 3 === 0 ? 9 : 1)
        return n * 2
      }
      expect(await everything(readAhead(numbers(10), work, most))).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
    }
  })

  it('begins with as many as it was told while the caller is busy, and with no more', async () => {
    for (const most of [0, 1, 3]) {
      const begun: number[] = []
      const some = readAhead(numbers(10), async n => void begun.push(n), most)
      await some.next()
      await nextTurn() // by then all has begun that needs nobody else
      expect(begun).toHaveLength(1 + most)
      await some.return(undefined)
    }
  })

  it('tells of a fault in its turn, and ends the source then, or when the caller has enough', async () => {
    const taken: number[] = []
    const work = async (n: number) => (n === 2 ? Promise.reject(new Error('two')) : n)
    const seen: number[] = []
    const failing = async () => {
      for await (const n of readAhead(numbers(100, taken), work, 2)) seen.push(n)
    }
    await expect(failing()).rejects.toThrow('two')
    expect(seen).toEqual([0, 1])
    expect(taken.length).toBeLessThan(6)

    let ended = false
    const source = (async function* () {
      try {
        yield* numbers(100)
      } finally {
        ended = true
      }
    })()
    for await (const n of readAhead(source, async n => n, 2)) if (n === 3) break
    expect(ended).toBe(true)
  })
})
