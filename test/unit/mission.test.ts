import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it('docs/mission.md names only files that exist, and a place and a test for each of its 24 sentences', () => {
  const rows = readFileSync('docs/mission.md', 'utf8')
    .split('\n')
    .filter(line => /^\|\s*\d+\s*\|/.test(line))
    .map(line => line.split('|').map(cell => cell.trim()))
  const pathsIn = (cell = '') =>
    [...cell.matchAll(/`([\w./-]+\/[\w./-]+|locales|migrations)`/g)].map(([, path]) => path!)

  expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 24 }, (_, at) => at + 1))
  for (const [, number, , place, tests] of rows) {
    expect(pathsIn(place).length, `places of ${number}`).toBeGreaterThan(0)
    expect(pathsIn(tests).length, `tests of ${number}`).toBeGreaterThan(0)
    expect([...pathsIn(place), ...pathsIn(tests)].filter(path => !existsSync(path))).toEqual([])
  }
})
