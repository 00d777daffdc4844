/**
 * How node keeps the memory of a web process small (MB). Left to itself it takes a machine's memory for its own: 47 MB of living
 * things grew to 300 before anything was collected. The highest figure is no aim but a stop.
 * Dockerfile says the same.
 */
const webHeap = ['--max-semi-space-size=8', '--initial-old-space-size=64', '--max-old-space-size=768']

/** What to give node before the program. @param part `web` or `worker` */
export const heapFlags = (part: string): readonly string[] => (part === 'web' ? webHeap : [])
