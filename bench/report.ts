import { writeFile } from 'node:fs/promises'
import type { Measured } from './load.ts'

export type Goal = { name: string; figure: number | null; goal: string; met: boolean | null }
type Row = { name: string } & Partial<Measured>

/** What was measured, for people on the terminal and for machines in a file. */
export const createReport = () => {
  const rows: Row[] = []
  const goals: Goal[] = []
  const facts: Record<string, number | string> = {}

  const lines = () => [
    '| Measured | a second | p50 ms | p99 ms | a CPU second |',
    '|---|---:|---:|---:|---:|',
    ...rows.map(row => {
      const cells = [row.perSecond, row.p50, row.p99, row.perCpuSecond].map(shown)
      return `| ${row.name} | ${cells.join(' | ')} |`
    }),
    '',
    '| Goal | figure | goal | |',
    '|---|---:|---|---|',
    ...goals.map(({ name, figure, goal, met }) => `| ${name} | ${shown(figure)} | ${goal} | ${verdict(met)} |`),
    '',
    ...Object.entries(facts).map(([name, value]) => `- ${name}: ${typeof value === 'number' ? shown(value) : value}`),
  ]

  return {
    row: (name: string, measured: Partial<Measured>) => {
      rows.push({ name, ...measured })
      const { perSecond, p50, p99 } = measured
      process.stderr.write(`  ${name}: ${shown(perSecond)} a second, p50 ${shown(p50)} ms, p99 ${shown(p99)} ms\n`)
    },
    atLeast: (name: string, figure: number, least: number) =>
      goals.push({ name, figure, goal: `≥ ${least}`, met: figure >= least }),
    atMost: (name: string, figure: number, most: number, unit = '×') =>
      goals.push({ name, figure, goal: `≤ ${most} ${unit}`, met: figure <= most }),
    notTaken: (name: string, goal: string) => goals.push({ name, figure: null, goal, met: null }),
    fact: (name: string, value: number | string) => {
      facts[name] = value
    },
    text: () => lines().join('\n'),
    save: (file: string) => writeFile(file, `${JSON.stringify({ goals, rows, facts }, null, 2)}\n`),
  }
}
export type Report = ReturnType<typeof createReport>

const shown = (value: number | null | undefined): string => {
  if (value === null || value === undefined || Number.isNaN(value)) return '–'
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
const verdict = (met: boolean | null) => (met === null ? 'not taken' : met ? 'met' : '**missed**')
