const width = 24
const everyMs = 200
const lineEveryMs = 10_000
/** Of what was done sooner nobody can tell how long the rest takes. */
const knownAfterMs = 1000

/** What there is to say besides the bar: that somebody waits, and for what. */
export type Told = { done: number; total: number; waiting?: string | undefined }

const spell = (ms: number): string => {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`
  return `${Math.floor(seconds / 3600)} h ${Math.ceil((seconds % 3600) / 60)} min`
}

/**
 * A bar with an estimate, on one line of a terminal; in a log, one line every ten seconds.
 * @param what names the work
 */
export const createProgressBar = (what: string, out: NodeJS.WriteStream = process.stderr) => {
  const from = Date.now()
  let drawnAt = 0
  let before = 0

  const text = ({ done, total, waiting }: Told): string => {
    const share = total > 0 ? Math.min(1, done / total) : 1
    const filled = Math.round(share * width)
    const passed = Date.now() - from
    const left = passed >= knownAfterMs && done > 0 && done < total ? (passed / done) * (total - done) : 0
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${String(Math.floor(share * 100))} %`
    return [`${what} ${bar} ${done} of ${total}`, left > 0 ? `about ${spell(left)} left` : '', waiting ?? '']
      .filter(Boolean)
      .join(', ')
  }

  const draw = (told: Told, always = false) => {
    const now = Date.now()
    if (!always && now - drawnAt < (out.isTTY ? everyMs : lineEveryMs)) return
    drawnAt = now
    const line = text(told)
    out.write(out.isTTY ? `\r${line.padEnd(before)}` : `${line}\n`)
    before = line.length
  }
  return {
    draw,
    end: (told: Told) => {
      draw(told, true)
      if (out.isTTY) out.write('\n')
    },
  }
}

export { spell as spellTime }
