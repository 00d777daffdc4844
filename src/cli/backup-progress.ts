import type { Progress, Tell } from '../features/backups/index.ts'
import { createProgressBar } from './progress-bar.ts'

const names: Record<Progress['phase'], string> = {
  dump: 'Backing up (MB)',
  check: 'Checking (MB)',
  restore: 'Restoring (MB)',
  compare: 'Opening samples (organisations)',
}
const inMegabytes = (bytes: number) => Math.ceil(bytes / 1_000_000)

/** A bar for each phase of the work. */
export const showProgress = (): { tell: Tell; end: () => void } => {
  let phase: Progress['phase'] | null = null
  let bar: ReturnType<typeof createProgressBar> | null = null
  let last = { done: 0, total: 0 }
  const end = () => bar?.end(last)
  return {
    tell: progress => {
      if (progress.phase !== phase) {
        end()
        phase = progress.phase
        bar = createProgressBar(names[phase])
      }
      const scale = phase === 'compare' ? (count: number) => count : inMegabytes
      last = { done: scale(progress.done), total: scale(progress.total) }
      bar?.draw(last)
    },
    end,
  }
}
