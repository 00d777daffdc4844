/**
 * What to give node before the program, so that the memory of a web or worker process stays small (MB). Left to itself it takes a
 * machine's memory for its own: 47 MB of living things grew to 300 before anything was collected. The highest figure is no aim but a
 * stop; the last is for platform/young-garbage.ts. Dockerfile and docker-compose.yml say the same.
 */
export const heapFlags: readonly string[] = [
  '--max-semi-space-size=2',
  '--initial-old-space-size=64',
  '--max-old-space-size=768',
  '--expose-gc',
]

/**
 * What to give glibc's malloc (mallopt(3), bytes): what is as large as a record of TLS goes back to the machine as soon as it is
 * freed, where it would otherwise stay with the process in holes that little else fits into. Other systems pass it over.
 */
export const mallocSettings: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: '16384',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_ARENA_MAX: '2',
}
